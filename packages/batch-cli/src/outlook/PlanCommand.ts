/** `plan`: what a plan would do, from reads alone; and that saved together with how things were. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { unusable } from "../Apply.ts"
import { SomeFailed, WrongUsage, wrongUsage } from "../ExitCode.ts"
import * as NewFile from "../NewFile.ts"
import * as Output from "../Output.ts"
import * as Pace from "../Pace.ts"
import * as Plan from "../plan/Plan.ts"
import { quote } from "../plan/PlanProblem.ts"
import * as Fingerprint from "../preflight/Fingerprint.ts"
import * as Preflight from "../preflight/Preflight.ts"
import * as Rails from "../preflight/Rails.ts"
import * as RailsFlags from "../preflight/RailsFlags.ts"
import * as Progress from "../report/Progress.ts"
import * as Limits from "../schedule/Limits.ts"
import * as Target from "../Target.ts"
import * as PlanCommandJson from "./PlanCommandJson.ts"
import * as PlanCommandTally from "./PlanCommandTally.ts"
import * as PlanCommandText from "./PlanCommandText.ts"
import * as PlanCommandTime from "./PlanCommandTime.ts"

export interface Options extends Target.Options, RailsFlags.Options {
  readonly plan: string
  readonly concurrency: number
  /** A preset, or a file of limits. */
  readonly limits: string
  /** Requests a second. */
  readonly maxRate: Option.Option<number>
  readonly json: boolean
  /** Where to save the plan. */
  readonly out: Option.Option<string>
}

const mayBeSaved = Effect.fnUntraced(function* (path: string) {
  if (!/\.(ndjson|jsonl)$/iu.test(path)) {
    return yield* new WrongUsage({ message: `--out: a saved plan is an .ndjson file, got ${quote(path)}` })
  }
  yield* Effect.mapError(NewFile.check(path), wrongUsage)
})

/** The first line says how things were, and the rows follow. */
const saved = function* (header: Fingerprint.Fingerprint, { rows }: Plan.Plan) {
  yield `${JSON.stringify(header)}\n`
  for (const { address, as, medium, operation, reason, room, user, via } of rows) {
    yield `${JSON.stringify({ operation, room, user, reason, via, as, medium, address })}\n`
  }
}

/** What is not known of the limits is taken to be as Synapse has it. */
const timeOf = Effect.fnUntraced(function* ({ limits: source, maxRate }: Options, preflight: Preflight.Preflight) {
  const given = yield* Pace.readLimits(source)
  const assumed = Limits.toList(given).includes(undefined)
  const limits = assumed ? Limits.over(Limits.synapseDefault, given) : given
  const time: PlanCommandText.Time = {
    limits: assumed && source === "learn" ? "synapse-default" : source,
    assumed,
    ...PlanCommandTime.make(preflight, limits, Option.getOrUndefined(maxRate))
  }
  return time
})

/** Sends nothing but reads. Fails with the error whose exit code tells what was found. */
export const run = Effect.fn("PlanCommand.run")(function* (options: Options) {
  if (options.plan === "-" && Option.contains(options.accessTokenFile, "-")) {
    return yield* new WrongUsage({ message: "the plan and the access token cannot both come from standard input" })
  }
  if (Option.isSome(options.out)) yield* mayBeSaved(options.out.value)
  const rails = yield* RailsFlags.read(options)
  const plan = yield* Effect.mapError(Plan.read(options.plan), wrongUsage)
  const target = yield* Target.open(options, plan)
  if (target.isEmbedded && Option.isSome(options.out)) {
    return yield* new WrongUsage({
      message: "--out: the embedded homeserver ends with this command, and a plan saved for it could not be applied"
    })
  }
  yield* look(options, plan, target, rails).pipe(Effect.provide(target.layer))
}, Effect.scoped)

const look = Effect.fnUntraced(function* (
  options: Options,
  plan: Plan.Plan,
  { baseUrl }: Target.Target,
  rails: Rails.Rails
) {
  yield* Progress.note(`reading who is where, for ${plan.rows.size} rows …`)
  const preflight = yield* Preflight.run(plan, options).pipe(
    Effect.mapError((error) => (error._tag === "PlanInvalid" ? wrongUsage(error) : unusable(baseUrl)(error)))
  )
  const findings = Rails.inspect(preflight, rails)
  const prospect: PlanCommandText.Prospect = {
    source: plan.source,
    homeserver: baseUrl.href,
    preflight,
    tally: PlanCommandTally.make(preflight),
    time: yield* timeOf(options, preflight),
    removals: findings
  }
  const isTerminal = yield* (yield* Stdio.Stdio).stdoutIsTerminal
  yield* Output.printLines(options.json ? PlanCommandJson.lines(prospect) : PlanCommandText.lines(prospect, isTerminal))
  yield* RailsFlags.complain(plan.source, findings)
  if (Option.isSome(options.out)) {
    const situation = { homeserver: baseUrl.href, digest: plan.digest }
    const header = Fingerprint.make(preflight, situation, yield* Clock.currentTimeMillis)
    yield* Effect.mapError(
      NewFile.write(options.out.value, Stream.fromIterable(saved(header, plan), { chunkSize: 1024 })),
      wrongUsage
    )
  }
  const { impossible } = prospect.tally.all
  if (impossible > 0) {
    return yield* new SomeFailed({ failed: 0, notAttempted: impossible, unknown: 0, rows: plan.rows.size })
  }
})
