/** An attempt ends: by its time-out or by an interrupt, and the request with it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { RoomId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import { answer, inTurn, layer, make, type Reply, silence, streamed } from "./Wire.ts"

const forget = Effect.flatMap(Membership, (membership) => membership.forgetRoom({ roomId: RoomId.make("!r:x") }))

describe("time", () => {
  const started = (reply: Reply, timeout?: "5 seconds") =>
    Effect.gen(function* () {
      const wire = make(reply)
      const fiber = yield* Effect.forkChild(
        Effect.provide(Effect.flip(forget), layer(wire, timeout === undefined ? {} : { timeout }))
      )
      yield* TestClock.adjust("1 millis")
      return { fiber, wire }
    })

  it.effect("runs out after a minute: Unreachable, may have been sent, and the request is aborted", () =>
    Effect.gen(function* () {
      const { fiber, wire } = yield* started(silence)
      yield* TestClock.adjust("59 seconds")
      assert.isFalse(wire.sent[0]?.signal.aborted)
      yield* TestClock.adjust("1 second")
      const error = yield* Fiber.join(fiber)
      assert.deepStrictEqual([error._tag, error._tag === "Unreachable" && error.sent], ["Unreachable", true])
      assert.isTrue(wire.sent[0]?.signal.aborted)
    })
  )
  it.effect("runs out when it was set to", () =>
    Effect.gen(function* () {
      const { fiber, wire } = yield* started(silence, "5 seconds")
      yield* TestClock.adjust("5 seconds")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error._tag, "Unreachable")
      assert.include(error.message, "5s")
      assert.isTrue(wire.sent[0]?.signal.aborted)
    })
  )
  it.effect("runs out in the middle of an answer too", () =>
    Effect.gen(function* () {
      let cancelled = false
      const { fiber } = yield* started(
        () =>
          new Response(
            streamed(
              ['{"half":'],
              () => new Promise(() => {}),
              () => {
                cancelled = true
              }
            )
          )
      )
      yield* TestClock.adjust("60 seconds")
      const error = yield* Fiber.join(fiber)
      assert.deepStrictEqual([error._tag, error._tag === "Unreachable" && error.sent], ["Unreachable", true])
      assert.isTrue(cancelled)
    })
  )
  it.effect("an interrupt aborts the request at once", () =>
    Effect.gen(function* () {
      const { fiber, wire } = yield* started(silence)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(wire.sent[0]?.signal.aborted)
    })
  )
  it.effect("is counted anew for each attempt", () =>
    Effect.gen(function* () {
      const wire = make(inTurn(silence, answer(200, "{}")))
      const options = { retry: { times: 1 }, timeout: "5 seconds" } as const
      const fiber = yield* Effect.forkChild(Effect.provide(forget, layer(wire, options)))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.strictEqual(wire.sent.length, 2)
    })
  )
})
