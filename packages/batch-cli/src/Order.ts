/**
 * In which order rows may run. The rows about one user in one room keep their order. What the sender does themselves
 * (join, leave, forget) changes what they may do to others there, so it waits for every earlier row of the room, and
 * every later row of the room waits for it. All else may overlap. Pure.
 */

export interface Place {
  readonly room: string
  readonly user: string
  /** The row is about the sender. */
  readonly own: boolean
}

export interface Order {
  /** The rows that wait for nothing. */
  readonly ready: ReadonlyArray<number>
  /** Marks a row as finished and gives the rows that waited for it alone. Called once for each row. */
  readonly finish: (row: number) => ReadonlyArray<number>
}

interface Room {
  /** The sender's latest own row. */
  barrier: number | undefined
  /** Each user's latest row since then. */
  latest: Map<string, number>
}

const emptyRoom = (): Room => ({ barrier: undefined, latest: new Map() })

/** The rows that must be finished before this one may start; the room then knows of this one. */
const precedents = (room: Room, { own, user }: Place, row: number): ReadonlyArray<number> => {
  const barrier = room.barrier === undefined ? [] : [room.barrier]
  if (!own) {
    const before = room.latest.get(user)
    room.latest.set(user, row)
    return before === undefined ? barrier : [before]
  }
  const before = [...room.latest.values()]
  room.barrier = row
  room.latest.clear()
  return before.length === 0 ? barrier : before
}

export const make = (places: ReadonlyArray<Place>): Order => {
  const rooms = new Map<string, Room>()
  const waitsFor = new Int32Array(places.length)
  const holds: Array<Array<number> | undefined> = new Array(places.length)
  places.forEach((place, row) => {
    const room = rooms.get(place.room) ?? emptyRoom()
    rooms.set(place.room, room)
    for (const before of precedents(room, place, row)) {
      waitsFor[row] = (waitsFor[row] ?? 0) + 1
      const held = holds[before]
      if (held === undefined) holds[before] = [row]
      else held.push(row)
    }
  })
  return {
    ready: Array.from(places.keys()).filter((row) => waitsFor[row] === 0),
    finish: (row) =>
      (holds[row] ?? []).filter((held) => {
        const left = (waitsFor[held] ?? 0) - 1
        waitsFor[held] = left
        return left === 0
      })
  }
}
