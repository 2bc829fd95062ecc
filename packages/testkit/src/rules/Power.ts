/** How much power a user has in a room, and how much an act needs (specification v1.19, `m.room.power_levels`). */
import type { Content } from "./Event.ts"
import * as Room from "./Room.ts"

export const asObject = (value: unknown): Content =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {}

/** Old room versions let levels be strings of digits. */
export const asLevel = (value: unknown): number | undefined => {
  if (typeof value === "number") return Math.trunc(value)
  if (typeof value === "string" && /^\s*[+-]?\d+\s*$/u.test(value)) return Number(value)
  return undefined
}

/** The sender of the create event; from version 12 also those it names beside itself. */
export const creators = (room: Room.Room): ReadonlyArray<string> => {
  const create = Room.stateEvent(room, "m.room.create")
  if (create === undefined) return []
  const { additional_creators: additional, creator } = create.content
  if (room.version.supremeCreators) {
    const named = Array.isArray(additional) ? additional.filter((id): id is string => typeof id === "string") : []
    return [create.sender, ...named]
  }
  return [!room.version.implicitCreator && typeof creator === "string" ? creator : create.sender]
}

/** Those who have a power of their own, not that of everybody. */
export const raised = (room: Room.Room): ReadonlyArray<string> => [
  ...new Set([...creators(room), ...Object.keys(asObject(Room.content(room, "m.room.power_levels").users))])
]

/** Infinite for creators from room version 12 on. Counts whether or not the user is in the room. */
export const ofUser = (room: Room.Room, userId: string): number => {
  const isCreator = creators(room).includes(userId)
  if (isCreator && room.version.supremeCreators) return Number.POSITIVE_INFINITY
  const levels = Room.stateEvent(room, "m.room.power_levels")
  if (levels === undefined) return isCreator ? 100 : 0
  return asLevel(asObject(levels.content.users)[userId]) ?? asLevel(levels.content.users_default) ?? 0
}

const defaults = { invite: 0, kick: 50, ban: 50 }

export const toAct = (room: Room.Room, act: "invite" | "kick" | "ban"): number =>
  asLevel(Room.content(room, "m.room.power_levels")[act]) ?? defaults[act]

/** What it takes to write a state event other than a membership. */
export const toSendState = (room: Room.Room, type: string): number => {
  const levels = Room.content(room, "m.room.power_levels")
  return asLevel(asObject(levels.events)[type]) ?? asLevel(levels.state_default) ?? 50
}
