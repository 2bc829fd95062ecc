/** May this user forget the room? Only from outside; a room nobody has heard of can be forgotten as well. */
import * as Result from "effect/Result"
import type { Refusal } from "./Refusal.ts"
import { make } from "./Refusal.ts"
import * as Room from "./Room.ts"

export const check = (room: Room.Room | undefined, userId: string): Result.Result<void, Refusal> => {
  const membership = room === undefined ? undefined : Room.membership(room, userId)
  return membership === undefined || membership === "leave" || membership === "ban"
    ? Result.succeed(undefined)
    : Result.fail(make(400, "M_UNKNOWN", `${userId} has not left the room.`))
}
