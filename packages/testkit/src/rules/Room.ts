/** A room: what happened in it, and the state that follows. The state is the fold of the accepted events, nothing else. */
import * as Chunk from "effect/Chunk"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Content, Membership, StateEvent } from "./Event.ts"
import { membershipOf } from "./Event.ts"
import type { RoomVersion } from "./RoomVersion.ts"

export interface Room {
  readonly id: string
  readonly version: RoomVersion
  readonly timeline: Chunk.Chunk<StateEvent>
  /** Event type → state key → the event in force. */
  readonly state: HashMap.HashMap<string, HashMap.HashMap<string, StateEvent>>
  /** How many users of this server are joined. With none, the server is no longer in the room. */
  readonly joinedHere: number
}

export const make = (id: string, version: RoomVersion): Room => ({
  id,
  version,
  timeline: Chunk.empty(),
  state: HashMap.empty(),
  joinedHere: 0
})

export const stateEvent = (room: Room, type: string, stateKey = ""): StateEvent | undefined =>
  Option.getOrUndefined(Option.flatMap(HashMap.get(room.state, type), HashMap.get(stateKey)))

export const content = (room: Room, type: string, stateKey = ""): Content =>
  stateEvent(room, type, stateKey)?.content ?? {}

export const member = (room: Room, userId: string): StateEvent | undefined => stateEvent(room, "m.room.member", userId)

/** `undefined` for a user the room has never heard of. */
export const membership = (room: Room, userId: string): Membership | undefined => {
  const event = member(room, userId)
  return event === undefined ? undefined : membershipOf(event)
}

/** All member events in force, oldest first. */
export const members = (room: Room): ReadonlyArray<StateEvent> =>
  allOfType(room, "m.room.member").sort((one, other) => one.position - other.position)

/** Anybody whom the room has a member event of, without looking at all of them. */
export const findMember = (room: Room, matches: (userId: string) => boolean): string | undefined =>
  Option.getOrUndefined(
    Option.flatMap(HashMap.get(room.state, "m.room.member"), (members) =>
      Option.map(
        HashMap.findFirst(members, (_, userId) => matches(userId)),
        ([userId]) => userId
      )
    )
  )

const allOfType = (room: Room, type: string): Array<StateEvent> =>
  Option.match(HashMap.get(room.state, type), { onNone: () => [], onSome: HashMap.toValues })

/** Every event in force, oldest first. */
export const fullState = (room: Room): ReadonlyArray<StateEvent> =>
  HashMap.toValues(room.state)
    .flatMap(HashMap.toValues)
    .sort((one, other) => one.position - other.position)

/**
 * The room after one more event. `isOurs` tells users of this server from others.
 */
export const append = (room: Room, event: StateEvent, isOurs: (userId: string) => boolean): Room => {
  const ofType = Option.getOrElse(HashMap.get(room.state, event.type), () => HashMap.empty<string, StateEvent>())
  return {
    ...room,
    timeline: Chunk.append(room.timeline, event),
    state: HashMap.set(room.state, event.type, HashMap.set(ofType, event.stateKey, event)),
    joinedHere: room.joinedHere + joinedDelta(room, event, isOurs)
  }
}

const joinedDelta = (room: Room, event: StateEvent, isOurs: (userId: string) => boolean): number => {
  if (event.type !== "m.room.member" || !isOurs(event.stateKey)) return 0
  const before = membership(room, event.stateKey) === "join" ? 1 : 0
  const after = membershipOf(event) === "join" ? 1 : 0
  return after - before
}

/** The room as it was when the server had written up to `position`, that event included. */
export const at = (room: Room, position: number): Room =>
  Chunk.reduce(
    Chunk.takeWhile(room.timeline, (event) => event.position <= position),
    make(room.id, room.version),
    (before, event) => append(before, event, () => false)
  )
