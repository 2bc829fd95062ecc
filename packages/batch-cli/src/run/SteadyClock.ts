/**
 * Time that never goes back, whatever is done to the system's clock: a run whose clock is set back an hour would
 * otherwise stand still for as long. When the clock is ahead it is believed, since a machine that slept has the same.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

const nanosPerMilli = 1_000_000n

const over = (clock: Clock.Clock): Clock.Clock => {
  let ahead = clock.currentTimeNanosUnsafe() - clock.monotonicTimeNanosUnsafe()
  const currentTimeNanosUnsafe = () => {
    const elapsed = clock.monotonicTimeNanosUnsafe()
    const offset = clock.currentTimeNanosUnsafe() - elapsed
    if (offset > ahead) ahead = offset
    return elapsed + ahead
  }
  const currentTimeMillisUnsafe = () => Number(currentTimeNanosUnsafe() / nanosPerMilli)
  // all else is the clock's own, with what others know it by
  const steady: Clock.Clock = Object.create(clock, {
    currentTimeMillisUnsafe: { value: currentTimeMillisUnsafe },
    currentTimeMillis: { value: Effect.sync(currentTimeMillisUnsafe) },
    currentTimeNanosUnsafe: { value: currentTimeNanosUnsafe },
    currentTimeNanos: { value: Effect.sync(currentTimeNanosUnsafe) }
  })
  return steady
}

/** The effect on a clock that goes on from now. */
export const provide = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Clock.clockWith((clock) => Effect.provideService(effect, Clock.Clock, over(clock)))
