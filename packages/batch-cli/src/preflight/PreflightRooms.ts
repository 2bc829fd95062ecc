/** What is read of the rooms of a plan: who of its people is there, and who may do what. */
import { MatrixId, Membership } from "@matrix-membership/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { traits } from "../Operations.ts"
import type { Rows } from "../plan/PlanRows.ts"
import * as Possible from "./Possible.ts"
import * as Power from "./Power.ts"
import type { PreflightNumbers } from "./PreflightNumbers.ts"
import { as, joinedRooms, look } from "./PreflightReading.ts"
import * as RosterTable from "./RosterTable.ts"

export interface PreflightRooms {
  readonly table: RosterTable.RosterTable
  /** Nothing where the levels could not be read, or no row depends on them. */
  readonly power: (room: number) => Power.Power | undefined
}

/**
 * Where there are many rooms, those in which so few people matter are asked about them one by one: each list may hold a
 * hundred thousand others.
 */
const few = 3
const manyRooms = 8

// a list of members takes memory while it is read
const listsAtATime = 4

interface Room {
  readonly number: number
  readonly id: MatrixId.RoomId
  /** People of the plan, as long as they are few. */
  readonly people: Array<number>
  /** The list of members is worth reading. */
  many: boolean
  hasPower: boolean
}

/** The rooms of the plan that there are, and a place in the table for everybody a row there is about or done by. */
const survey = (rows: Rows, numbers: PreflightNumbers, table: RosterTable.RosterTable) => {
  const rooms = new Map<number, Room>()
  for (let row = 0; row < rows.size; row++) {
    const number = numbers.room(row)
    const found = numbers.roomAt(number)
    if (Result.isFailure(found)) continue
    const room = rooms.get(number) ?? { number, id: found.success, people: [], many: false, hasPower: false }
    rooms.set(number, room)
    for (const person of [numbers.actor(row), numbers.target(row)]) {
      if (!numbers.personAt(person).startsWith("@") || !table.expect(number, person)) continue
      if (room.people.length < few) room.people.push(person)
      else room.many = true
    }
    room.hasPower ||= traits[rows.operation(row)].power !== undefined
  }
  if (rooms.size <= manyRooms) for (const room of rooms.values()) room.many = true
  return [...rooms.values()]
}

const userAt = (numbers: PreflightNumbers, person: number) => MatrixId.UserId.make(numbers.personAt(person))

/** Who in the room can look into it, whose name is that of the reader. */
const readPeople = Effect.fnUntraced(function* (
  { id: roomId, many, number, people }: Room,
  reader: MatrixId.UserId | undefined,
  numbers: PreflightNumbers,
  table: RosterTable.RosterTable
) {
  const membership = yield* Membership
  if (many) {
    const events = yield* look(as(reader)(membership.getMembersByRoom({ roomId })))
    if (Option.isNone(events)) return
    const members = events.value.map(
      (event) => [numbers.findPerson(event.state_key), event.content.membership] as const
    )
    return table.learnRoom(number, members)
  }
  yield* Effect.forEach(
    people,
    (person) =>
      Effect.map(
        look(as(reader)(membership.getMembership({ roomId, userId: userAt(numbers, person) }))),
        Option.map((state) => table.learn(number, person, state))
      ),
    { discard: true }
  )
})

const readPower = Effect.fnUntraced(function* (roomId: MatrixId.RoomId, reader: MatrixId.UserId | undefined) {
  const membership = yield* Membership
  const state = (eventType: string, format?: "event") =>
    membership.getRoomStateWithKey({ roomId, eventType, stateKey: "", format }).pipe(as(reader))
  const levels = yield* state("m.room.power_levels").pipe(
    // a room without levels goes by the defaults
    Effect.catchTag("NotFound", (error) =>
      error.errcode === "M_NOT_FOUND" ? Effect.succeed(null) : Effect.fail(error)
    ),
    look
  )
  const creation = yield* look(state("m.room.create", "event"))
  return Option.isNone(levels) || Option.isNone(creation) ? undefined : Power.make(creation.value, levels.value)
})

/** Everybody who acts in one of these rooms, but the sender. */
const actorsIn = (rows: Rows, numbers: PreflightNumbers, rooms: ReadonlyMap<string, Room>): ReadonlySet<number> => {
  const actors = new Set<number>()
  for (let row = 0; row < rows.size; row++) {
    const [actor, room] = [numbers.actor(row), numbers.roomAt(numbers.room(row))]
    if (actor !== numbers.sender && Result.isSuccess(room) && rooms.has(room.success)) actors.add(actor)
  }
  return actors
}

/** Reads what the sender can see, and of the rest what those can see who act there. */
export const readAll = Effect.fnUntraced(function* (rows: Rows, numbers: PreflightNumbers, concurrency: number) {
  const table = RosterTable.make()
  const powers = new Map<number, Power.Power>()
  const all = survey(rows, numbers, table)
  const nameOf = (person: number) => (person === numbers.sender ? undefined : userAt(numbers, person))

  const readRooms = (readers: ReadonlyMap<Room, number>) =>
    Effect.forEach(
      readers,
      Effect.fnUntraced(function* ([room, person]) {
        yield* readPeople(room, nameOf(person), numbers, table)
        table.learn(room.number, person, "join")
        const power = room.hasPower ? yield* readPower(room.id, nameOf(person)) : undefined
        if (power !== undefined) powers.set(room.number, power)
      }),
      { concurrency: Math.min(concurrency, listsAtATime), discard: true }
    )

  const readAs = Effect.fnUntraced(function* (people: Iterable<number>, unseen: ReadonlyMap<string, Room>) {
    const readers = new Map<Room, number>()
    /** The rooms each is in; nobody of whom that is not known. */
    const seats = new Map<number, ReadonlySet<number>>()
    yield* Effect.forEach(
      people,
      Effect.fnUntraced(function* (person) {
        const joined = yield* joinedRooms(nameOf(person))
        if (Option.isNone(joined)) return
        const rooms = [...joined.value].flatMap((id) => unseen.get(id) ?? [])
        seats.set(person, new Set(rooms.map(({ number }) => number)))
        for (const room of rooms) readers.set(room, readers.get(room) ?? person)
      }),
      { concurrency, discard: true }
    )
    yield* readRooms(readers)
    for (let row = 0; row < rows.size; row++) {
      const [actor, room] = [numbers.actor(row), numbers.room(row)]
      const seated = seats.get(actor)?.has(room)
      if (seated === undefined || Possible.certain(table.possible(room, actor)) !== undefined) continue
      if (seated) table.learn(room, actor, "join")
      else table.narrow(room, actor, Possible.absent)
    }
    return new Map([...unseen].filter(([, room]) => !readers.has(room)))
  })

  const byId = new Map(all.map((room) => [room.id, room] as const))
  const unseen = yield* readAs([numbers.sender], byId)
  yield* readAs(actorsIn(rows, numbers, unseen), unseen)
  const result: PreflightRooms = { table, power: (room) => powers.get(room) }
  return result
})
