import { assert, describe, it } from "@effect/vitest"
import { VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"

/** Waits of a fibre, one after the other, in milliseconds. Few different ones, so that many end together. */
const Waits = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 6 }))).check(Schema.isMaxLength(6))
const Fibres = Schema.Array(Waits).check(Schema.isMaxLength(12))
const Seldom = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 30 }))

interface Woken {
  readonly fibre: number
  readonly step: number
  readonly at: number
}

/** What should happen, without any clock: always the earliest timer, and of several the one that was set first. */
const expected = (fibres: typeof Fibres.Type): ReadonlyArray<Woken> => {
  const woken: Array<Woken> = []
  const timers = fibres.flatMap(([wait], fibre) => (wait === undefined ? [] : [{ fibre, step: 0, at: wait }]))
  while (timers.length > 0) {
    const earliest = Math.min(...timers.map((timer) => timer.at))
    const [timer] = timers.splice(
      timers.findIndex(({ at }) => at === earliest),
      1
    )
    if (timer === undefined) break
    woken.push(timer)
    const { at, fibre, step } = timer
    const wait = fibres[fibre]?.[step + 1]
    if (wait !== undefined) timers.push({ fibre, step: step + 1, at: at + wait })
  }
  return woken
}

/** Every fibre says when it wakes. */
const sleeping = (fibres: typeof Fibres.Type, woken: Array<Woken>) =>
  Effect.forEach(fibres, (waits, fibre) =>
    Effect.forkChild(
      Effect.forEach(waits, (wait, step) =>
        Effect.andThen(
          Effect.sleep(wait),
          Effect.map(Clock.currentTimeMillis, (at) => woken.push({ fibre, step, at }))
        )
      )
    )
  )

describe("whatever fibres sleep", () => {
  it.effect.prop(
    "they wake at their times, in the order in which they lay down",
    [Fibres],
    ([fibres]) =>
      Effect.gen(function* () {
        const woken: Array<Woken> = []
        yield* Fiber.awaitAll(yield* sleeping(fibres, woken))
        assert.deepStrictEqual(woken, expected(fibres))
        assert.strictEqual(yield* Clock.currentTimeMillis, woken.at(-1)?.at ?? 0)
      }).pipe(Effect.provide(VirtualClock.layer())),
    { arbitrary: { runs: 100 } }
  )

  it.effect.prop(
    "those that are interrupted wake no more, and the others as if nothing had been",
    [Fibres, Seldom, Seldom],
    ([fibres, victim, at]) =>
      Effect.gen(function* () {
        const woken: Array<Woken> = []
        // Lies down first, and so comes before all others at its moment.
        const killer = yield* Effect.forkChild(Effect.sleep(at))
        yield* Effect.yieldNow
        const sleepers = yield* sleeping(fibres, woken)
        const unlucky = victim % Math.max(1, fibres.length)
        yield* Fiber.join(killer)
        const sleeper = sleepers[unlucky]
        if (sleeper !== undefined) yield* Fiber.interrupt(sleeper)
        yield* Fiber.awaitAll(sleepers)
        assert.deepStrictEqual(
          woken,
          expected(fibres).filter((one) => one.fibre !== unlucky || one.at < at)
        )
      }).pipe(Effect.provide(VirtualClock.layer())),
    { arbitrary: { runs: 100 } }
  )

  it.effect.prop(
    "no time passes between two sleeps, whatever is computed and awaited in between",
    [Fibres],
    ([fibres]) =>
      Effect.gen(function* () {
        const ends = yield* Effect.forEach(
          fibres,
          (waits) =>
            Effect.andThen(
              Effect.forEach(waits, (wait) =>
                Effect.sleep(wait).pipe(
                  Effect.andThen(Effect.promise(async () => await Promise.resolve())),
                  Effect.andThen(Effect.yieldNow),
                  Effect.andThen(Effect.promise(() => new Promise((resolve) => setImmediate(resolve))))
                )
              ),
              Clock.currentTimeMillis
            ),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(
          ends,
          fibres.map((waits) => waits.reduce((sum, wait) => sum + wait, 0))
        )
      }).pipe(Effect.provide(VirtualClock.layer())),
    { arbitrary: { runs: 50 } }
  )
})
