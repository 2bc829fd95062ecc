/**
 * A clock on which waiting takes no time: when nothing can run any more, it jumps to the next timer. Unlike `TestClock`
 * it needs nobody to move it, and so a program that waits for hours under rate limits is just run.
 *
 * ```ts
 * const program = Effect.gen(function* () {
 *   yield* Effect.sleep("10 hours")
 *   return yield* Clock.currentTimeMillis // 36_000_000
 * }).pipe(Effect.provide(VirtualClock.layer()))
 * ```
 *
 * How it knows that nothing can run. A fibre that can run is in the queue of its scheduler, so the layer brings a
 * scheduler that counts what it has queued: as long as something is, time stands still. Every other fibre waits for
 * somebody outside to call back, and nobody can tell a call that is coming from one that never will. But it can be told
 * when nobody inside the process is left to make one: promises that can settle do so before the next turn of the event
 * loop, immediates and requests to the system are listed by Node, and what has come in from outside is handled within
 * one turn, and counted. So the clock waits for two whole turns of the loop in which nothing of all this is seen.
 *
 * What it cannot see is work on Node's thread pool other than files (compression, digests), real timers that were not
 * set through Effect, and what other processes are about to send. Around those goes `withLive`.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Scheduler from "effect/Scheduler"
import { host } from "./clock/Loop.ts"
import * as Timers from "./clock/Timers.ts"

export interface Options {
  /** When the clock begins, in milliseconds since the epoch; 0 by default, like `TestClock`. */
  readonly start?: number
}

interface VirtualClock extends Clock.Clock {
  readonly [TypeId]: {
    readonly withLive: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  }
}

const TypeId = Symbol.for("@matrix-membership/testkit/VirtualClock")

const isVirtual = (clock: Clock.Clock): clock is VirtualClock => TypeId in clock

/** One turn proves it; another leaves the system time to hand over what is on its way within this machine. */
const turnsOfSilence = 2

const nanosPerMilli = 1_000_000n

const make = ({ start = 0 }: Options, parent: Scheduler.Scheduler) => {
  const timers: Timers.Timers = []
  const origin = BigInt(Math.round(start)) * nanosPerMilli
  let now = origin
  let queued = 0
  let held = 0
  let handled = 0
  /** Whole turns of the loop in which nothing happened; below 0 while not even one has begun. */
  let silence = -1
  let watching = false
  let stopped = false

  const stir = () => {
    silence = -1
  }

  const watch = () => {
    if (watching || stopped || held > 0 || timers.length === 0) return
    watching = true
    host.turn(look)
  }

  const look = () => {
    watching = false
    const before = handled
    handled = host.handled()
    silence = queued === 0 && handled === before && !host.isBusy() ? silence + 1 : 0
    // One timer at a time, even of several at one moment: the first may take back the others.
    if (silence >= turnsOfSilence && held === 0 && !stopped) jump()
    watch()
  }

  const jump = () => {
    stir()
    const timer = timers.shift()
    if (timer === undefined) return
    now = timer.at
    timer.wake()
  }

  const sleep = (duration: Duration.Duration): Effect.Effect<void> => {
    if (!Duration.isFinite(duration)) return Effect.never
    const nanos = Duration.toNanosUnsafe(duration)
    if (nanos <= 0n) return Effect.yieldNow
    return Effect.callback<void>((resume) => {
      const timer = { at: now + nanos, wake: () => resume(Effect.void) }
      Timers.add(timers, timer)
      stir()
      watch()
      return Effect.sync(() => {
        Timers.remove(timers, timer)
        stir()
      })
    })
  }

  const hold = Effect.sync(() => {
    held++
  })

  const release = Effect.sync(() => {
    held--
    stir()
    watch()
  })

  // Whole milliseconds, as the real clock has them.
  const currentTimeMillisUnsafe = () => Number(now / nanosPerMilli)
  const clock: VirtualClock = {
    currentTimeMillisUnsafe,
    currentTimeMillis: Effect.sync(currentTimeMillisUnsafe),
    currentTimeNanosUnsafe: () => now,
    currentTimeNanos: Effect.sync(() => now),
    monotonicTimeNanosUnsafe: () => now - origin,
    monotonicTimeNanos: Effect.sync(() => now - origin),
    sleep,
    [TypeId]: {
      withLive: (effect) =>
        Effect.acquireUseRelease(
          hold,
          () => Effect.provideService(effect, Clock.Clock, Clock.Clock.defaultValue()),
          () => release
        )
    }
  }

  const scheduler: Scheduler.Scheduler = {
    executionMode: parent.executionMode,
    shouldYield: (fiber) => parent.shouldYield(fiber),
    makeDispatcher: () => {
      const dispatcher = parent.makeDispatcher()
      return {
        scheduleTask: (task, priority) => {
          queued++
          dispatcher.scheduleTask(() => {
            queued--
            task()
          }, priority)
        },
        flush: () => dispatcher.flush()
      }
    }
  }

  const stop = Effect.sync(() => {
    stopped = true
  })

  return { clock, scheduler, stop }
}

/**
 * A clock of its own for each call, with the scheduler that belongs to it, for everything that is built and run under
 * it: so it is provided last. When the layer ends, so does time, whatever loops were left behind.
 */
export const layer = (options: Options = {}): Layer.Layer<never> =>
  Layer.effectContext(
    Effect.gen(function* () {
      const { clock, scheduler, stop } = make(options, yield* Scheduler.Scheduler)
      yield* Effect.addFinalizer(() => stop)
      return Context.make(Clock.Clock, clock).pipe(Context.add(Scheduler.Scheduler, scheduler))
    })
  )

/**
 * Real work: runs on the real clock, and the virtual one stands still until it is done. On any other clock it changes
 * nothing.
 */
export const withLive = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Clock.clockWith((clock) => (isVirtual(clock) ? clock[TypeId].withLive(effect) : effect))
