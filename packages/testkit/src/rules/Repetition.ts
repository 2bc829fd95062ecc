/** Is this event in force already? Same sender and same content mean that nothing is left to do. */
import * as Equal from "effect/Equal"
import type { Draft, StateEvent } from "./Event.ts"
import * as Room from "./Room.ts"

/**
 * Asked before the authorisation rules, and so a repeated call succeeds where a first one would be refused. Content is
 * compared whole: another `reason`, or a new display name, makes a new event.
 */
export const find = (room: Room.Room, draft: Draft): StateEvent | undefined => {
  const event = Room.stateEvent(room, draft.type, draft.stateKey)
  return event !== undefined && event.sender === draft.sender && Equal.equals(event.content, draft.content)
    ? event
    : undefined
}
