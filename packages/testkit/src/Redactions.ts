/** Taking back what was written: the event stays, and what it said is gone. */
import * as Chunk from "effect/Chunk"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Messages from "./Messages.ts"
import type { Content, StateEvent } from "./rules/Event.ts"
import { pruned } from "./rules/Pruning.ts"
import * as Room from "./rules/Room.ts"
import * as World from "./World.ts"

/** The event that took another one's content away. */
export const of = (world: World.World, eventId: string): Messages.Message | undefined =>
  Option.getOrUndefined(HashMap.get(world.redactions, eventId))

/** The world after a redaction was written; nothing changes if the room has no such event. */
export const apply = (world: World.World, redaction: Messages.Message): World.World => {
  const { redacts, roomId } = redaction
  const room = World.room(world, roomId)
  const target = Messages.timeline(world, roomId).find(({ eventId }) => eventId === redacts)
  if (room === undefined || redacts === undefined || target === undefined) return world
  const content = pruned(target, room.version)
  const marked = { ...world, redactions: HashMap.set(world.redactions, redacts, redaction) }
  return target.stateKey === undefined
    ? { ...marked, messages: HashMap.modify(marked.messages, roomId, rewritten(redacts, content)) }
    : World.setRoom(marked, withState(room, target, content))
}

const rewritten =
  (eventId: string, content: Content) =>
  <Event extends Messages.TimelineEvent>(events: Chunk.Chunk<Event>): Chunk.Chunk<Event> =>
    Chunk.map(events, (event) => (event.eventId === eventId ? { ...event, content } : event))

const withState = (room: Room.Room, target: StateEvent, content: Content): Room.Room => {
  const { eventId, stateKey, type } = target
  const isInForce = Room.stateEvent(room, type, stateKey)?.eventId === eventId
  return {
    ...room,
    timeline: rewritten(eventId, content)(room.timeline),
    state: isInForce ? HashMap.modify(room.state, type, HashMap.set(stateKey, { ...target, content })) : room.state
  }
}
