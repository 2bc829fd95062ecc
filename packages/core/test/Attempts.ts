/** Attempts under a retry policy on the virtual clock, and the failures they meet. */
import { assert } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Answers from "../src/Answers.ts"
import { type MatrixError, Unreachable } from "../src/MatrixError.ts"
import * as RetryPolicy from "../src/RetryPolicy.ts"

export const second = 1000
export const minute = 60 * second

export const answer = (status: number, body: string, headers: Record<string, string> = {}, now = 0) =>
  Answers.classify({ status, headers, body }, now)

export const limited = (millis?: number) =>
  answer(
    429,
    JSON.stringify({ errcode: "M_LIMIT_EXCEEDED", ...(millis === undefined ? {} : { retry_after_ms: millis }) })
  )
export const internal = answer(500, '{"errcode":"M_UNKNOWN","error":"Internal server error"}')
export const badGateway = answer(502, '{"errcode":"M_UNKNOWN","error":"Failed to fetch alias"}')
export const proxy = answer(503, "<html>")
export const unreachable = new Unreachable({ cause: "connection reset", sent: true })

/** When each attempt began, in milliseconds from 0 on, and how it ended; the last failure comes again and again. */
export const run = Effect.fnUntraced(function* (
  options: RetryPolicy.Options,
  failures: ReadonlyArray<MatrixError | "done">
) {
  const at: Array<number> = []
  const start = yield* Clock.currentTimeMillis
  const attempt = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    at.push(now - start)
    const failure = failures[Math.min(at.length, failures.length) - 1]
    return failure === undefined || failure === "done" ? Effect.succeed("done") : Effect.fail(failure)
  })
  const schedule = RetryPolicy.schedule(RetryPolicy.make(options))
  const fiber = yield* Effect.forkChild(Effect.exit(Effect.retry(attempt, schedule)))
  yield* TestClock.adjust("1000 days")
  return { at, exit: yield* Fiber.join(fiber) }
})

/** It ended with this very error, whose evidence is therefore untouched. */
export const endedWith = <A>(exit: Exit.Exit<A, MatrixError>, error: MatrixError | undefined) =>
  assert.strictEqual(Exit.isFailure(exit) ? Cause.squash(exit.cause) : "success", error)

/** The waits between the attempts. */
export const gaps = (at: ReadonlyArray<number>) => at.slice(1).map((now, index) => now - (at[index] ?? 0))

export const between = (minimum: number, maximum: number) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
