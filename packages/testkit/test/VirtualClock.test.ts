import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"

const virtually = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, VirtualClock.layer())

const now = Clock.currentTimeMillis

/** When an effect is over, by the clock. */
const end = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.andThen(Effect.exit(effect), now)

describe("time", () => {
  it.effect("passes at once when there is nothing to do but wait", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* now, 0)
      yield* Effect.sleep("10 hours")
      assert.strictEqual(yield* now, 36_000_000)
    }).pipe(virtually)
  )

  it.effect("is the same for sleeps, time-outs, schedules and all ways to ask", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* end(Effect.timeout(Effect.never, "90 seconds")), 90_000)
      assert.strictEqual(
        yield* end(Effect.repeat(Effect.void, Schedule.spaced("1 minute").pipe(Schedule.upTo({ times: 3 })))),
        270_000
      )
      assert.strictEqual(
        yield* end(
          Effect.retry(Effect.fail("again"), Schedule.exponential("1 second").pipe(Schedule.upTo({ times: 4 })))
        ),
        285_000
      )
      assert.strictEqual(yield* Clock.currentTimeNanos, 285_000_000_000n)
      assert.strictEqual(yield* Clock.monotonicTimeNanos, 285_000_000_000n)
      const [passed] = yield* Effect.timed(Effect.sleep("2 days"))
      assert.strictEqual(Duration.toDays(passed), 2)
    }).pipe(virtually)
  )

  it.effect("begins when the test says", () =>
    Effect.gen(function* () {
      yield* Effect.sleep("1 second")
      assert.strictEqual(new Date(yield* now).toISOString(), "2026-11-22T12:00:01.000Z")
      assert.strictEqual(yield* Clock.monotonicTimeNanos, 1_000_000_000n)
    }).pipe(Effect.provide(VirtualClock.layer({ start: Date.UTC(2026, 10, 22, 12) })))
  )

  it.effect("is told in whole milliseconds, and kept exactly", () =>
    Effect.gen(function* () {
      yield* Effect.sleep(1.5)
      assert.strictEqual(yield* now, 1)
      yield* Effect.sleep(1.5)
      assert.strictEqual(yield* now, 3)
    }).pipe(virtually)
  )

  it.effect("does not pass in waits of nothing", () =>
    Effect.gen(function* () {
      yield* Effect.sleep("1 nano")
      yield* Effect.sleep(0)
      assert.strictEqual(yield* Clock.currentTimeNanos, 1n)
    }).pipe(virtually)
  )

  it.effect("ends with the layer, whatever loops are left behind", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(VirtualClock.layer(), scope)
      let rounds = 0
      const loop = Effect.forever(
        Effect.andThen(
          Effect.sleep("1 minute"),
          Effect.sync(() => rounds++)
        )
      )
      const fiber = yield* Effect.forkChild(loop).pipe(Effect.provide(context))
      while (rounds === 0) yield* moment
      yield* Scope.close(scope, Exit.void)
      const before = rounds
      yield* moment
      assert.strictEqual(rounds, before)
      yield* Fiber.interrupt(fiber)
    })
  )
})

/** A moment of real time, in which the event loop has nothing else to do. */
const moment = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))

describe("timers", () => {
  it.effect("at one moment go off in the order in which they were set", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const named = (name: string, millis: number) =>
        Effect.andThen(
          Effect.sleep(millis),
          Effect.sync(() => order.push(name))
        )
      yield* Effect.all(
        [
          named("a", 5),
          named("b", 3),
          named("c", 5),
          Effect.andThen(Effect.sleep(2), named("d", 3)),
          Effect.andThen(Effect.sleep(1), named("e", 4))
        ],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(order, ["b", "a", "c", "e", "d"])
    }).pipe(virtually)
  )

  it.effect("are gone with the fibre that waits", () =>
    Effect.gen(function* () {
      yield* Effect.race(Effect.sleep("1 hour"), Effect.sleep("1 second"))
      assert.strictEqual(yield* now, 1000)
      const sleeper = yield* Effect.forkChild(Effect.sleep("1 minute"))
      yield* Effect.sleep("1 second")
      yield* Fiber.interrupt(sleeper)
      yield* Effect.sleep("2 minutes")
      assert.strictEqual(yield* now, 122_000)
    }).pipe(virtually)
  )

  it.effect("taken back by one at the same moment do not go off", () =>
    Effect.gen(function* () {
      const woken: Array<string> = []
      const second = yield* Deferred.make<Fiber.Fiber<unknown>>()
      yield* Effect.forkChild(
        Effect.andThen(
          Effect.sleep(10),
          Effect.flatMap(Deferred.await(second), (fiber) => Fiber.interrupt(fiber))
        )
      )
      yield* Effect.yieldNow
      const fiber = yield* Effect.forkChild(
        Effect.andThen(
          Effect.sleep(10),
          Effect.sync(() => woken.push("second"))
        )
      )
      yield* Deferred.succeed(second, fiber)
      yield* Fiber.await(fiber)
      assert.deepStrictEqual(woken, [])
    }).pipe(virtually)
  )

  it.effect("that never go off hold up nobody", () =>
    Effect.gen(function* () {
      yield* Effect.forkChild(Effect.sleep(Duration.infinity))
      yield* Effect.sleep("1 day")
      assert.strictEqual(yield* now, 86_400_000)
    }).pipe(virtually)
  )
})

it.effect("code that is not Effect waits for the fake no longer than it has to", () =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    yield* fake.faults.every({}, Faults.delay("1 hour"))
    const versions = async () => {
      const response = await fake.fetch("http://localhost/_matrix/client/versions")
      return response.json()
    }
    const [one, other] = yield* Effect.promise(async () => [await versions(), await versions()])
    assert.deepStrictEqual(one, other)
    assert.strictEqual(yield* now, 7_200_000)
  }).pipe(Effect.provide(FakeHomeserver.layer().pipe(Layer.provideMerge(VirtualClock.layer()))))
)
