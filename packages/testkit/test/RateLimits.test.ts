import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, RateLimits } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { key, post, verdict } from "./Talk.ts"

const limited = (limits: RateLimits.RateLimits) =>
  Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer({ limits }))))

describe("rc_message", () => {
  it.effect("lets a burst pass, and then one event at a time", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const roomId = yield* fake.createRoom({ creator: "alice" })
      const invite = (name: string) => post(`/rooms/${roomId}/invite`, accessToken, { user_id: `@${name}:localhost` })
      assert.strictEqual(verdict(yield* invite("b")), "200")
      assert.strictEqual(verdict(yield* invite("c")), "200")
      const refused = yield* invite("d")
      assert.strictEqual(verdict(refused), "429 M_LIMIT_EXCEEDED")
      assert.strictEqual(key(refused, "retry_after_ms"), 2000)
      assert.strictEqual(refused.headers["retry-after"], "2")
      yield* TestClock.adjust("1999 millis")
      assert.strictEqual(key(yield* invite("d"), "retry_after_ms"), 1)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(verdict(yield* invite("d")), "200")
    }).pipe(limited(RateLimits.make({ rc_message: { per_second: 0.5, burst_count: 2 } })))
  )

  it.effect("does not count a repetition, which writes nothing", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const roomId = yield* fake.createRoom({ creator: "alice" })
      const invite = post(`/rooms/${roomId}/invite`, accessToken, { user_id: "@bob:localhost" })
      assert.deepStrictEqual((yield* Effect.all([invite, invite, invite])).map(verdict), ["200", "200", "200"])
    }).pipe(limited(RateLimits.make({ rc_message: { per_second: 0.5, burst_count: 1 } })))
  )
})
