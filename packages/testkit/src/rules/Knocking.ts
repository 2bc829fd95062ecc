/** May this user knock? (specification v1.19, room versions 7 and later) */
import * as Result from "effect/Result"
import * as Admission from "./Admission.ts"
import type { Draft } from "./Event.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden, make } from "./Refusal.ts"
import * as Room from "./Room.ts"

const allowsKnocking = (room: Room.Room): boolean => {
  const rule = Admission.joinRule(room)
  return rule === "knock" || (room.version.knockRestricted && rule === "knock_restricted")
}

export const check = (room: Room.Room, draft: Draft): Result.Result<void, Refusal> => {
  // Synapse answers a knock on a room that is too old with a status of 500, and still calls it forbidden.
  if (!room.version.knock) return Result.fail(make(500, "M_FORBIDDEN", "Rooms of this version know no knocking."))
  if (!allowsKnocking(room)) return Result.fail(forbidden("The join rule of this room allows no knocking."))
  if (draft.sender !== draft.stateKey) return Result.fail(forbidden("Nobody can knock for somebody else."))
  switch (Room.membership(room, draft.stateKey)) {
    case "join":
      return Result.fail(forbidden("You are in this room, there is no need to knock.", "ALREADY_JOINED"))
    case "invite":
      return Result.fail(forbidden("You are invited to this room, there is no need to knock."))
    case "ban":
      return Result.fail(forbidden("You are banned here."))
    default:
      return Result.succeed(undefined)
  }
}
