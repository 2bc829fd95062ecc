/** Enough about a room's members to name the room, for clients that load members lazily. */
import type { Content, Membership, StateEvent } from "../rules/Event.ts"
import { membershipOf } from "../rules/Event.ts"
import * as Room from "../rules/Room.ts"
import type { Window } from "./Window.ts"

const isMember = ({ type }: { readonly type: string }): boolean => type === "m.room.member"

/** On the first sync, and whenever members may have changed. */
export const isDue = (window: Window, state: ReadonlyArray<StateEvent>, since: number | undefined): boolean =>
  since === undefined || window.seen.some(({ event }) => isMember(event)) || (window.limited && state.some(isMember))

/** Heroes, the first five others, are only needed where the room has no name of its own. */
export const make = (room: Room.Room, userId: string): Content => {
  const members = Room.members(room)
  const having = (...memberships: ReadonlyArray<Membership>) =>
    members.filter((event) => memberships.includes(membershipOf(event)))
  const others = (events: ReadonlyArray<StateEvent>) =>
    events.map(({ stateKey }) => stateKey).filter((id) => id !== userId)
  const present = others(having("join", "invite"))
  const heroes = present.length > 0 ? present : others(having("leave", "ban"))
  return {
    "m.joined_member_count": having("join").length,
    "m.invited_member_count": having("invite").length,
    ...(isNamed(room) ? {} : { "m.heroes": heroes.slice(0, 5) })
  }
}

const isNamed = (room: Room.Room): boolean =>
  isText(Room.content(room, "m.room.name")["name"]) || isText(Room.content(room, "m.room.canonical_alias")["alias"])

const isText = (value: unknown): boolean => typeof value === "string" && value !== ""
