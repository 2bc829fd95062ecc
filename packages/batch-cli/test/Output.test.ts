import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as PlatformError from "effect/PlatformError"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import type { WrongUsage } from "../src/ExitCode.ts"
import * as Output from "../src/Output.ts"

/** What is written by it, to a reader who takes a while over every piece. */
const written = Effect.fnUntraced(function* (program: Effect.Effect<unknown, WrongUsage, Stdio.Stdio>) {
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

/** Output that cannot be written, for this reason of the system's. */
const failing = (code: string, said: (text: string) => void = () => undefined) => {
  const cause = Object.assign(new Error(code), { code })
  const error = PlatformError.systemError({ _tag: "Unknown", module: "Stdio", method: "stdout", cause })
  const take = (text: string | Uint8Array) => Effect.sync(() => said(String(text)))
  return Stdio.layerTest({ stdout: () => Sink.fail(error), stderr: () => Sink.forEach(take) })
}

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
      const program = Effect.andThen(Output.print("a\n"), Output.printLines(["b", "c"]))
      yield* Effect.provide(program, failing("EPIPE"))
    })
  )
  it.effect("is an error where it is lost, with its reason", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Effect.provide(Output.print("a\n"), failing("ENOSPC")))
      assert.strictEqual(error.message, "standard output cannot be written: the disk is full (ENOSPC)")
    })
  )
  it.effect("is lost to a run with one word about it, and the run goes on", () =>
    Effect.gen(function* () {
      let said = ""
      const unlessLost = Output.unlessLost()
      yield* Effect.forEach(["a\n", "b\n"], (text) => unlessLost(Output.print(text))).pipe(
        Effect.provide(
          failing("ENOSPC", (text) => {
            said += text
          })
        )
      )
      assert.strictEqual(said, "standard output cannot be written: the disk is full (ENOSPC)\n")
    })
  )
})
