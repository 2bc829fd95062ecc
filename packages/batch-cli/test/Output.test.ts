import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as PlatformError from "effect/PlatformError"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Output from "../src/Output.ts"

/** What is written by it, to a reader who takes a while over every piece. */
const written = Effect.fnUntraced(function* (program: Effect.Effect<unknown, never, Stdio.Stdio>) {
  let text = ""
  let pieces = 0
  const write = Effect.fnUntraced(function* (chunk: string | Uint8Array) {
    yield* Effect.yieldNow
    pieces++
    text += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk)
  })
  const sink = () => Sink.forEach(write)
  yield* Effect.provide(program, Stdio.layerTest({ stdout: sink }))
  return { pieces, text }
})

describe("what goes to stdout", () => {
  it.effect("is in order and whole, whoever writes", () =>
    Effect.gen(function* () {
      const lines = Array.from({ length: 200 }, (_, n) => `row ${n}\n`)
      const { text } = yield* written(Effect.forEach(lines, Output.print, { concurrency: "unbounded" }))
      assert.deepStrictEqual(text, lines.join(""))
    })
  )
  it.effect("is many lines at a time where there are many", () =>
    Effect.gen(function* () {
      const lines = Array.from({ length: 5000 }, (_, n) => `row ${n}`)
      const { pieces, text } = yield* written(Output.printLines(lines))
      assert.strictEqual(text, `${lines.join("\n")}\n`)
      assert.isBelow(pieces, 10)
    })
  )
  it.effect("may have no reader any more, and nothing comes of it", () =>
    Effect.gen(function* () {
      const gone = PlatformError.systemError({ _tag: "BadResource", module: "Stdio", method: "stdout" })
      const stdio = Stdio.layerTest({ stdout: () => Sink.fail(gone) })
      yield* Effect.provide(Effect.andThen(Output.print("a\n"), Output.printLines(["b", "c"])), stdio)
    })
  )
})
