import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Terminal from "effect/Terminal"
import * as TestClock from "effect/testing/TestClock"
import * as Outcome from "../src/Outcome.ts"
import * as Progress from "../src/Progress.ts"

const state = (counts: Partial<Outcome.Counts>, total: number, waits: ReadonlyArray<number> = []): Progress.State => ({
  counts: { ...Outcome.none, ...counts },
  total,
  waits
})

describe("the line", () => {
  it("says how far the run is, how it went and how fast", () => {
    assert.strictEqual(
      Progress.line(state({ done: 120, unchanged: 8 }, 240), 1000, 3000),
      "128/240 (53 %)  120 done, 8 unchanged  64.0 rows/s"
    )
  })
  it("does not take rows for progress that will not be attempted", () => {
    assert.match(Progress.line(state({ done: 1, notAttempted: 9 }, 10), 0, 1000), /^1\/10 \(10 %\)/u)
  })
  it("is never at a hundred per cent before the end", () => {
    assert.include(Progress.line(state({ done: 1999 }, 2000), 0, 1000), "(99 %)")
    assert.include(Progress.line(state({ done: 2000 }, 2000), 0, 1000), "(100 %)")
  })
  it("says how many rows the server makes wait, and how long the last of them will", () => {
    assert.include(Progress.line(state({ done: 1 }, 9, [4000, 330_000]), 0, 1000), "2 waiting, up to 329 s")
  })
  it("names no rate before there is one", () => {
    assert.notInclude(Progress.line(state({}, 10), 1000, 1000), "rows/s")
    assert.notInclude(Progress.line(state({}, 10), 1000, 60_000), "rows/s")
  })
})

const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
const Counts = Schema.Struct({ done: Count, unchanged: Count, failed: Count, unknown: Count, notAttempted: Count })

it.prop(
  "on a terminal the line never wraps, as a wrapped line could not be drawn over",
  { counts: Counts, columns: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 })), wait: Count },
  ({ columns, counts, wait }) => {
    const text = Progress.live(state(counts, Outcome.total(counts), [wait]), 0, 1000, columns)
    assert.isBelow(text.length, Math.max(columns, 2))
    assert.notInclude(text, "\n")
  }
)

it("on a wide terminal the line has a bar, as full as the run is far", () => {
  const bar = (done: number) => Progress.live(state({ done }, 100), 0, 1000, 120).split(" ")[0] ?? ""
  assert.match(bar(0), /^░+$/u)
  assert.match(bar(50), /^(█+)░{12}$/u)
  assert.match(bar(100), /^█{24}$/u)
})

const terminal = Terminal.make({
  columns: Effect.succeed(80),
  rows: Effect.succeed(24),
  size: Effect.die("not asked for"),
  readInput: Effect.die("not asked for"),
  readLine: Effect.die("not asked for"),
  display: () => Effect.die("not asked for")
})

/** What is written to stderr while `use` goes on. */
const drawn = Effect.fnUntraced(function* (
  options: { readonly terminal: boolean },
  use: (progress: Effect.Success<ReturnType<typeof Progress.make>>) => Effect.Effect<void>
) {
  const chunks: Array<string> = []
  const keep = (chunk: string | Uint8Array) => Effect.sync(() => chunks.push(String(chunk)))
  const refuse = () => Effect.die("stdout is for results")
  yield* Effect.flatMap(Progress.make(10), use).pipe(
    Effect.scoped,
    Effect.provide(
      Layer.mergeAll(
        Stdio.layerTest({
          stderr: () => Sink.forEach(keep),
          stdout: () => Sink.forEach(refuse),
          stderrIsTerminal: Effect.succeed(options.terminal)
        }),
        Layer.succeed(Terminal.Terminal, terminal)
      )
    )
  )
  return chunks
})

describe("on a terminal", () => {
  it.effect("the line is redrawn ten times a second, and at the end it is left with its last state", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: true }, ({ add }) =>
        Effect.andThen(TestClock.adjust("1 second"), add(Outcome.done))
      )
      assert.strictEqual(chunks.length, 12)
      for (const chunk of chunks.slice(0, -1)) assert.isTrue(chunk.startsWith("\r\u001b[2K"), JSON.stringify(chunk))
      assert.include(chunks.at(-2) ?? "", "1/10 (10 %)  1 done")
      assert.strictEqual(chunks.at(-1), "\n")
    })
  )
})

describe("without a terminal", () => {
  it.effect("there is a line now and then and one at the end, without control characters", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: false }, ({ add }) =>
        Effect.andThen(TestClock.adjust("35 seconds"), add(Outcome.unchanged("already joined")))
      )
      assert.strictEqual(chunks.length, 4)
      for (const chunk of chunks) assert.match(chunk, /^[^\p{Cc}]+\n$/u)
      assert.include(chunks.at(-1) ?? "", "1/10 (10 %)  0 done, 1 unchanged")
    })
  )
  it.effect("a short run says its one line at the end", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: false }, ({ add }) => add(Outcome.done))
      assert.strictEqual(chunks.length, 1)
    })
  )
})

describe("a wait", () => {
  it.effect("is shown for as long as it lasts", () =>
    Effect.gen(function* () {
      const chunks = yield* drawn({ terminal: false }, ({ waiting }) =>
        Effect.gen(function* () {
          yield* waiting("row 1", 60_000)
          yield* waiting("row 2", 30_000)
          yield* TestClock.adjust("10 seconds")
          yield* waiting("row 1", undefined)
          yield* TestClock.adjust("10 seconds")
          yield* waiting("row 2", undefined)
        })
      )
      assert.include(chunks[0] ?? "", "2 waiting, up to 50 s")
      assert.include(chunks[1] ?? "", "1 waiting, up to 10 s")
      assert.notInclude(chunks[2] ?? "", "waiting")
    })
  )
})
