/** How far the run is, on stderr: one line that is redrawn on a terminal, a line now and then elsewhere. */
import type { MatrixError } from "@matrix-membership/core"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import * as Outcome from "../Outcome.ts"
import { printable } from "../plan/PlanProblem.ts"
import type { Schedule } from "../schedule/Schedule.ts"
import type { Ledger } from "./Ledger.ts"
import * as ProgressLine from "./ProgressLine.ts"

/** What is looked at: all of it only while it is drawn. */
export interface Source {
  readonly ledger: Pick<Ledger, "counts" | "earlier" | "size">
  readonly schedule: Pick<Schedule, "waits" | "wakeAt" | "remainingMillis" | "assumes">
}

export interface Progress {
  /** The server does not answer and is left alone until then, in milliseconds since the epoch; without an error it is back. */
  readonly away: (error: MatrixError.MatrixError | undefined, until: number) => void
}

const clear = "\r\u001b[2K"

/** How stderr can be written to: `live` can be drawn over. */
const style = Effect.gen(function* () {
  const variable = (name: string) => Effect.orElseSucceed(Config.String(name), () => "")
  const isTerminal = yield* (yield* Stdio.Stdio).stderrIsTerminal
  return {
    live: isTerminal && (yield* variable("TERM")) !== "dumb",
    // https://no-color.org: any value that is not empty
    colours: (yield* variable("NO_COLOR")) === ""
  }
})

const write = Effect.fnUntraced(function* (text: string) {
  const stdio = yield* Stdio.Stdio
  yield* Effect.ignore(Stream.run(Stream.make(text), stdio.stderr()))
})

/** A line that is not in the way of the progress line: on a terminal only, and gone when that is drawn. */
export const note = Effect.fnUntraced(function* (text: string) {
  if ((yield* style).live) yield* write(`${clear}${printable(text)}`)
})

/** Rows a second over the last minute, from what had ended at which time. */
const makeRate = (now: number, ended: number) => {
  const samples = [{ at: now, ended }]
  return (now: number, ended: number): number => {
    samples.push({ at: now, ended })
    while ((samples[1]?.at ?? now) < now - window) samples.shift()
    const [first] = samples
    if (first === undefined || now <= first.at) return 0
    return ((ended - first.ended) * 1000) / (now - first.at)
  }
}
const window = 60_000

/** What takes some work to know changes slowly. */
const outlookEvery = 1000

/** Gives what is to be shown at a time. Ten times a second it only counts, and looks ahead once a second. */
const makeState = ({ ledger, schedule }: Source, started: number) => {
  const earlier = Outcome.total(ledger.earlier)
  const rateOf = makeRate(started, Outcome.total(ledger.counts))
  let outlook: Pick<ProgressLine.State, "rate" | "waits" | "wakeAt" | "remainingMillis" | "isAssumed"> | undefined
  let due = started
  let away: ProgressLine.State["away"]
  return {
    setAway: (error: MatrixError.MatrixError | undefined, until: number) => {
      away = error === undefined ? undefined : { because: error.message, until }
    },
    at: (now: number): ProgressLine.State => {
      const { counts } = ledger
      if (outlook === undefined || now >= due) {
        due = now + outlookEvery
        outlook = {
          rate: rateOf(now, Outcome.total(counts) - counts.notAttempted - counts.deferred),
          waits: schedule.waits(now),
          wakeAt: schedule.wakeAt(now),
          remainingMillis: schedule.remainingMillis(now),
          isAssumed: schedule.assumes()
        }
      }
      return { counts, earlier, total: ledger.size, ...outlook, away }
    }
  }
}

/** Draws until the scope ends; the last state is always drawn, and then without an outlook. */
export const make = Effect.fnUntraced(function* (source: Source) {
  const terminal = yield* Terminal.Terminal
  const { colours, live } = yield* style
  const state = makeState(source, yield* Clock.currentTimeMillis)
  let drawn = ""
  const draw = (text: string) =>
    Effect.suspend(() => {
      if (text === drawn) return Effect.void
      drawn = text
      return write(live ? `${clear}${text}` : `${text}\n`)
    })
  const line = Effect.fnUntraced(function* (isLast: boolean) {
    const now = yield* Clock.currentTimeMillis
    const seen = state.at(now)
    const shown = isLast ? { ...seen, waits: [], wakeAt: undefined, remainingMillis: undefined, away: undefined } : seen
    if (!live) return yield* draw(ProgressLine.plain(shown, now))
    yield* draw(ProgressLine.live(shown, now, { columns: (yield* terminal.columns) || 80, colours }))
  })
  yield* Effect.addFinalizer(() => (live ? Effect.andThen(line(true), write("\n")) : line(true)))
  // the first lines come sooner: whoever looks wants to know that it works
  yield* Effect.gen(function* () {
    yield* Effect.sleep(live ? "100 millis" : "10 seconds")
    yield* line(false)
    return yield* line(false).pipe(Effect.delay(live ? "100 millis" : "30 seconds"), Effect.forever)
  }).pipe(Effect.forkScoped)
  const progress: Progress = { away: state.setAway }
  return progress
})
