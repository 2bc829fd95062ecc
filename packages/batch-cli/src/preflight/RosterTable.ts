/**
 * Which memberships people may have in rooms, by number and in typed arrays: nine bytes for a person in a room, and up to
 * three times as much again for free slots. A plan of a million rows has two million of these at most.
 */
import type { MemberEvent } from "@matrix-membership/core"
import * as Possible from "./Possible.ts"

type State = MemberEvent.MembershipState

export interface RosterTable {
  /** None when it is not known for certain. */
  readonly membership: (room: number, person: number) => State | undefined
  /** The memberships that are possible as far as is known. */
  readonly possible: (room: number, person: number) => Possible.Possible
  /** Of those who are expected; nothing is kept of others. */
  readonly learn: (room: number, person: number, membership: State) => void
  readonly narrow: (room: number, person: number, possible: Possible.Possible) => void
  /** Makes a place for somebody of whom nothing is known yet; true when there was none. */
  readonly expect: (room: number, person: number) => boolean
  /**
   * The whole list of a room: of those on it, the ones that are expected; whoever is expected and not on it counts as
   * `leave`.
   */
  readonly learnRoom: (room: number, members: Iterable<readonly [person: number, membership: State]>) => void
  /** Another one, that goes its own ways from here. */
  readonly copy: () => RosterTable
}

interface Table {
  used: number
  /** -1 in slots that are free. */
  rooms: Int32Array
  people: Int32Array
  /** 0 where nothing is known. */
  possible: Uint8Array
  /** Rooms whose whole list was read. */
  readonly whole: Set<number>
}

const sized = (slots: number): Pick<Table, "rooms" | "people" | "possible"> => ({
  rooms: new Int32Array(slots).fill(-1),
  people: new Int32Array(slots),
  possible: new Uint8Array(slots)
})

/** Stirred, so that neighbours do not share slots. */
const hashOf = (room: number, person: number): number => {
  const hash = Math.imul(Math.imul(room ^ 0x9e3779b9, 0x85ebca6b) ^ person, 0xc2b2ae35)
  return hash ^ (hash >>> 15)
}

/** The slot of this person in this room, or the free one where they belong. */
const slotOf = ({ people, rooms }: Table, room: number, person: number): number => {
  const mask = rooms.length - 1
  let slot = hashOf(room, person) & mask
  while (rooms[slot] !== -1 && (rooms[slot] !== room || people[slot] !== person)) slot = (slot + 1) & mask
  return slot
}

const grow = (table: Table) => {
  const { people, possible, rooms } = table
  Object.assign(table, sized(rooms.length * 2))
  for (let slot = 0; slot < rooms.length; slot++) {
    const [room = -1, person = -1] = [rooms[slot], people[slot]]
    if (room === -1) continue
    const place = slotOf(table, room, person)
    table.rooms[place] = room
    table.people[place] = person
    table.possible[place] = possible[slot] ?? 0
  }
}

const over = (table: Table): RosterTable => {
  const isFree = (slot: number) => table.rooms[slot] === -1
  const takeSlot = (room: number, person: number): number => {
    const slot = slotOf(table, room, person)
    if (!isFree(slot)) return slot
    if ((table.used + 1) * 2 > table.rooms.length) {
      grow(table)
      return takeSlot(room, person)
    }
    table.used++
    table.rooms[slot] = room
    table.people[slot] = person
    return slot
  }
  const possible = (room: number, person: number): Possible.Possible => {
    const known = table.possible[slotOf(table, room, person)] ?? 0
    if (known !== 0) return known
    return table.whole.has(room) ? Possible.only("leave") : Possible.anything
  }
  const narrow = (room: number, person: number, memberships: Possible.Possible) => {
    const slot = slotOf(table, room, person)
    if (!isFree(slot)) table.possible[slot] = memberships
  }
  return {
    membership: (room, person) => Possible.certain(possible(room, person)),
    possible,
    learn: (room, person, membership) => narrow(room, person, Possible.only(membership)),
    narrow,
    expect: (room, person) => {
      const { used } = table
      takeSlot(room, person)
      return table.used > used
    },
    learnRoom: (room, members) => {
      table.whole.add(room)
      for (const [person, membership] of members) narrow(room, person, Possible.only(membership))
    },
    copy: () =>
      over({
        used: table.used,
        rooms: table.rooms.slice(),
        people: table.people.slice(),
        possible: table.possible.slice(),
        whole: new Set(table.whole)
      })
  }
}

export const make = (): RosterTable => over({ used: 0, ...sized(64), whole: new Set() })
