import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SteadyClock from "../../src/run/SteadyClock.ts"

/** A system's clock that is changed by hand, over one that is not. */
const byHand = (start: number) => {
  let wall = start
  let elapsed = 0
  const nanos = () => BigInt(wall) * 1_000_000n
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => wall,
    currentTimeMillis: Effect.sync(() => wall),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => BigInt(elapsed) * 1_000_000n,
    monotonicTimeNanos: Effect.sync(() => BigInt(elapsed) * 1_000_000n),
    sleep: () => Effect.void
  }
  return {
    clock,
    pass: (millis: number) => {
      wall += millis
      elapsed += millis
    },
    set: (by: number) => {
      wall += by
    }
  }
}

const Step = Schema.Struct({
  passes: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10_000 })),
  set: Schema.Literals([0, 0, -3_600_000, -500, 500, 3_600_000])
})

it.effect.prop(
  "time passes at least as it does, never goes back, and is the system's again when that has caught up",
  { steps: Schema.Array(Step) },
  ({ steps }) =>
    Effect.gen(function* () {
      const { clock, pass, set } = byHand(10_000_000)
      yield* SteadyClock.provide(
        Effect.gen(function* () {
          for (const step of steps) {
            const before = yield* Clock.currentTimeMillis
            pass(step.passes)
            set(step.set)
            const now = yield* Clock.currentTimeMillis
            assert.isAtLeast(now, before + step.passes)
            assert.isAtLeast(now, clock.currentTimeMillisUnsafe())
            assert.strictEqual(BigInt(now), (yield* Clock.currentTimeNanos) / 1_000_000n)
          }
        })
      ).pipe(Effect.provideService(Clock.Clock, clock))
    })
)

it.effect("a clock that is left alone is as it is", () =>
  Effect.gen(function* () {
    const { clock, pass } = byHand(5000)
    const seen = SteadyClock.provide(
      Effect.andThen(
        Effect.sync(() => pass(250)),
        Clock.currentTimeMillis
      )
    )
    assert.strictEqual(yield* Effect.provideService(seen, Clock.Clock, clock), 5250)
  })
)
