/**
 * From a server name or a user id to the homeserver's base URL, by its `.well-known` file (client-server API "Well-known
 * URI", v1.19). Meant for the moment of logging in, as the specification says, not for every start.
 *
 * ```ts
 * import { Discovery, MatrixId } from "@matrix-membership/core"
 * import { Effect } from "effect"
 *
 * export const addressOf = (userId: string) =>
 *   Discovery.discover(MatrixId.UserId.make(userId)).pipe(
 *     Effect.map(({ homeserver }) => homeserver.href),
 *     Effect.catchTag("DiscoveryIgnored", () => Effect.succeed("ask the user"))
 *   )
 * ```
 */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Homeserver from "./Homeserver.ts"
import { type ServerName, serverOf, type UserId } from "./MatrixId.ts"
import * as MembershipApi from "./MembershipApi.ts"
import * as Operation from "./Operation.ts"
import * as Transport from "./Transport.ts"

/** What was found, checked to be what it claims. */
export interface Discovered {
  readonly homeserver: URL
  readonly identityServer?: URL
}

/** IGNORE: the server publishes nothing. Go on with other means, such as asking the user. */
export class DiscoveryIgnored extends Schema.TaggedError<DiscoveryIgnored>()("DiscoveryIgnored", {
  serverName: Schema.String
}) {
  override get message() {
    return `${this.serverName} publishes no address of its homeserver`
  }
}

/** FAIL_PROMPT: what is published cannot be used. Tell the user, and ask for the address. */
export class DiscoveryPrompt extends Schema.TaggedError<DiscoveryPrompt>()("DiscoveryPrompt", {
  serverName: Schema.String,
  because: Schema.String
}) {
  override get message() {
    return `${this.serverName} does not say usably where its homeserver is: ${this.because}`
  }
}

/** FAIL_ERROR: an address is published and is wrong. Stop; going on could hand the password to somebody else. */
export class DiscoveryError extends Schema.TaggedError<DiscoveryError>()("DiscoveryError", {
  serverName: Schema.String,
  because: Schema.String
}) {
  override get message() {
    return `${this.serverName} names a homeserver that is none: ${this.because}`
  }
}

const Server = Schema.Struct({ base_url: Schema.String })
const WellKnown = Schema.fromJsonString(
  Schema.Struct({ "m.homeserver": Server, "m.identity_server": Schema.optionalKey(Server) })
)
const decode = Schema.decodeUnknownEffect(WellKnown)

/** Without the port: the file is looked for at the name itself. */
const hostOf = (serverName: ServerName) => serverName.replace(/:[0-9]{1,5}$/u, "")

const isUserId = (subject: ServerName | UserId): subject is UserId => subject.startsWith("@")

/** Asks the server named, or the server of the user, over HTTPS and without a token. */
export const discover = Effect.fn("Discovery.discover")(function* (subject: ServerName | UserId) {
  const serverName = isUserId(subject) ? serverOf(subject) : subject
  const http = yield* HttpClient.HttpClient
  const prompt = (because: string) => new DiscoveryPrompt({ serverName, because })
  const wrong = (because: string) => new DiscoveryError({ serverName, because })

  const answer = yield* Transport.page(
    http,
    HttpClientRequest.get(`https://${hostOf(serverName)}/.well-known/matrix/client`)
  ).pipe(Effect.mapError((error) => prompt(error.message)))
  if (answer.status === 404) return yield* new DiscoveryIgnored({ serverName })
  if (answer.status !== 200) return yield* prompt(`HTTP ${answer.status}`)
  const published = yield* Effect.mapError(decode(answer.body), (error) => prompt(error.message))

  const homeserver = Homeserver.parse(published["m.homeserver"].base_url)
  if (Result.isFailure(homeserver)) return yield* wrong(homeserver.failure)
  const api = yield* Operation.client(
    MembershipApi.anonymous,
    Transport.anonymous(http, Transport.small),
    Homeserver.base(homeserver.success)
  )
  yield* Effect.mapError(Operation.fold(api.versions({})), (error) => wrong(error.message))

  const identity = published["m.identity_server"]
  if (identity === undefined) return { homeserver: homeserver.success }
  const identityServer = Homeserver.parse(identity.base_url)
  if (Result.isFailure(identityServer)) return yield* wrong(`identity server: ${identityServer.failure}`)
  const checked = yield* Transport.page(
    http,
    HttpClientRequest.get(`${Homeserver.base(identityServer.success)}/_matrix/identity/v2`)
  ).pipe(Effect.mapError((error) => wrong(`identity server: ${error.message}`)))
  if (checked.status !== 200) return yield* wrong(`identity server: HTTP ${checked.status}`)
  const discovered: Discovered = { homeserver: homeserver.success, identityServer: identityServer.success }
  return discovered
})
