/**
 * What of a room's past a user may see (specification v1.19, "Room history visibility"): its own membership and the
 * room's `history_visibility` at the time of each event decide, with some mercy at the turning points.
 */
import * as Chunk from "effect/Chunk"
import * as Messages from "./Messages.ts"
import type { Membership, StateEvent } from "./rules/Event.ts"
import { membershipOf } from "./rules/Event.ts"
import * as Room from "./rules/Room.ts"
import type { World } from "./World.ts"

export interface Seen {
  readonly event: Messages.TimelineEvent
  /** Where the viewer stood by then. */
  readonly membership: Membership
}

export interface Viewer {
  readonly userId: string
  /** Never was in the room, and so has no part in history that is shared among its members. */
  readonly peeking?: boolean
  /** Whether state in force is shown, however old it is. */
  readonly current?: boolean
}

const visibilities = ["world_readable", "shared", "invited", "joined"] as const
type Visibility = (typeof visibilities)[number]

/** Mostly joined first. */
const closeness: ReadonlyArray<Membership> = ["join", "invite", "knock", "leave", "ban"]

export const isState = (event: Messages.TimelineEvent): event is StateEvent => event.stateKey !== undefined

const laxer = (one: Visibility, other: Visibility): Visibility =>
  visibilities.indexOf(one) < visibilities.indexOf(other) ? one : other

const closer = (one: Membership, other: Membership): Membership =>
  closeness.indexOf(one) < closeness.indexOf(other) ? one : other

/** Oldest first. */
export const seenBy = (world: World, room: Room.Room, viewer: Viewer): ReadonlyArray<Seen> => {
  const seen: Array<Seen> = []
  let visibility: Visibility = "shared"
  let membership: Membership = "leave"
  for (const event of Messages.timeline(world, room.id)) {
    const before = { visibility, membership }
    let isOwnLeave = false
    if (isState(event) && event.type === "m.room.history_visibility") {
      const { history_visibility: set } = event.content
      visibility = visibilities.find((known) => known === set) ?? "shared"
    }
    if (isState(event) && event.type === "m.room.member" && event.stateKey === viewer.userId) {
      membership = membershipOf(event)
      isOwnLeave = membership === "leave" && (before.membership === "join" || before.membership === "invite")
    }
    const isSeen =
      isOwnLeave ||
      isShown(laxer(visibility, before.visibility), closer(membership, before.membership), viewer) ||
      (viewer.current === true && isState(event) && isInForce(room, event))
    if (isSeen) seen.push({ event, membership })
  }
  return seen
}

const isShown = (visibility: Visibility, membership: Membership, { peeking = false }: Viewer): boolean => {
  switch (visibility) {
    case "world_readable":
      return true
    case "shared":
      return !peeking || membership === "join"
    case "invited":
      return membership === "join" || membership === "invite"
    case "joined":
      return membership === "join"
  }
}

const isInForce = (room: Room.Room, { eventId, stateKey, type }: StateEvent): boolean =>
  Room.stateEvent(room, type, stateKey)?.eventId === eventId

/** All that became of a user's membership, oldest first. */
export const memberships = (room: Room.Room, userId: string): ReadonlyArray<StateEvent> =>
  Chunk.toReadonlyArray(room.timeline).filter(({ stateKey, type }) => type === "m.room.member" && stateKey === userId)

/** The event that another one took the place of. */
export const replaced = (room: Room.Room, { replaces }: StateEvent): StateEvent | undefined =>
  replaces === undefined
    ? undefined
    : Chunk.toReadonlyArray(room.timeline).findLast(({ eventId }) => eventId === replaces)
