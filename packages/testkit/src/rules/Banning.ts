/** May this user ban that one? Nobody can ban an equal, so nobody can ban oneself. */
import * as Result from "effect/Result"
import type { Draft } from "./Event.ts"
import * as Power from "./Power.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden } from "./Refusal.ts"
import type * as Room from "./Room.ts"

export const check = (room: Room.Room, draft: Draft): Result.Result<void, Refusal> => {
  const own = Power.ofUser(room, draft.sender)
  if (own < Power.toAct(room, "ban"))
    return Result.fail(forbidden("You have too little power to ban.", "INSUFFICIENT_POWER"))
  return own <= Power.ofUser(room, draft.stateKey)
    ? Result.fail(forbidden(`You have too little power to ban ${draft.stateKey}.`, "INSUFFICIENT_POWER"))
    : Result.succeed(undefined)
}
