/**
 * One step of a call: what came of it, and the world after it. A refusal has a world of its own, because a refused call
 * may still have spent tokens of a rate limit.
 */
import * as Result from "effect/Result"
import type { Refusal } from "./rules/Refusal.ts"
import type { World } from "./World.ts"

export interface Turn<A> {
  readonly world: World
  readonly result: Result.Result<A, Refusal>
}

export const make = <A>(world: World, result: Result.Result<A, Refusal>): Turn<A> => ({ world, result })

export const succeed = <A>(world: World, value: A): Turn<A> => ({ world, result: Result.succeed(value) })

export const refuse = (world: World, refusal: Refusal): Turn<never> => ({ world, result: Result.fail(refusal) })

/** The next step, in the world the last one left; skipped after a refusal. */
export const andThen = <A, B>(turn: Turn<A>, next: (value: A, world: World) => Turn<B>): Turn<B> =>
  Result.isSuccess(turn.result) ? next(turn.result.success, turn.world) : refuse(turn.world, turn.result.failure)

export const map = <A, B>(turn: Turn<A>, f: (value: A) => B): Turn<B> => ({
  world: turn.world,
  result: Result.map(turn.result, f)
})
