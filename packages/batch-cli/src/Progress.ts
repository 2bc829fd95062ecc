/** How far the run is, on stderr: one line that is redrawn on a terminal, a line now and then elsewhere. */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
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

/** `128/240 (53 %)  120 done, 8 unchanged  64.0 rows/s`, with a bar on a terminal. */
export const line = (counts: Outcome.Counts, total: number, elapsed: Duration.Duration, terminal: boolean): string => {
  const ended = Outcome.total(counts)
  const share = total === 0 ? 1 : ended / total
  const seconds = Duration.toSeconds(elapsed)
  const rate = seconds > 0 ? `  ${(ended / seconds).toFixed(1)} rows/s` : ""
  return `${terminal ? `${bar(share)} ` : ""}${ended}/${total} (${Math.floor(share * 100)} %)  ${tally(counts)}${rate}`
}

const clear = "\r\u001b[2K"

/** Draws until the scope ends; the last state is always drawn. */
export const make = Effect.fnUntraced(function* (total: number) {
  const stdio = yield* Stdio.Stdio
  const terminal = yield* stdio.stderrIsTerminal
  const started = yield* Clock.currentTimeMillis
  const counts = yield* Ref.make(Outcome.none)
  const write = (text: string) => Effect.ignore(Stream.run(Stream.make(text), stdio.stderr()))
  const draw = Effect.gen(function* () {
    const elapsed = Duration.millis((yield* Clock.currentTimeMillis) - started)
    const text = line(yield* Ref.get(counts), total, elapsed, terminal)
    yield* write(terminal ? `${clear}${text}` : `${text}\n`)
  })
  yield* Effect.addFinalizer(() => (terminal ? Effect.andThen(draw, write("\n")) : draw))
  const every = terminal
    ? Effect.repeat(draw, Schedule.spaced("100 millis"))
    : Effect.repeat(Effect.delay(draw, "10 seconds"), Schedule.forever)
  yield* Effect.forkScoped(every)
  return { add: (outcome: Outcome.Outcome) => Ref.update(counts, (counts) => Outcome.add(counts, outcome)) }
})
