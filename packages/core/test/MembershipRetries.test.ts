/** Attempts of one operation: the policy at work on the wire. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { RoomId, UserId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import * as RetryPolicy from "../src/RetryPolicy.ts"
import { answer, inTurn, layer, make, type Reply } from "./Wire.ts"
import { witness } from "./Witness.ts"

const request = { roomId: RoomId.make("!r:x"), userId: UserId.make("@b:x"), reason: "hello" }
const invite = Effect.flatMap(Membership, (membership) => membership.inviteUser(request))

const limited = (millis: number) => answer(429, `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":${millis}}`)
const done = answer(200, "{}")

/** The wire, the time of each request on it, and the effect under way. */
const started = <A, E>(
  effect: Effect.Effect<A, E, Membership>,
  reply: Reply,
  retry: RetryPolicy.Options | undefined = undefined
) =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const at: Array<number> = []
    const wire = make((sent, nth) => {
      at.push(clock.currentTimeMillisUnsafe())
      return reply(sent, nth)
    })
    const fiber = yield* Effect.forkChild(Effect.provide(effect, layer(wire, { retry })))
    return { wire, at, fiber }
  })

describe("an operation that is told to wait", () => {
  it.effect("waits at least that long, and then sends the very same request", () =>
    Effect.gen(function* () {
      const { at, fiber, wire } = yield* started(invite, inTurn(limited(7000), limited(333_000), done))
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(fiber)
      assert.strictEqual(wire.sent.length, 3)
      assert.isAtLeast((at[1] ?? 0) - (at[0] ?? 0), 7000)
      assert.isAtLeast((at[2] ?? 0) - (at[1] ?? 0), 333_000)
      const distinct = new Set(
        wire.sent.map(({ body, headers, method, url }) => JSON.stringify({ body, headers, method, url }))
      )
      assert.strictEqual(distinct.size, 1)
    })
  )

  it.effect("reads a date by the clock of the server", () =>
    Effect.gen(function* () {
      const headers = { date: "Fri, 31 Dec 1999 23:59:50 GMT", "retry-after": "Sat, 01 Jan 2000 00:00:10 GMT" }
      const { at, fiber } = yield* started(invite, inTurn(answer(429, "", headers), done))
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(fiber)
      const wait = (at[1] ?? 0) - (at[0] ?? 0)
      assert.isTrue(wait >= 20_000 && wait <= 21_000, `${wait}`)
    })
  )

  it.effect("for longer than it may obey fails at once as RateLimited, with the wait attached", () =>
    Effect.gen(function* () {
      const { fiber, wire } = yield* started(Effect.flip(invite), limited(3_600_000))
      yield* TestClock.adjust("1 millis")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(wire.sent.length, 1)
      assert.strictEqual(
        error._tag === "RateLimited" && error.retryAfter ? Duration.toMillis(error.retryAfter) : undefined,
        3_600_000
      )
    })
  )

  it.effect("ends at once when it is interrupted meanwhile", () =>
    Effect.gen(function* () {
      const { fiber, wire } = yield* started(invite, limited(300_000))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(wire.sent.length, 1)
    })
  )
})

describe("the policy", () => {
  it.effect("of the layer holds", () =>
    Effect.gen(function* () {
      const { fiber, wire } = yield* started(Effect.flip(invite), limited(1), { times: 2 })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "RateLimited")
      assert.strictEqual(wire.sent.length, 3)
    })
  )
  it.effect("provided for one call overrides it", () =>
    Effect.gen(function* () {
      const once = Effect.provideService(invite, RetryPolicy.Override, RetryPolicy.none)
      const { fiber, wire } = yield* started(Effect.flip(once), limited(1), { times: 2 })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "RateLimited")
      assert.strictEqual(wire.sent.length, 1)
    })
  )
})

it.effect("all attempts are under one span", () =>
  Effect.gen(function* () {
    const { fiber } = yield* started(witness(invite), inTurn(limited(10), limited(10), done))
    yield* TestClock.adjust("1 hour")
    const { spans } = yield* Fiber.join(fiber)
    const operations = spans.filter(({ name }) => name === "Membership.inviteUser")
    assert.strictEqual(operations.length, 1)
    assert.strictEqual(operations[0]?.attributes.get("matrix.user"), "@b:x")
  })
)
