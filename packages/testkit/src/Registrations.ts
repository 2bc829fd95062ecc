/**
 * Registrations that take more than one call: what a client has asked for and proven so far (specification v1.19,
 * "User-Interactive Authentication API"). The one flow there is has one stage, which asks for nothing.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Login from "./Login.ts"
import type { Content } from "./rules/Event.ts"
import type { Refusal } from "./rules/Refusal.ts"
import type * as World from "./World.ts"

export interface Registration {
  /** The body of the latest call that had one, without proof and password. */
  readonly asked: Content
  readonly password: string | undefined
  /** The stages that are done. */
  readonly completed: ReadonlyArray<string>
  /** The account that came of it. From then on each call only opens another session. */
  readonly userId: string | undefined
}

export const find = (world: World.World, session: string): Registration | undefined =>
  Option.getOrUndefined(HashMap.get(world.registrations, session))

export const put = (world: World.World, session: string, registration: Registration): World.World => ({
  ...world,
  registrations: HashMap.set(world.registrations, session, registration)
})

export const isComplete = ({ completed }: Registration): boolean => completed.includes("m.login.dummy")

/** A stage that was tried: done; or failed, so that it can be tried again. What makes no sense is a refusal. */
export interface Trial {
  readonly registration: Registration
  readonly failure: Refusal | undefined
}

/** Tries the stage that `auth` names. Terms may be agreed to, although nobody asks for it. */
export const attempt = (
  world: World.World,
  registration: Registration,
  auth: Content
): Result.Result<Trial, Refusal> => {
  const { type } = auth
  if (type === undefined) return Result.succeed({ registration, failure: undefined })
  const done: Registration = { ...registration, completed: [...new Set([...registration.completed, `${type}`])].sort() }
  if (type === "m.login.dummy" || type === "m.login.terms")
    return Result.succeed({ registration: done, failure: undefined })
  const proven = Login.check(world, auth)
  if (Result.isSuccess(proven)) return Result.succeed({ registration: done, failure: undefined })
  return proven.failure.errcode === "M_FORBIDDEN"
    ? Result.succeed({ registration, failure: proven.failure })
    : Result.fail(proven.failure)
}
