/** What the commands do, given their flags: the use cases of the tool. */
import type * as MatrixError from "@matrix-membership/core/MatrixError"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Semaphore from "effect/Semaphore"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { SomeFailed, Unusable, WrongUsage } from "./ExitCode.ts"
import * as Outcome from "./Outcome.ts"
import * as Plan from "./Plan.ts"
import { printable } from "./PlanProblem.ts"
import * as Preflight from "./Preflight.ts"
import * as Progress from "./Progress.ts"
import * as Report from "./Report.ts"
import * as Runner from "./Runner.ts"
import * as Target from "./Target.ts"

export interface Apply extends Target.Options {
  readonly plan: string
  readonly concurrency: number
  readonly json: boolean
}

/** Writes to stdout, one at a time, until it is written. A reader who has gone away (`| head`) does not stop the run. */
const printer = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const turn = yield* Semaphore.make(1)
  return (text: string) => turn.withPermit(Effect.ignore(Stream.run(Stream.make(text), stdio.stdout())))
})

const invalid =
  (nothing: string) =>
  ({ message }: Plan.PlanInvalid) =>
    new WrongUsage({ message: `${message}\nThe plan was not applied: nothing was ${nothing}.` })

/** The server or the account can be used no further, be it before the first row or on the way. */
const unusable = (baseUrl: URL) => (error: MatrixError.MatrixError) =>
  new Unusable({ message: printable(`${baseUrl.href}: ${error.message.replace(/\s+/gu, " ").trim()}${advice(error)}`) })

const advice = (error: MatrixError.MatrixError): string => {
  switch (error._tag) {
    case "Unauthorized":
      return error.locked ? "" : "; get a new access token and try again"
    case "NotMatrix":
      return "; is this the base URL of a homeserver?"
    case "Unreachable":
      return "; check --homeserver and the network"
    default:
      return ""
  }
}

/** Checks the plan, then carries it out; fails with the error whose exit code tells how it went. */
export const apply = Effect.fn("apply")(function* (options: Apply) {
  if (options.plan === "-" && Option.contains(options.accessTokenFile, "-")) {
    return yield* new WrongUsage({ message: "the plan and the access token cannot both come from standard input" })
  }
  const plan = yield* Effect.mapError(Plan.read(options.plan), invalid("sent"))
  const target = yield* Target.open(options, plan)
  yield* run(options, plan, target.baseUrl).pipe(Effect.provide(target.layer))
}, Effect.scoped)

const run = Effect.fnUntraced(function* (options: Apply, plan: Plan.Plan, baseUrl: URL) {
  yield* Progress.note(`reading who is where, for ${plan.rows.size} rows …`)
  const preflight = yield* Preflight.run(plan, options).pipe(
    Effect.mapError((error) => (error._tag === "PlanInvalid" ? invalid("changed")(error) : unusable(baseUrl)(error)))
  )
  const print = yield* printer
  const isTerminal = yield* (yield* Stdio.Stdio).stdoutIsTerminal
  const started = yield* Clock.currentTimeMillis
  const counts = yield* Ref.make(Outcome.none)
  const attention: Array<Report.Ended> = []
  const conclude = Effect.fnUntraced(function* (interrupted: boolean) {
    const elapsed = Duration.millis((yield* Clock.currentTimeMillis) - started)
    const run = {
      source: plan.source,
      homeserver: baseUrl.href,
      sender: preflight.sender,
      counts: yield* Ref.get(counts),
      elapsed,
      interrupted
    }
    yield* print(options.json ? Report.summaryJson(run) : Report.summary(run, attention, isTerminal))
  })
  const fatal = yield* Effect.gen(function* () {
    const progress = yield* Progress.make(plan.rows.size)
    return yield* Runner.run(preflight, {
      concurrency: options.concurrency,
      waiting: progress.waiting,
      report: Effect.fnUntraced(function* (task, outcome) {
        const ended = { task, outcome }
        yield* Ref.update(counts, (counts) => Outcome.add(counts, outcome))
        yield* progress.add(outcome)
        if (options.json) yield* print(Report.rowJson(ended))
        else if (outcome._tag === "failed" || outcome._tag === "unknown") attention.push(ended)
      })
    })
  }).pipe(
    Effect.scoped,
    // an interrupted run owes its account as well
    Effect.onInterrupt(() => conclude(true))
  )
  yield* conclude(false)
  if (fatal !== undefined) return yield* unusable(baseUrl)(fatal)
  const { failed, unknown } = yield* Ref.get(counts)
  if (failed + unknown > 0) return yield* new SomeFailed({ failed, unknown, rows: plan.rows.size })
})
