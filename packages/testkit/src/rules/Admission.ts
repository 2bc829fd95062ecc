/** May this user join? (specification v1.19, room version 12 authorisation rules, `m.room.member` with `join`) */
import * as Result from "effect/Result"
import type { Content, Draft } from "./Event.ts"
import * as Power from "./Power.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden } from "./Refusal.ts"
import * as Room from "./Room.ts"

/** Without an `m.room.join_rules` event a room is by invitation, as Synapse has it. */
export const joinRule = (room: Room.Room): string => {
  const { join_rule: rule } = Room.content(room, "m.room.join_rules")
  return typeof rule === "string" ? rule : "invite"
}

/** Whether membership of other rooms opens this one, in the room's version. */
export const isRestricted = (room: Room.Room): boolean => {
  const rule = joinRule(room)
  return (
    (room.version.restricted && rule === "restricted") || (room.version.knockRestricted && rule === "knock_restricted")
  )
}

const isByInvitation = (room: Room.Room): boolean => {
  const rule = joinRule(room)
  return rule === "invite" || (room.version.knock && rule === "knock")
}

export const check = (room: Room.Room, draft: Draft): Result.Result<void, Refusal> => {
  const before = Room.membership(room, draft.sender)
  const welcome = before === "join" || before === "invite"
  if (draft.sender !== draft.stateKey) return Result.fail(forbidden("Nobody can be made to join."))
  if (before === "ban") return Result.fail(forbidden("You are banned here."))
  if (joinRule(room) === "public") return Result.succeed(undefined)
  if (isRestricted(room)) return welcome ? Result.succeed(undefined) : checkAuthoriser(room, draft.content)
  if (!isByInvitation(room)) return Result.fail(forbidden("The join rule of this room lets nobody in."))
  return welcome ? Result.succeed(undefined) : Result.fail(forbidden("Nobody invited you to this room."))
}

/** A restricted join names a joined user with the power to invite, who vouches for it. */
const checkAuthoriser = (room: Room.Room, content: Content): Result.Result<void, Refusal> => {
  const { join_authorised_via_users_server: authoriser } = content
  return typeof authoriser === "string" && mayInvite(room, authoriser)
    ? Result.succeed(undefined)
    : Result.fail(forbidden("No user with the power to invite vouches for this join."))
}

/** The most powerful user of this server who is joined and may invite; or nobody. */
export const authoriser = (room: Room.Room, isOurs: (userId: string) => boolean): string | undefined => {
  const vouches = (userId: string) => isOurs(userId) && mayInvite(room, userId)
  const [first] = Power.raised(room)
    .filter(vouches)
    .sort((one, other) => Power.ofUser(room, other) - Power.ofUser(room, one))
  return first ?? Room.findMember(room, vouches)
}

const mayInvite = (room: Room.Room, userId: string): boolean =>
  Room.membership(room, userId) === "join" && Power.ofUser(room, userId) >= Power.toAct(room, "invite")

/** The rooms whose members the join rule lets in. */
export const allowedRooms = (room: Room.Room): ReadonlyArray<string> => {
  const { allow } = Room.content(room, "m.room.join_rules")
  if (!Array.isArray(allow)) return []
  return allow.flatMap((condition: unknown) =>
    isRoomCondition(condition) && condition.type === "m.room_membership" ? [condition.room_id] : []
  )
}

const isRoomCondition = (value: unknown): value is { readonly type: string; readonly room_id: string } =>
  typeof value === "object" &&
  value !== null &&
  "type" in value &&
  "room_id" in value &&
  typeof value.room_id === "string"
