import { assert, describe, it } from "@effect/vitest"
import { Unreachable } from "@matrix-membership/core/MatrixError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import * as TestClock from "effect/testing/TestClock"
import * as Outcome from "../../src/Outcome.ts"
import * as Ledger from "../../src/report/Ledger.ts"
import * as Progress from "../../src/report/Progress.ts"
import { account } from "./ReportStage.ts"

const terminal = Terminal.make({
  columns: Effect.succeed(80),
  rows: Effect.succeed(24),
  size: Effect.die("not asked for"),
  readInput: Effect.die("not asked for"),
  readLine: Effect.die("not asked for"),
  display: () => Effect.die("not asked for")
})

interface Stage {
  readonly ledger: Ledger.Ledger
  readonly progress: Progress.Progress
  /** How often the schedule was asked what is ahead. */
  readonly looks: () => number
}

/** What is written to stderr while `use` goes on. */
const drawn = Effect.fnUntraced(function* (
  options: { readonly terminal: boolean; readonly env?: Record<string, string>; readonly until?: number },
  use: (stage: Stage) => Effect.Effect<void>
) {
  const chunks: Array<string> = []
  const keep = (chunk: string | Uint8Array) => Effect.sync(() => chunks.push(String(chunk)))
  const refuse = () => Effect.die("stdout is for results")
  const ledger = Ledger.make(account(Array.from({ length: 10 }, () => ({}))).rows)
  let looks = 0
  const schedule = {
    waits: (now: number) => {
      looks++
      const until = options.until ?? 0
      return until > now ? [{ kind: "rc_message" as const, key: -1, until, rows: 7 }] : []
    },
    wakeAt: () => undefined,
    remainingMillis: () => 0,
    assumes: () => false
  }
  yield* Effect.flatMap(Progress.make({ ledger, schedule }), (progress) =>
    use({ ledger, progress, looks: () => looks })
  ).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.mergeAll(
        Stdio.layerTest({
          stderr: () => Sink.forEach(keep),
          stdout: () => Sink.forEach(refuse),
          stderrIsTerminal: Effect.succeed(options.terminal)
        }),
        Layer.succeed(Terminal.Terminal, terminal),
        ConfigProvider.layer(ConfigProvider.fromEnv({ env: options.env ?? { TERM: "xterm" } }))
      )
    )
  )
  return chunks
})

describe("on a terminal", () => {
  it.effect("the line is drawn over itself whenever it changes, and is left with its last state", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: true }, ({ ledger }) =>
        Effect.gen(function* () {
          yield* TestClock.adjust("1 second")
          ledger.set(0, Outcome.done, 1000)
          yield* TestClock.adjust("90 millis")
          ledger.set(1, Outcome.done, 1090)
        })
      )
      assert.strictEqual(chunks.length, 3)
      for (const chunk of chunks.slice(0, -1)) assert.isTrue(chunk.startsWith("\r\u001b[2K"), JSON.stringify(chunk))
      assert.include(chunks[0] ?? "", "0/10 (0 %)")
      assert.include(chunks[1] ?? "", "2/10 (20 %)  2 done")
      assert.strictEqual(chunks.at(-1), "\n")
    })
  )
  it.effect("the schedule is asked once a second, however often the line is drawn", () =>
    drawn({ terminal: true }, ({ looks }) =>
      Effect.gen(function* () {
        yield* TestClock.adjust("10 seconds")
        assert.isAtMost(looks(), 11)
        assert.isAtLeast(looks(), 9)
      })
    )
  )
  it.effect("a wait counts down while it lasts", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: true, until: 5000 }, () => TestClock.adjust("8 seconds"))
      const text = chunks.join("")
      assert.include(text, "waiting 4 s for rc_message, 7 rows")
      assert.include(text, "waiting 1 s")
      assert.notInclude(chunks.slice(-2).join(""), "waiting")
    })
  )
  it.effect("a server that is away is told for as long as it is", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: true }, ({ progress }) =>
        Effect.gen(function* () {
          progress.away(new Unreachable({ cause: "connect ECONNREFUSED", sent: false }), 20_000)
          yield* TestClock.adjust("1 second")
          progress.away(undefined, 0)
          yield* TestClock.adjust("1 second")
        })
      )
      assert.include(chunks[0] ?? "", "asking again in 20 s")
      assert.notInclude(chunks.at(-2) ?? "", "asking")
    })
  )
  it.effect("the rate is that of the last minute, without what earlier runs did", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: true }, ({ ledger }) =>
        Effect.gen(function* () {
          for (const row of [0, 1, 2, 3, 4]) ledger.set(row, Outcome.done, 0)
          yield* TestClock.adjust("2 minutes")
          for (const row of [5, 6, 7, 8]) ledger.set(row, Outcome.done, 0)
          yield* TestClock.adjust("2 seconds")
        })
      )
      assert.match(chunks.at(-2) ?? "", /9\/10.* (?:3\.9|4\.0) rows\/min$/u)
      assert.match(chunks.at(-3) ?? "", /rows\/min {2}about \d+ s left/u)
    })
  )
  const failing = ({ ledger }: Stage) =>
    Effect.andThen(
      Effect.sync(() => ledger.set(0, { _tag: "failed", failure: { tag: "Forbidden", message: "no" } }, 0)),
      TestClock.adjust("1 second")
    )
  it.effect("there are no colours where NO_COLOR is set", () =>
    Effect.gen(function* () {
      const red = "\u001b[31m1 failed"
      assert.include((yield* drawn({ terminal: true, env: { TERM: "xterm", NO_COLOR: "" } }, failing)).join(""), red)
      assert.notInclude((yield* drawn({ terminal: true, env: { NO_COLOR: "1" } }, failing)).join(""), "\u001b[31m")
    })
  )
  it.effect("a dumb one gets whole lines and no control characters", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: true, env: { TERM: "dumb" } }, failing)
      for (const chunk of chunks) assert.match(chunk, /^[^\p{Cc}]+\n$/u)
    })
  )
})

describe("without a terminal", () => {
  it.effect("there is a line after ten seconds, every half minute from then on, and one at the end", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: false }, ({ ledger }) =>
        Effect.gen(function* () {
          for (const row of [0, 1, 2, 3]) {
            ledger.set(row, Outcome.done, 0)
            yield* TestClock.adjust("20 seconds")
          }
        })
      )
      assert.deepStrictEqual(
        chunks.map((chunk) => chunk.slice(0, chunk.indexOf(" "))),
        ["1/10", "2/10", "4/10", "4/10"]
      )
      for (const chunk of chunks) assert.match(chunk, /^[^\p{Cc}]+\n$/u)
    })
  )
  it.effect("nothing is said twice", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: false }, () => TestClock.adjust("10 minutes"))
      assert.strictEqual(chunks.length, 1)
    })
  )
  it.effect("a short run says its one line at the end", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: false }, ({ ledger }) =>
        Effect.sync(() => ledger.set(0, Outcome.unchanged("already joined"), 0))
      )
      assert.deepStrictEqual(chunks, ["1/10 (10 %)  0 done, 1 unchanged\n"])
    })
  )
})
