/** Which room does an alias lead to? */
import * as Result from "effect/Result"
import type { World } from "../World.ts"
import { aliased, isOurAlias } from "../World.ts"
import type { Refusal } from "./Refusal.ts"
import { make } from "./Refusal.ts"

/** An alias of another server that this one does not happen to know cannot be looked up: there is nobody to ask. */
export const resolve = (world: World, alias: string): Result.Result<string, Refusal> => {
  const roomId = aliased(world, alias)
  if (roomId !== undefined) return Result.succeed(roomId)
  return Result.fail(
    isOurAlias(world, alias)
      ? make(404, "M_NOT_FOUND", `There is no alias ${alias}.`)
      : make(502, "M_UNKNOWN", `The server of ${alias} cannot be asked.`)
  )
}
