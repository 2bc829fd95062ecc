/** What a sync says of a room to those who are asked in, or ask to be let in: a little state, stripped. */
import * as Rendering from "../Rendering.ts"
import type { Content, StateEvent } from "../rules/Event.ts"
import * as Room from "../rules/Room.ts"

/** What Synapse thinks everybody may know of a room. */
const shown = [
  "m.room.create",
  "m.room.join_rules",
  "m.room.canonical_alias",
  "m.room.avatar",
  "m.room.encryption",
  "m.room.name",
  "m.room.topic"
]

/** The room as it was then; with who invites, where it is an invite; and the event itself last. */
export const make = (room: Room.Room, event: StateEvent): ReadonlyArray<Content> => {
  const then = Room.at(room, event.position)
  const inviter = event.sender === event.stateKey ? undefined : Room.member(then, event.sender)
  return [...shown.map((type) => Room.stateEvent(then, type)), inviter, event].flatMap((told) =>
    told === undefined ? [] : [Rendering.stripped(told)]
  )
}
