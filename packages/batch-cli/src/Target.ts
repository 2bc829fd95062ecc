/** The homeserver a plan is applied to: somebody's real one, or one embedded in this process for trying things out. */
import { Credentials, Homeserver, Membership } from "@matrix-membership/core"
import * as Config from "effect/Config"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as AccessToken from "./AccessToken.ts"
import * as Embedded from "./Embedded.ts"
import { Unusable, WrongUsage } from "./ExitCode.ts"
import type { Plan } from "./Plan.ts"
import { quote } from "./PlanProblem.ts"

export const homeserver = Flag.String("homeserver").pipe(
  Flag.withMetavar("URL"),
  Flag.withDescription(
    "base URL of the homeserver, or `embedded` for a server in this process made from the plan (or MATRIX_HOMESERVER)"
  ),
  Flag.withFallbackConfig(Config.String("MATRIX_HOMESERVER"))
)

export const accessTokenFile = Flag.String("access-token-file").pipe(
  Flag.withMetavar("FILE"),
  Flag.withDescription(
    `file that holds the access token, - for standard input (default: ${AccessToken.variable} is read)`
  ),
  Flag.optional
)

export interface Options {
  readonly homeserver: string
  readonly accessTokenFile: Option.Option<string>
}

export interface Target {
  readonly baseUrl: URL
  readonly layer: Layer.Layer<Membership, never, HttpClient.HttpClient>
}

const at = (baseUrl: URL, accessToken: Redacted.Redacted): Target => ({
  baseUrl,
  layer: Membership.layer({ homeserver: baseUrl }).pipe(Layer.provide(Credentials.layer(accessToken)))
})

/** The homeserver that the options name, ready for requests; the embedded one lives as long as the scope. */
export const open = Effect.fnUntraced(function* (options: Options, plan: Plan) {
  if (options.homeserver === "embedded") {
    const { accessToken, baseUrl } = yield* Embedded.start(plan)
    return at(baseUrl, accessToken)
  }
  const url = Homeserver.parse(options.homeserver)
  if (Result.isFailure(url)) {
    return yield* new WrongUsage({ message: `--homeserver ${quote(options.homeserver)}: ${url.failure}, or embedded` })
  }
  if (Option.contains(options.accessTokenFile, "-") && plan.source === "-") {
    return yield* new WrongUsage({ message: "the plan and the access token cannot both come from standard input" })
  }
  const accessToken = yield* Effect.mapError(
    AccessToken.read(options.accessTokenFile),
    ({ message }) => new Unusable({ message })
  )
  return at(url.success, accessToken)
})
