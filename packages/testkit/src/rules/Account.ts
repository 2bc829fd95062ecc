/** What do server and accounts rule out, whatever the state of the room? */
import * as HashSet from "effect/HashSet"
import * as Result from "effect/Result"
import * as AccountData from "../AccountData.ts"
import type { World } from "../World.ts"
import { user } from "../World.ts"
import type { Intent } from "./Decision.ts"
import type { Content } from "./Event.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden, make, suspended } from "./Refusal.ts"
import * as Room from "./Room.ts"
import type { Action } from "./Transition.ts"

/** A suspended account may still leave, and make others leave. */
const barredWhenSuspended: ReadonlyArray<Action> = ["join", "knock", "invite", "ban"]

export const check = (world: World, intent: Intent): Result.Result<void, Refusal> => {
  if (user(world, intent.sender)?.suspended === true && barredWhenSuspended.includes(intent.action))
    return Result.fail(suspended(intent.action))
  const lets = intent.action === "join" || intent.action === "knock" || intent.action === "invite"
  if (lets && HashSet.has(world.blockedRooms, intent.roomId))
    return Result.fail(make(403, "M_UNKNOWN", "This server lets nobody into that room."))
  if (intent.action === "invite" && blocksInvites(world, intent.target))
    return Result.fail(make(403, "M_INVITE_BLOCKED", `${intent.target} lets nobody invite it.`))
  return Result.succeed(undefined)
}

/** Because a test says so, or its own account data (specification v1.19, "Invite permission"). */
const blocksInvites = (world: World, userId: string): boolean =>
  user(world, userId)?.blocksInvites === true ||
  AccountData.find(world, userId, "m.invite_permission_config", undefined)?.content["default_action"] === "block"

/** A guest gets into rooms that say so. */
export const checkGuest = (world: World, intent: Intent, room: Room.Room | undefined): Result.Result<void, Refusal> => {
  const opens = room !== undefined && Room.content(room, "m.room.guest_access").guest_access === "can_join"
  return user(world, intent.sender)?.guest === true && !opens
    ? Result.fail(forbidden("Guests are not let into this room."))
    : Result.succeed(undefined)
}

/** Name and picture go into the event, unless it brings its own. */
export const profile = (world: World, userId: string, content: Content): Content => {
  const { avatarUrl, displayname } = user(world, userId) ?? {}
  return {
    ...("displayname" in content || displayname === undefined ? {} : { displayname }),
    ...("avatar_url" in content || avatarUrl === undefined ? {} : { avatar_url: avatarUrl })
  }
}
