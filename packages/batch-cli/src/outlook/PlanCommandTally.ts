/** What a plan comes to, by room and in all: pure, from what preflight says of each row. */
import * as Result from "effect/Result"
import type { Operation } from "../Operations.ts"
import type { Preflight } from "../preflight/Preflight.ts"

export interface Counts {
  /** The server will do it. */
  certain: number
  /** Whether the server does it cannot be seen from here. */
  doubtful: number
  unchanged: number
  impossible: number
}

export interface Room {
  /** By its first name in the plan. */
  readonly name: string
  /** Absent where the alias leads nowhere. */
  readonly roomId?: string
  readonly counts: Counts
}

export interface Cause {
  readonly because: string
  /** The first rows of it. */
  readonly first: Array<number>
  rows: number
}

export interface Tally {
  /** In the order of the plan. */
  readonly rooms: ReadonlyArray<Room>
  readonly all: Counts
  /** What will be sent, by operation. */
  readonly operations: ReadonlyMap<Operation, number>
  /** Why rows cannot work, the most frequent reason first. */
  readonly causes: ReadonlyArray<Cause>
}

const none = (): Counts => ({ certain: 0, doubtful: 0, unchanged: 0, impossible: 0 })

/** Reasons beyond these are taken together: each may name somebody else. */
const mostCauses = 1000
const rowsNamed = 3

export const make = (preflight: Preflight): Tally => {
  const { rows } = preflight
  const rooms = new Map<number, Room>()
  const all = none()
  const operations = new Map<Operation, number>()
  const causes = new Map<string, Cause>()

  const blame = (row: number, reason: string) => {
    const because = causes.has(reason) || causes.size < mostCauses ? reason : "for other reasons"
    const cause = causes.get(because) ?? { because, first: [], rows: 0 }
    causes.set(because, cause)
    cause.rows++
    if (cause.first.length < rowsNamed) cause.first.push(row)
  }

  const roomOf = (row: number): Room => {
    const number = preflight.roomNumber(row)
    const known = rooms.get(number)
    if (known !== undefined) return known
    const found = preflight.room(row)
    const name = rows.rooms.at(rows.room(row))
    const room = { name, counts: none(), ...(Result.isSuccess(found) ? { roomId: found.success } : {}) }
    rooms.set(number, room)
    return room
  }

  for (let row = 0; row < rows.size; row++) {
    const verdict = preflight.verdict(row)
    const column = verdict._tag === "send" ? (preflight.isCertain(row) ? "certain" : "doubtful") : verdict._tag
    roomOf(row).counts[column]++
    all[column]++
    if (verdict._tag === "impossible") blame(row, verdict.because)
    if (verdict._tag === "send") operations.set(rows.operation(row), (operations.get(rows.operation(row)) ?? 0) + 1)
  }
  return {
    rooms: [...rooms.values()],
    all,
    operations,
    causes: [...causes.values()].sort((one, other) => other.rows - one.rows)
  }
}
