/** The identity server, which knows who is behind an e-mail address. Only rows with addresses need one. */
import * as Config from "effect/Config"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { WrongUsage } from "./ExitCode.ts"
import type { Plan } from "./plan/Plan.ts"
import { printable } from "./plan/PlanProblem.ts"
import type { IdentityServer } from "./run/Attempt.ts"

export const variable = "MATRIX_IDENTITY_ACCESS_TOKEN"

export const identityServer = Flag.String("identity-server").pipe(
  Flag.withMetavar("HOST"),
  Flag.withDescription(
    `identity server for rows with an address, host[:port]; its access token is in ${variable} (default: none)`
  ),
  Flag.optional
)

/** The line of the first row with an address, if there is one. */
const firstAddress = ({ rows }: Plan): number | undefined => {
  for (let row = 0; row < rows.size; row++) {
    const target = rows.target(row)
    if (target !== -1 && !rows.people.at(target).startsWith("@")) return rows.line(row)
  }
  return undefined
}

// the embedded server takes any
const embedded: IdentityServer = { host: "localhost", accessToken: Redacted.make("token-for-the-embedded-server") }

const place = (source: string, line: number) => printable(`${source === "-" ? "stdin" : source}:${line}`)

/** Nothing when the plan needs none. */
export const open = Effect.fnUntraced(function* (host: Option.Option<string>, plan: Plan, isEmbedded: boolean) {
  const line = firstAddress(plan)
  if (line === undefined) return undefined
  if (isEmbedded) return embedded
  if (Option.isNone(host)) {
    return yield* new WrongUsage({
      message: `${place(plan.source, line)}: this row invites by an address; name the identity server with --identity-server HOST, and put its access token into ${variable}`
    })
  }
  // a scheme or a path would be sent on as part of the host's name
  if (!/^[A-Za-z0-9.[\]:-]+$/.test(host.value)) {
    return yield* new WrongUsage({ message: "--identity-server: expected host[:port], such as vector.im" })
  }
  const token = yield* Effect.orElseSucceed(Config.option(Config.Redacted(variable)), Option.none)
  if (Option.isNone(token) || Redacted.value(token.value).trim() === "") {
    return yield* new WrongUsage({ message: `there is no access token for ${host.value}: set ${variable}` })
  }
  return { host: host.value, accessToken: Redacted.make(Redacted.value(token.value).trim(), { label: "access token" }) }
})
