/** Virtual time in steps that are short beside every time-out, with turns of the loop for what promises do. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"

/** Bodies and `fetch` are promises, which the virtual clock does not wait for: a turn of the loop lets them settle. */
const turn = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** Lets `seconds` pass, and everything happen that can. */
export const pass = Effect.fnUntraced(function* (seconds: number) {
  yield* turn
  for (let left = seconds; left > 0; left -= 5) {
    yield* TestClock.adjust(`${Math.min(left, 5)} seconds`)
    yield* turn
    yield* turn
  }
})

/** What the effect comes to, however long it takes. */
export const patiently = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.flatMap(Effect.forkChild(effect), awaited)

export const awaited = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>) {
  for (let steps = 0; steps < 2000 && fiber.pollUnsafe() === undefined; steps++) yield* pass(5)
  return yield* Fiber.join(fiber)
})
