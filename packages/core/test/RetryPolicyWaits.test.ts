import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as TestClock from "effect/testing/TestClock"
import { answer, between, endedWith, gaps, limited, run, second } from "./Attempts.ts"

describe("never sooner than asked", () => {
  const patient = { longestWait: "400 days", budget: "900 days", base: "1 second" } as const

  it.effect.prop("in retry_after_ms, and at most the base later", [between(1, 3_600_000)], ([millis]) =>
    Effect.gen(function* () {
      const { at, exit } = yield* run(patient, [limited(millis), limited(millis), "done"])
      assert.isTrue(Exit.isSuccess(exit))
      for (const gap of gaps(at)) assert.isTrue(gap >= millis && gap <= millis + second, `${gap}`)
      assert.strictEqual(at.length, 3)
    })
  )

  it.effect("and with a wait of nothing it slows down all the same", () =>
    Effect.gen(function* () {
      const { at } = yield* run(patient, [limited(0), limited(0), limited(0), limited(0), "done"])
      const [first = 0, , , last = 0] = gaps(at)
      assert.isAbove(last, first)
    })
  )

  it.effect.prop("in seconds of Retry-After", [between(0, 100_000)], ([seconds]) =>
    Effect.gen(function* () {
      const { at } = yield* run(patient, [answer(429, "", { "retry-after": String(seconds) }), "done"])
      assert.strictEqual(at.length, 2)
      assert.isAtLeast(at[1] ?? -1, seconds * second)
    })
  )

  it.effect.prop(
    "in a date of Retry-After, by the clock of a server that is years off",
    { skew: between(-1_000_000, 1_000_000), seconds: between(0, 100_000), start: between(0, 999) },
    ({ seconds, skew, start }) =>
      Effect.gen(function* () {
        // 2026, and not on a full second
        yield* TestClock.setTime(1_785_000_000_000 + start)
        const now = yield* Clock.currentTimeMillis
        const theirs = now + skew * second
        const headers = {
          date: new Date(theirs).toUTCString(),
          "retry-after": new Date(theirs + seconds * second).toUTCString()
        }
        const { at } = yield* run(patient, [answer(429, "<html>", headers, now), "done"])
        assert.isAtLeast(at[1] ?? -1, seconds * second)
      })
  )

  it.effect.prop(
    "in the longer one of header and body",
    { seconds: between(0, 1000), millis: between(0, 1_000_000) },
    ({ millis, seconds }) =>
      Effect.gen(function* () {
        const body = JSON.stringify({ errcode: "M_LIMIT_EXCEEDED", retry_after_ms: millis })
        const { at } = yield* run(patient, [answer(429, body, { "retry-after": String(seconds) }), "done"])
        assert.isAtLeast(at[1] ?? -1, Math.max(millis, seconds * second))
      })
  )

  it.effect("nonsense is no wait of the server's, and our own back-off holds", () =>
    Effect.gen(function* () {
      for (const millis of ["-1", "-1e999", '"5000"', "null", "{}"]) {
        const body = `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":${millis}}`
        const { at } = yield* run({ base: "8 seconds" }, [answer(429, body, { "retry-after": "NaN" }), "done"])
        const [gap = -1] = gaps(at)
        assert.isTrue(gap >= 4 * second && gap <= 8 * second, `${millis}: ${gap}`)
      }
    })
  )

  it.effect("an absurd wait is no nonsense: nobody comes back for it, and it is told", () =>
    Effect.gen(function* () {
      for (const error of [
        answer(429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1e999}'),
        answer(429, "", { "retry-after": "9".repeat(40) })
      ]) {
        const { at, exit } = yield* run({}, [error, "done"])
        assert.deepStrictEqual(at, [0])
        endedWith(exit, error)
        assert.isTrue(error._tag === "RateLimited" && error.retryAfter !== undefined)
      }
    })
  )

  it.effect("and not all in the same instant", () =>
    Effect.gen(function* () {
      const runs = yield* Effect.forEach(Array.from({ length: 20 }), () => run({}, [limited(5 * second), "done"]))
      assert.isAbove(new Set(runs.map(({ at }) => at[1])).size, 10)
    })
  )
})
