/** The homeserver a plan is applied to: somebody's real one, or one embedded in this process for trying things out. */
import { Credentials, Homeserver, Membership } from "@matrix-membership/core"
import * as Transport from "@matrix-membership/core/Transport"
import * as Config from "effect/Config"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as AccessToken from "./AccessToken.ts"
import * as Discretion from "./Discretion.ts"
import * as Embedded from "./Embedded.ts"
import { Unusable, WrongUsage } from "./ExitCode.ts"
import * as FileName from "./FileName.ts"
import type { Plan } from "./plan/Plan.ts"

const variable = "MATRIX_HOMESERVER"

const homeserverFlag = (what: string) =>
  Flag.String("homeserver").pipe(
    Flag.withMetavar("URL"),
    Flag.withDescription(`${what} (default: ${variable})`),
    Flag.optional
  )

export const homeserver = homeserverFlag(
  "base URL of the homeserver, or `embedded` for a server in this process made from the plan"
)

/** Where there is no plan to make one from. */
export const realHomeserver = homeserverFlag("base URL of the homeserver")

export const accessTokenFile = FileName.flag("access-token-file").pipe(
  Flag.withMetavar("FILE"),
  Flag.withDescription(
    `file that holds the access token, or - for standard input (default: the token is in ${AccessToken.variable})`
  ),
  Flag.optional
)

export interface Options {
  readonly homeserver: Option.Option<string>
  readonly accessTokenFile: Option.Option<string>
}

export interface Target {
  readonly baseUrl: URL
  /** It lives in this process, and ends with it. */
  readonly isEmbedded: boolean
  readonly layer: Layer.Layer<Membership, never, HttpClient.HttpClient>
}

const at = (baseUrl: URL, accessToken: Redacted.Redacted, isEmbedded: boolean): Target => ({
  baseUrl,
  isEmbedded,
  layer: Discretion.layer(accessToken).pipe(
    Layer.provide(Membership.layer({ homeserver: baseUrl })),
    Layer.provide(Credentials.layer(accessToken)),
    // the server has seen the token, and may name it in answers to requests that do not carry it
    Layer.merge(Layer.succeed(Transport.Secrets, [accessToken]))
  )
})

const address = Effect.fnUntraced(function* ({ homeserver }: Options) {
  if (Option.isSome(homeserver)) return homeserver.value
  const found = yield* Effect.orElseSucceed(Config.option(Config.String(variable)), Option.none)
  if (Option.isSome(found)) return found.value
  return yield* new WrongUsage({
    message: `which homeserver? give --homeserver URL, set ${variable}, or try a plan out with --homeserver embedded`
  })
})

/** The homeserver that the options name, ready for requests; the embedded one lives as long as the scope. */
export const open = Effect.fnUntraced(function* (options: Options, plan: Plan) {
  const where = yield* address(options)
  if (where === "embedded") {
    if (Option.isSome(options.accessTokenFile)) {
      return yield* new WrongUsage({
        message: "--access-token-file: the embedded homeserver makes its own access token"
      })
    }
    const { accessToken, baseUrl } = yield* Embedded.start(plan)
    return at(baseUrl, accessToken, true)
  }
  const url = Homeserver.parse(where)
  if (Result.isFailure(url)) {
    // what was given is not quoted: a password or a token may be in it
    return yield* new WrongUsage({ message: `--homeserver: ${url.failure}, or embedded` })
  }
  const accessToken = yield* Effect.mapError(
    AccessToken.read(options.accessTokenFile),
    ({ message }) => new Unusable({ message })
  )
  return at(url.success, accessToken, false)
})
