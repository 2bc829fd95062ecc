/** The stretch of a room's past that goes into one sync, and the state that goes with it. */
import * as Chunk from "effect/Chunk"
import * as Filters from "../Filters.ts"
import type { StateEvent } from "../rules/Event.ts"
import type * as Room from "../rules/Room.ts"
import * as Timeline from "../Timeline.ts"
import type { World } from "../World.ts"

/** Events after the first position, up to and with the last. */
export interface Range {
  readonly after: number
  readonly upTo: number
}

export interface Window extends Range {
  readonly seen: ReadonlyArray<Timeline.Seen>
  /** Whether something of the range is left out before what is in it. */
  readonly limited: boolean
}

const defaultLimit = 10
const greatestLimit = 100

/** The last events of the range that the user may see and the filter lets through. */
export const make = (
  world: World,
  room: Room.Room,
  userId: string,
  range: Range,
  filter: Filters.EventFilter | undefined
): Window => {
  const limit = Math.max(Math.min(filter?.limit ?? defaultLimit, greatestLimit), 0)
  const passes = Filters.passes(filter)
  const inRange = Timeline.seenBy(world, room, { userId, current: true }).filter(
    ({ event }) => event.position > range.after && event.position <= range.upTo && passes(event)
  )
  return { ...range, seen: limit === 0 ? [] : inRange.slice(-limit), limited: inRange.length > limit }
}

/** The position that the window begins after. */
export const start = ({ seen, upTo }: Window): number => {
  const first = seen[0]?.event.position
  return first === undefined ? upTo : first - 1
}

/**
 * What became of the state after a position and is not in the window: as it was at the window's beginning, or as it is in
 * the end where the window leaves that out.
 */
export const state = (room: Room.Room, window: Window, after: number): ReadonlyArray<StateEvent> => {
  const timeline = Chunk.toReadonlyArray(room.timeline)
  const before = timeline.findLastIndex(({ position }) => position <= after)
  const changes = timeline.slice(before + 1).filter(({ position }) => position <= window.upTo)
  const latest = new Map(changes.map((event) => [keyOf(event), event]))
  const shown = new Set(window.seen.map(({ event }) => event.eventId))
  const beginning = window.limited ? start(window) : window.after
  const told = changes.filter(
    (event) => !shown.has(event.eventId) && (event.position <= beginning || latest.get(keyOf(event)) === event)
  )
  return [...new Map(told.map((event) => [keyOf(event), event])).values()]
}

const keyOf = ({ stateKey, type }: StateEvent): string => `${type}\n${stateKey}`
