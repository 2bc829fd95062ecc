import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import type { MatrixError } from "../src/MatrixError.ts"
import * as RetryPolicy from "../src/RetryPolicy.ts"
import {
  answer,
  badGateway,
  between,
  endedWith,
  gaps,
  internal,
  limited,
  minute,
  proxy,
  run,
  second,
  unreachable
} from "./Attempts.ts"

const failures = { limited: limited(), "limited 3 s": limited(3 * second), internal, badGateway, proxy, unreachable }
const kinds = Schema.Array(
  Schema.Literals(["limited", "limited 3 s", "internal", "badGateway", "proxy", "unreachable"])
).check(Schema.isMinLength(1), Schema.isMaxLength(12))

describe("what is repeated", () => {
  const permanent: ReadonlyArray<MatrixError> = [
    answer(403, '{"errcode":"M_FORBIDDEN"}'),
    answer(404, '{"errcode":"M_NOT_FOUND"}'),
    answer(403, '{"errcode":"M_BAD_STATE"}'),
    answer(403, '{"errcode":"M_INVITE_BLOCKED"}'),
    answer(401, '{"errcode":"M_UNKNOWN_TOKEN","soft_logout":true}'),
    answer(401, '{"errcode":"M_USER_LOCKED"}'),
    answer(403, '{"errcode":"M_USER_SUSPENDED"}'),
    answer(429, '{"errcode":"M_USER_LIMIT_EXCEEDED"}'),
    answer(403, '{"errcode":"M_RESOURCE_LIMIT_EXCEEDED"}'),
    answer(403, '{"errcode":"M_LIMIT_EXCEEDED"}'),
    answer(400, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1}'),
    answer(400, '{"errcode":"M_UNSUPPORTED_ROOM_VERSION"}'),
    answer(400, '{"errcode":"M_BAD_JSON"}'),
    answer(404, '{"errcode":"M_UNRECOGNIZED"}'),
    answer(418, '{"errcode":"ORG.EXAMPLE"}'),
    answer(500, '{"errcode":"M_FORBIDDEN","error":"Unknown membership knock"}'),
    answer(501, '{"errcode":"M_UNKNOWN"}'),
    answer(202, '{"errcode":"M_UNKNOWN"}'),
    answer(200, "<html>log in</html>"),
    answer(404, "<html>not here</html>"),
    answer(302, "", { location: "https://elsewhere.example" })
  ]
  it.effect.each(permanent.map((error) => ({ error, name: `${error._tag}: ${error.message}` })))(
    "never $name",
    ({ error }) =>
      Effect.gen(function* () {
        const { at, exit } = yield* run({}, [error, "done"])
        assert.deepStrictEqual(at, [0])
        endedWith(exit, error)
      })
  )
  it.effect("nor anything that comes after such an error", () =>
    Effect.gen(function* () {
      const { at } = yield* run({}, [unreachable, answer(403, '{"errcode":"M_FORBIDDEN"}'), "done"])
      assert.strictEqual(at.length, 2)
    })
  )
  it.effect.each([
    limited(),
    limited(1),
    badGateway,
    proxy,
    unreachable,
    answer(503, '{"errcode":"M_UNKNOWN"}'),
    answer(504, '{"errcode":"M_UNKNOWN"}'),
    answer(429, "<html>")
  ])("%s is, until it goes away", (error) =>
    Effect.gen(function* () {
      const { at, exit } = yield* run({}, [error, error, error, error, error, "done"])
      assert.strictEqual(at.length, 6)
      assert.deepStrictEqual(exit, Exit.succeed("done"))
    })
  )
  it.effect("a plain 500 is repeated once and no more, as servers give it for bugs that repeat", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* run({}, [internal])).at.length, 2)
      assert.strictEqual((yield* run({}, [internal, "done"])).exit._tag, "Success")
      // also when something else comes in between
      assert.strictEqual(
        (yield* run({ times: 50 }, [internal, badGateway, unreachable, internal, "done"])).at.length,
        4
      )
    })
  )
  it.effect("a schedule used twice counts anew", () =>
    Effect.gen(function* () {
      const schedule = RetryPolicy.schedule(RetryPolicy.make())
      for (const _ of [1, 2]) {
        let attempts = 0
        const attempt = Effect.suspend(() => (attempts++ === 0 ? Effect.fail<MatrixError>(internal) : Effect.void))
        const fiber = yield* Effect.forkChild(Effect.retry(attempt, schedule))
        yield* TestClock.adjust("1 hour")
        yield* Fiber.join(fiber)
        assert.strictEqual(attempts, 2)
      }
    })
  )
})

