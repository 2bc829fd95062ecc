/**
 * As much of an identity server as a homeserver asks for when an address is invited (Identity Service API v1.19): it
 * knows whose address that is, or stores the invite. On loopback, with a certificate that its homeserver must be told of.
 */
import { randomBytes } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import * as Https from "node:https"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Schema from "effect/Schema"
import * as Signing from "./Signing.ts"
import { SynapseError } from "./SynapseError.ts"
import * as SynapseVenv from "./SynapseVenv.ts"

export interface IdentityServer {
  /** Host and port, as an invite's `id_server` names it. */
  readonly name: string
  /** The path of the certificate, to be trusted by who calls it. */
  readonly certificate: string
  /** From now on it knows whose address that is. */
  readonly bind: (address: Address, userId: string) => Effect.Effect<void>
}

export interface Address {
  /** `email` or `msisdn`. */
  readonly medium: string
  readonly address: string
}

const keyOf = ({ address, medium }: Address) => `${address} ${medium}`

/** Node makes no certificates, but Synapse's own packages do. */
const certify = `
import datetime, ipaddress, sys
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "identity server")])
now = datetime.datetime.now(datetime.timezone.utc)
day = datetime.timedelta(days=1)
host = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
builder = builder.serial_number(1).not_valid_before(now - day).not_valid_after(now + day).add_extension(host, False)
pem = serialization.Encoding.PEM
with open(sys.argv[1], "wb") as file:
    file.write(builder.sign(key, hashes.SHA256()).public_bytes(pem))
with open(sys.argv[2], "wb") as file:
    file.write(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
`

const Lookup = Schema.decodeUnknownSync(
  Schema.fromJsonString(Schema.Struct({ addresses: Schema.Array(Schema.String) }))
)
const Invite = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ address: Schema.String })))

/** `undefined` for what it does not serve. The algorithm `none` looks up addresses as they are. */
const answer = (known: ReadonlyMap<string, string>, path: string, body: string, base: string) => {
  switch (path) {
    case "/_matrix/identity/v2/hash_details":
      return { algorithms: ["none"], lookup_pepper: "pepper" }
    case "/_matrix/identity/v2/lookup": {
      const found = Lookup(body).addresses.flatMap((key) => {
        const userId = known.get(key)
        return userId === undefined ? [] : [[key, userId] as const]
      })
      return { mappings: Object.fromEntries(found) }
    }
    case "/_matrix/identity/v2/store-invite": {
      const key = { public_key: Signing.publicKey(), key_validity_url: `${base}/_matrix/identity/v2/pubkey/isvalid` }
      const display_name = `${Invite(body).address.slice(0, 1)}...`
      return { token: randomBytes(16).toString("hex"), public_keys: [key], display_name }
    }
    case "/_matrix/identity/v2/pubkey/isvalid":
      return { valid: true }
    default:
      return undefined
  }
}

const serve = (known: ReadonlyMap<string, string>) => async (request: IncomingMessage, response: ServerResponse) => {
  let body = ""
  for await (const chunk of request) body += chunk
  const base = `https://${request.headers.host}`
  const found = answer(known, new URL(request.url ?? "/", base).pathname, body, base)
  response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" })
  response.end(JSON.stringify(found ?? { errcode: "M_UNRECOGNIZED", error: "Nothing is served here." }))
}

/** For as long as its scope lasts. */
export const make = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const python = yield* SynapseVenv.ready
  const directory = yield* files.makeTempDirectoryScoped({ prefix: "identity-server-" })
  const [certificate, key] = [`${directory}/certificate.pem`, `${directory}/key.pem`]
  const code = yield* Effect.scoped(
    Effect.flatMap(ChildProcess.make(python, ["-c", certify, certificate, key]), (handle) => handle.exitCode)
  )
  if (code !== 0) return yield* new SynapseError({ step: "start", detail: `no certificate could be made: ${code}` })
  const known = new Map<string, string>()
  const credentials = { cert: yield* files.readFileString(certificate), key: yield* files.readFileString(key) }
  const server = yield* Effect.acquireRelease(
    Effect.callback<Https.Server>((resume) => {
      const listening = Https.createServer(credentials, serve(known))
      listening.listen(0, "127.0.0.1", () => resume(Effect.succeed(listening)))
    }),
    (listening) =>
      Effect.sync(() => {
        listening.close()
        listening.closeAllConnections()
      })
  )
  const address = server.address()
  const identityServer: IdentityServer = {
    name: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    certificate,
    bind: (bound, userId) => Effect.sync(() => known.set(keyOf(bound), userId))
  }
  return identityServer
})
