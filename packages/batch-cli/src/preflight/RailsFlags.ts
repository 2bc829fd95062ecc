/** The rails as flags, and how they stop a run: complaints with an exit code, and a question to whoever is there. */
import { MatrixId } from "@matrix-membership/core"
import * as Config from "effect/Config"
import * as Flag from "effect/cli/Flag"
import * as Prompt from "effect/cli/Prompt"
import * as TerminalCapabilities from "effect/cli/TerminalCapabilities"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { WrongUsage } from "../ExitCode.ts"
import { PlanInvalid, quote } from "../plan/PlanProblem.ts"
import type { Preflight } from "./Preflight.ts"
import * as Rails from "./Rails.ts"

const variable = "BATCH_CLI_PROTECT"

/** What `plan` shares with `apply`. */
export const flags = {
  allowSelf: Flag.Boolean("allow-self").pipe(
    Flag.withDescription("let the plan kick or ban whoever carries it out"),
    Flag.withDefault(false)
  ),
  protect: Flag.String("protect").pipe(
    Flag.withMetavar("USER"),
    Flag.withDescription(
      `refuse plans that kick or ban this user; may be given several times (default: whom ${variable} names, separated by blanks, and they are protected in any case)`
    ),
    Flag.atLeast(0)
  ),
  maxRemovals: Flag.Int("max-removals").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription("refuse plans with more kicks and bans than this, 0 or more (default 100)"),
    Flag.withDefault(100),
    Flag.filter(
      (n) => n >= 0,
      () => "a number from 0 on"
    )
  )
}

export const yes = Flag.Boolean("yes").pipe(
  Flag.withAlias("y"),
  Flag.withDescription("kick and ban without being asked; needed where nobody can be asked (default: ask)"),
  Flag.withDefault(false)
)

export interface Options {
  readonly allowSelf: boolean
  readonly protect: ReadonlyArray<string>
  readonly maxRemovals: number
}

const decodeUser = Schema.decodeUnknownOption(MatrixId.UserId)

/** The rails behind the flags and the environment; a name that is none protects nobody, and so is refused. */
export const read = Effect.fn("RailsFlags.read")(function* ({ allowSelf, maxRemovals, protect }: Options) {
  const further = yield* Effect.orElseSucceed(Config.option(Config.String(variable)), Option.none)
  const users = new Set<MatrixId.UserId>()
  const named = [
    ...protect.map((name) => ["--protect", name] as const),
    ...Option.getOrElse(further, () => "")
      .split(/[\s,]+/u)
      .flatMap((name) => (name === "" ? [] : [[variable, name] as const]))
  ]
  for (const [place, name] of named) {
    const user = decodeUser(name)
    if (Option.isNone(user)) {
      return yield* new WrongUsage({
        message: `${place}: expected a user id such as @alice:example.org, got ${quote(name)}`
      })
    }
    users.add(user.value)
  }
  const rails: Rails.Rails = { allowSelf, maxRemovals, protect: users }
  return rails
})

/** Fails with all that stands against the run. */
export const complain = (source: string, { problems: [first, ...more] }: Rails.Findings) =>
  first === undefined
    ? Effect.void
    : Effect.fail(
        new WrongUsage({
          message: `${new PlanInvalid({ source, problems: [first, ...more] }).message}\nThe plan was not applied: nothing was changed.`
        })
      )

/** Whoever is at the terminal says yes to the kicks and bans, or `--yes` has; otherwise fails. */
export const confirm = Effect.fn("RailsFlags.confirm")(function* (findings: Rails.Findings, isAgreed: boolean) {
  if (findings.removals === 0 || isAgreed) return
  const extent = Rails.extent(findings)
  const { canPrompt } = yield* TerminalCapabilities.TerminalCapabilities
  if (!canPrompt) {
    return yield* new WrongUsage({
      message: `the plan kicks or bans people (${extent}), and nobody can be asked here: --yes says that it is meant; nothing was changed`
    })
  }
  const question = Prompt.run(Prompt.Confirm({ message: `This plan kicks or bans people: ${extent}. Go on?` }))
  // who leaves at the question has interrupted the run
  const agreed = yield* Effect.catchTag(question, "QuitError", () => Effect.interrupt)
  if (!agreed) return yield* new WrongUsage({ message: "not confirmed; nothing was changed" })
})

/** All of the above before the first row. Where nothing lasts, as on the embedded server, nobody is asked. */
export const enforce = Effect.fn("RailsFlags.enforce")(function* (
  source: string,
  preflight: Preflight,
  options: Options & { readonly yes: boolean },
  isEmbedded: boolean
) {
  const findings = Rails.inspect(preflight, yield* read(options))
  yield* complain(source, findings)
  yield* confirm(findings, options.yes || isEmbedded)
})
