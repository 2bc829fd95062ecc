/** How far the run is, on stderr: one line that is redrawn on a terminal, a line now and then elsewhere. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Terminal from "effect/Terminal"
import * as Outcome from "./Outcome.ts"

const width = 24

const bar = (share: number): string => {
  const filled = Math.round(share * width)
  return `${"█".repeat(filled)}${"░".repeat(width - filled)}`
}

/** Only what has happened is named; `done` always. */
const tally = (counts: Outcome.Counts): string =>
  [
    `${counts.done} done`,
    ...(counts.unchanged > 0 ? [`${counts.unchanged} unchanged`] : []),
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts.unknown > 0 ? [`${counts.unknown} unknown`] : []),
    ...(counts.notAttempted > 0 ? [`${counts.notAttempted} not attempted`] : [])
  ].join(", ")

export interface State {
  readonly counts: Outcome.Counts
  readonly total: number
  /** When each waiting row goes on, in epoch milliseconds. */
  readonly waits: ReadonlyArray<number>
}

const waiting = (waits: ReadonlyArray<number>, now: number): string => {
  const longest = Math.max(...waits) - now
  return waits.length === 0 ? "" : `  ${waits.length} waiting, up to ${Math.max(1, Math.ceil(longest / 1000))} s`
}

/** `128/240 (53 %)  120 done, 8 unchanged  64.0 rows/s`: rows that will not be attempted are not progress. */
export const line = ({ counts, total, waits }: State, started: number, now: number): string => {
  const ended = Outcome.total(counts) - counts.notAttempted
  const seconds = (now - started) / 1000
  const rate = seconds > 0 && ended > 0 ? `  ${(ended / seconds).toFixed(1)} rows/s` : ""
  const share = Math.floor((ended / Math.max(1, total)) * 100)
  return `${ended}/${total} (${share} %)  ${tally(counts)}${rate}${waiting(waits, now)}`
}

/** The same with a bar before it, where the terminal is wide enough: a line that wraps cannot be drawn over. */
export const live = (state: State, started: number, now: number, columns: number): string => {
  const text = line(state, started, now)
  const ended = Outcome.total(state.counts) - state.counts.notAttempted
  const drawn = text.length + width + 1 < columns ? `${bar(ended / Math.max(1, state.total))} ${text}` : text
  return drawn.length < columns ? drawn : `${drawn.slice(0, Math.max(0, columns - 2))}…`
}

/** A line that is not in the way of the progress line: on a terminal only, and gone when that is drawn. */
export const note = Effect.fnUntraced(function* (text: string) {
  const stdio = yield* Stdio.Stdio
  if (!(yield* stdio.stderrIsTerminal)) return
  yield* Effect.ignore(Stream.run(Stream.make(`${clear}${text}`), stdio.stderr()))
})

const clear = "\r\u001b[2K"

/** Draws until the scope ends; the last state is always drawn. */
export const make = Effect.fnUntraced(function* (total: number) {
  const stdio = yield* Stdio.Stdio
  const terminal = yield* Terminal.Terminal
  const isTerminal = yield* stdio.stderrIsTerminal
  const started = yield* Clock.currentTimeMillis
  const counts = yield* Ref.make(Outcome.none)
  const waits = yield* Ref.make<ReadonlyMap<unknown, number>>(new Map())
  const write = (text: string) => Effect.ignore(Stream.run(Stream.make(text), stdio.stderr()))
  const state = Effect.gen(function* () {
    return { counts: yield* Ref.get(counts), total, waits: [...(yield* Ref.get(waits)).values()] }
  })
  const draw = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const text = isTerminal
      ? `${clear}${live(yield* state, started, now, (yield* terminal.columns) || 80)}`
      : `${line(yield* state, started, now)}\n`
    yield* write(text)
  })
  yield* Effect.addFinalizer(() => (isTerminal ? Effect.andThen(draw, write("\n")) : draw))
  yield* draw.pipe(Effect.delay(isTerminal ? "100 millis" : "10 seconds"), Effect.forever, Effect.forkScoped)
  return {
    add: (outcome: Outcome.Outcome) => Ref.update(counts, (counts) => Outcome.add(counts, outcome)),
    /** A row waits until then, or no longer. */
    waiting: (row: unknown, until: number | undefined) =>
      Ref.update(waits, (before) => {
        const after = new Map(before)
        if (until === undefined) after.delete(row)
        else after.set(row, until)
        return after
      })
  }
})
