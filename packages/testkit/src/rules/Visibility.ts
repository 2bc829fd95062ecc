/** Which state of the room may this user see? What it is now, what it was when the user left, or none. */
import * as Chunk from "effect/Chunk"
import * as Result from "effect/Result"
import type { World } from "../World.ts"
import { hasForgotten, room as roomOf } from "../World.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden, make } from "./Refusal.ts"
import * as Room from "./Room.ts"

export interface View {
  readonly room: Room.Room
  /** Only what was so when the user left. */
  readonly departed: boolean
}

/** Members see the room as it is, former members as they left it; banned and invited users see nothing, as on Synapse. */
export const view = (world: World, roomId: string, userId: string): Result.Result<View, Refusal> => {
  const room = roomOf(world, roomId)
  if (room === undefined) return Result.fail(hidden(roomId, userId))
  const event = Room.member(room, userId)
  const membership = Room.membership(room, userId)
  if (membership === "join") return Result.succeed({ room, departed: false })
  if (event !== undefined && membership === "leave" && !hasForgotten(world, userId, roomId))
    return Result.succeed({ room: Room.at(room, event.position), departed: true })
  return historyVisibility(room) === "world_readable"
    ? Result.succeed({ room, departed: false })
    : Result.fail(hidden(roomId, userId))
}

/** The room as it was at a position, for those who were there or may look back. */
export const viewAt = (
  world: World,
  roomId: string,
  userId: string,
  position: number
): Result.Result<Room.Room, Refusal> => {
  const room = roomOf(world, roomId)
  const then = room === undefined ? undefined : Room.at(room, position)
  if (room === undefined || then === undefined || Chunk.isEmpty(then.timeline))
    return Result.fail(make(404, "M_NOT_FOUND", "Nothing had happened in that room by then."))
  return sees(room, then, userId) ? Result.succeed(then) : Result.fail(hidden(roomId, userId))
}

const sees = (now: Room.Room, then: Room.Room, userId: string): boolean => {
  const membership = Room.membership(then, userId)
  if (membership === "join") return true
  switch (historyVisibility(then)) {
    case "joined":
      return false
    case "invited":
      return membership === "invite"
    case "world_readable":
      return true
    default:
      return membership === "invite" || Room.membership(now, userId) === "join"
  }
}

const historyVisibility = (room: Room.Room): unknown =>
  Room.content(room, "m.room.history_visibility").history_visibility ?? "shared"

const hidden = (roomId: string, userId: string): Refusal =>
  forbidden(`${userId} is not in room ${roomId}, which does not show itself to others.`)
