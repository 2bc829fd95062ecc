/**
 * Rooms and people of a plan by number, once it is known whose token this is and which rooms the aliases stand for: the
 * same room has one number by whichever name, and a row that names nobody is about whoever acts.
 */
import type { MatrixError, MatrixId } from "@matrix-membership/core"
import * as Result from "effect/Result"
import type { Rows } from "../plan/PlanRows.ts"

/** A room, or why its alias leads nowhere. */
export type Room = Result.Result<MatrixId.RoomId, MatrixError.MatrixError>

export interface PreflightNumbers {
  /** Rooms have numbers below this; not every number is a room's. */
  readonly rooms: number
  /** People have numbers below this. */
  readonly people: number
  /** The sender's number among the people. */
  readonly sender: number
  readonly room: (row: number) => number
  readonly actor: (row: number) => number
  readonly target: (row: number) => number
  /** The room of this number. */
  readonly roomAt: (room: number) => Room
  /** User id, or an address as `email:ann@example.org`. */
  readonly personAt: (person: number) => string
  /** -1 for a room that is not in the plan. */
  readonly findRoom: (room: MatrixId.RoomId) => number
  /** -1 for somebody who is not in the plan. */
  readonly findPerson: (user: string) => number
}

/** @param resolved what each name of `rows.rows` stands for */
export const make = (rows: Rows, sender: MatrixId.UserId, resolved: ReadonlyArray<Room>): PreflightNumbers => {
  const byId = new Map<MatrixId.RoomId, number>()
  const canonical = Int32Array.from(resolved, (room, name) => {
    if (Result.isFailure(room)) return name
    const known = byId.get(room.success) ?? name
    byId.set(room.success, known)
    return known
  })
  const found = rows.people.find(sender)
  const own = found === -1 ? rows.people.size : found
  const actor = (row: number) => {
    const as = rows.actor(row)
    return as === -1 ? own : as
  }
  return {
    rooms: rows.rooms.size,
    people: rows.people.size + (found === -1 ? 1 : 0),
    sender: own,
    room: (row) => canonical[rows.room(row)] ?? -1,
    actor,
    target: (row) => {
      const target = rows.target(row)
      return target === -1 ? actor(row) : target
    },
    roomAt: (room) => {
      const found = resolved[room]
      if (found === undefined) throw new RangeError(`there is no room ${room} among ${resolved.length}`)
      return found
    },
    personAt: (person) => (person === own ? sender : rows.people.at(person)),
    findRoom: (room) => byId.get(room) ?? -1,
    findPerson: (user) => (user === sender ? own : rows.people.find(user))
  }
}
