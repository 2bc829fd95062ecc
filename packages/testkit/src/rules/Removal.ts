/** May this user make that one leave? Covers leaving, kicking and unbanning, which all write `leave`. */
import * as Result from "effect/Result"
import type { Draft } from "./Event.ts"
import * as Power from "./Power.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden } from "./Refusal.ts"
import * as Room from "./Room.ts"

export const check = (room: Room.Room, draft: Draft): Result.Result<void, Refusal> => {
  const own = Power.ofUser(room, draft.sender)
  const isBanned = Room.membership(room, draft.stateKey) === "ban"
  if (isBanned && own < Power.toAct(room, "ban"))
    return Result.fail(forbidden(`You have too little power to unban ${draft.stateKey}.`, "INSUFFICIENT_POWER"))
  if (draft.sender === draft.stateKey) return Result.succeed(undefined)
  return own < Power.toAct(room, "kick") || own <= Power.ofUser(room, draft.stateKey)
    ? Result.fail(forbidden(`You have too little power to remove ${draft.stateKey}.`, "INSUFFICIENT_POWER"))
    : Result.succeed(undefined)
}