describe("bounds", () => {
  it.effect.prop(
    "attempts, budget and the last error, whatever goes wrong",
    {
      times: between(0, 8),
      base: between(1, 60_000),
      cap: between(1, 60_000),
      budget: between(0, 200_000),
      kinds
    },
    ({ base, budget, cap, kinds, times }) =>
      Effect.gen(function* () {
        const script = kinds.map((kind) => failures[kind])
        const { at, exit } = yield* run({ times, base, cap, budget }, script)
        assert.isAtMost(at.length, times + 1)
        assert.isAtMost(at.at(-1) ?? 0, budget)
        assert.isAtMost(script.slice(0, at.length - 1).filter((error) => error === internal).length, 1)
        endedWith(exit, script[Math.min(at.length, script.length) - 1])
        gaps(at).forEach((gap, index) => {
          const asked = script[Math.min(index, script.length - 1)]
          // a millisecond for the rounding of the clock
          if (asked?._tag !== "RateLimited" || asked.retryAfter === undefined) assert.isAtMost(gap, cap + 1)
        })
      })
  )
  it.effect("the back-off doubles up to the cap, with at most half of it taken off", () =>
    Effect.gen(function* () {
      const { at } = yield* run({ times: 8, base: "1 second", cap: "20 seconds" }, [unreachable])
      assert.strictEqual(at.length, 9)
      gaps(at).forEach((gap, index) => {
        const whole = Math.min(2 ** index, 20) * second
        assert.isTrue(gap >= whole / 2 && gap <= whole, `wait ${index + 1}: ${gap} of ${whole}`)
      })
    })
  )
  it.effect("a wait up to the longest one is obeyed, a longer one is reported at once and carried along", () =>
    Effect.gen(function* () {
      const obeyed = yield* run({ longestWait: "6 minutes" }, [limited(6 * minute), "done"])
      assert.strictEqual(obeyed.at.length, 2)
      const error = limited(6 * minute + 1)
      const { at, exit } = yield* run({ longestWait: "6 minutes" }, [error, "done"])
      assert.deepStrictEqual(at, [0])
      endedWith(exit, error)
      assert.isTrue(error._tag === "RateLimited" && error.retryAfter !== undefined)
    })
  )
  it.effect("a wait that would end beyond the budget is not begun", () =>
    Effect.gen(function* () {
      const error = limited(5 * minute)
      const { at, exit } = yield* run({ budget: "12 minutes", times: 100 }, [error])
      // at 0, 5 and 10 minutes, the jitter left aside
      assert.strictEqual(at.length, 3)
      endedWith(exit, error)
    })
  )
  it.effect("the default obeys Synapse's 333 s per invitee", () =>
    Effect.gen(function* () {
      const { at, exit } = yield* run({}, [limited(333_334), "done"])
      assert.strictEqual(at.length, 2)
      assert.deepStrictEqual(exit, Exit.succeed("done"))
    })
  )
  it.effect("`none` is one attempt", () =>
    Effect.gen(function* () {
      let attempts = 0
      const attempt = Effect.suspend(() => {
        attempts += 1
        return Effect.fail(unreachable)
      })
      yield* Effect.exit(Effect.retry(attempt, RetryPolicy.schedule(RetryPolicy.none)))
      assert.strictEqual(attempts, 1)
    })
  )
})

it.effect("an interrupt in the middle of a wait ends it at once, and nothing more is sent", () =>
  Effect.gen(function* () {
    let attempts = 0
    const attempt = Effect.suspend(() => {
      attempts += 1
      return Effect.fail(limited(5 * minute))
    })
    const fiber = yield* Effect.forkChild(Effect.retry(attempt, RetryPolicy.schedule(RetryPolicy.make())))
    yield* TestClock.adjust("1 minute")
    yield* Fiber.interrupt(fiber)
    assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
    yield* TestClock.adjust("1 day")
    assert.strictEqual(attempts, 1)
  })
)
