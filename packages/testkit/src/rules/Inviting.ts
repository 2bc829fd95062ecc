/** May this user invite that one? (specification v1.19, `m.room.member` with `invite`) */
import * as Result from "effect/Result"
import type { Draft } from "./Event.ts"
import * as Power from "./Power.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden } from "./Refusal.ts"
import * as Room from "./Room.ts"

export const check = (room: Room.Room, draft: Draft): Result.Result<void, Refusal> => {
  const target = Room.membership(room, draft.stateKey)
  if (target === "ban") return Result.fail(forbidden(`${draft.stateKey} is banned from this room.`))
  if (target === "join") return Result.fail(forbidden(`${draft.stateKey} is already in the room.`, "ALREADY_JOINED"))
  return Power.ofUser(room, draft.sender) < Power.toAct(room, "invite")
    ? Result.fail(forbidden("You have too little power to invite.", "INSUFFICIENT_POWER"))
    : Result.succeed(undefined)
}
