/** JSON objects with Ed25519 signatures in them (specification v1.19, appendix "Signing JSON"). */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign as signBytes, verify } from "node:crypto"
import * as CanonicalJson from "./CanonicalJson.ts"
import type { Content } from "./rules/Event.ts"

/** What RFC 8410 wraps the 32 bytes of a key in. */
const wrapping = { secret: "302e020100300506032b657004220420", public: "302a300506032b6570032100" }

const wrapped = (as: keyof typeof wrapping, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(wrapping[as], "hex"), bytes])

/** The same secret, the same key. */
export const keyFrom = (secret: string): KeyObject =>
  createPrivateKey({
    key: wrapped("secret", createHash("sha256").update(secret).digest()),
    format: "der",
    type: "pkcs8"
  })

const unpadded = (bytes: Buffer): string => bytes.toString("base64").replaceAll("=", "")

/** As others are told it: 32 bytes in unpadded base64. */
export const publicKeyOf = (key: KeyObject): string =>
  unpadded(createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32))

/** `undefined` for what is no key. */
export const asPublicKey = (text: unknown): KeyObject | undefined => {
  const bytes = typeof text === "string" ? Buffer.from(text, "base64") : Buffer.of()
  return bytes.length === 32
    ? createPublicKey({ key: wrapped("public", bytes), format: "der", type: "spki" })
    : undefined
}

/** What is signed: all but the signatures, and what a server may add afterwards. */
const signedBytes = ({ signatures: _, unsigned: __, ...signed }: Content): Buffer =>
  Buffer.from(CanonicalJson.encode(signed))

/** In unpadded base64. */
export const signature = (object: Content, key: KeyObject): string =>
  unpadded(signBytes(null, signedBytes(object), key))

export const isSignature = (object: Content, key: KeyObject, signature: unknown): boolean =>
  typeof signature === "string" && verify(null, signedBytes(object), key, Buffer.from(signature, "base64"))
