/** How to speak to one homeserver: the derived clients for its paths, and what it says of itself. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import type * as Redacted from "effect/Redacted"
import { Credentials } from "./Credentials.ts"
import * as Homeserver from "./Homeserver.ts"
import type { MatrixError } from "./MatrixError.ts"
import type { Options } from "./Membership.ts"
import * as MembershipApi from "./MembershipApi.ts"
import * as Operation from "./Operation.ts"
import * as Transport from "./Transport.ts"

// a member event is about half a kilobyte, and rooms of a hundred thousand exist
const longestList = 256 * 1024 * 1024

type Success<T> = T extends Effect.Effect<infer A, infer _E, infer _R> ? A : never

/** What an operation is handed: the clients for the server's paths, and what is known of it. */
export interface Dialect {
  readonly api: Success<ReturnType<typeof api>>
  /** The same, for answers that may be long. */
  readonly lists: Success<ReturnType<typeof api>>
  readonly thirdParty: Success<ReturnType<typeof thirdParty>>
  readonly pathVersion: Homeserver.PathVersion
  /** The server reads `via`, so `server_name` need not be sent. */
  readonly viaAlone: boolean
}

type Secrets = Effect.Effect<ReadonlyArray<Redacted.Redacted>>
type Client = HttpClient.HttpClient.With<MatrixError>

const api = (version: Homeserver.PathVersion, client: Client, baseUrl: string, secrets: Secrets) =>
  Operation.client(MembershipApi.make(version), client, baseUrl, secrets)

const thirdParty = (version: Homeserver.PathVersion, client: Client, baseUrl: string, secrets: Secrets) =>
  Operation.client(MembershipApi.thirdParty(version), client, baseUrl, secrets)

/** Asks `/versions` at the first use and remembers the answer, unless the paths are forced. */
export const make = Effect.fnUntraced(function* (options: Options) {
  const http = yield* HttpClient.HttpClient
  const credentials = yield* Credentials
  const baseUrl = Homeserver.base(options.homeserver)
  const bounds = {
    ...Transport.small,
    ...(options.timeout === undefined ? {} : { timeout: Duration.fromInputUnsafe(options.timeout) }),
    as: options.as
  }
  const small = Transport.authorised(http, bounds, credentials)
  const large = Transport.authorised(http, { ...bounds, maxBodyBytes: longestList }, credentials)

  const secrets = Effect.map(credentials.accessToken, (token) => [token])
  const clients = Effect.fnUntraced(function* (version: Homeserver.PathVersion) {
    return {
      pathVersion: version,
      api: yield* api(version, small, baseUrl, secrets),
      lists: yield* api(version, large, baseUrl, secrets),
      thirdParty: yield* thirdParty(version, small, baseUrl, secrets)
    }
  })
  const byVersion = { r0: yield* clients("r0"), v3: yield* clients("v3") }

  const anonymous = yield* Operation.client(MembershipApi.anonymous, Transport.anonymous(http, bounds), baseUrl)
  const readVersions = Effect.map(
    Operation.fold(anonymous.versions({})),
    (answer): Homeserver.Versions => ({
      versions: answer.versions,
      unstableFeatures: Record.filter(answer.unstable_features ?? {}, Predicate.isBoolean)
    })
  )
  const { pathVersion: forced } = options
  const server: Effect.Effect<Dialect, MatrixError> =
    forced === undefined
      ? Effect.map(yield* Operation.onceSuccessful(readVersions), (versions) => ({
          ...byVersion[Homeserver.pathVersion(versions)],
          viaAlone: Homeserver.knowsVia(versions)
        }))
      : // with forced paths nothing is known of the server, and one that reads `via` ignores the old name
        Effect.succeed({ ...byVersion[forced], viaAlone: false })
  return { readVersions, server }
})
