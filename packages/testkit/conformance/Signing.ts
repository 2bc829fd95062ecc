/** An identity server's part in a third-party invite: it signs who was invited by whom. The keys are for tests only. */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto"

export interface Proof {
  readonly mxid: string
  readonly sender: string
  readonly token: string
}

const unpadded = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "")

/** What an Ed25519 key of 32 bytes is wrapped in (RFC 8410). */
const wrapping = Buffer.from("302e020100300506032b657004220420", "hex")

const keyOf = (byte: number): KeyObject =>
  createPrivateKey({ key: Buffer.concat([wrapping, Buffer.alloc(32, byte)]), format: "der", type: "pkcs8" })

const keys = { true: keyOf(1), other: keyOf(2) }
export type Signer = keyof typeof keys

/** As an invite's `public_key` holds it. */
export const publicKey = (signer: Signer = "true"): string =>
  unpadded(createPublicKey(keys[signer]).export({ format: "der", type: "spki" }).subarray(-32))

/** Over canonical JSON: keys in order, no spaces. */
export const signature = ({ mxid, sender, token }: Proof, signer: Signer = "true"): string =>
  unpadded(sign(null, Buffer.from(JSON.stringify({ mxid, sender, token })), keys[signer]))
