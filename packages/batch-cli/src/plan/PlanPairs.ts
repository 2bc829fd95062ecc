/**
 * Rows that cannot both be meant: those that repeat each other, and those that contradict each other. Each is judged
 * against the rows before it about the same room and person. Rooms are told apart by what the plan calls them: that an
 * alias and an id are one room is not to be seen in a plan.
 */
import { isOwn, type Operation } from "../Operations.ts"
import * as Address from "./PlanAddress.ts"
import * as Column from "./PlanColumn.ts"
import * as PlanIndex from "./PlanIndex.ts"
import type { Rows } from "./PlanRows.ts"

export interface PlanPairs {
  /** What is wrong with a row beside those before it, or nothing. Asked once for each row, in their order. */
  readonly judge: (row: number) => string | undefined
}

/** What a ban stands against until it is lifted. */
const shutOut: ReadonlySet<Operation> = new Set(["invite", "join", "knock"])

/** `invite !hall:example.org @bob:example.org`, and who is to do it where that is said. */
export const sentence = (rows: Rows, row: number): string => {
  const { address, as, operation, room, user } = rows.at(row)
  return [operation, room, user ?? address ?? [], as === undefined ? [] : `as ${as}`].flat().join(" ")
}

const placeOf = (rows: Rows, row: number): string => {
  const { column, line } = rows.at(row)
  return column === undefined ? `line ${line}` : `line ${line}, column ${column}`
}

export const make = (rows: Rows): PlanPairs => {
  /** Whom a row is about; -1 is the owner of the token. */
  const subject = (row: number) => {
    const target = rows.target(row)
    return target === -1 ? rows.actor(row) : target
  }
  // what only they can do themselves, they do, whether the plan says so or not
  const actor = (row: number) => (isOwn(rows.operation(row)) ? subject(row) : rows.actor(row))

  const pairs = PlanIndex.make(
    (row) => PlanIndex.mix(rows.room(row), subject(row)),
    (one, other) => rows.room(one) === rows.room(other) && subject(one) === subject(other)
  )
  /** For each row, the ban that is in force behind it. */
  const bans = Column.makeSparse(-1)

  const repeats = (row: number, before: number): boolean =>
    rows.operation(row) === rows.operation(before) &&
    // to an address every further invitation is a second one, whoever sends it
    (actor(row) === actor(before) || Address.ofName(rows.people.at(subject(row))) !== undefined)

  return {
    judge: (row) => {
      const before = pairs.replace(row)
      const operation = rows.operation(row)
      const ban = before === -1 ? -1 : (bans.at(before) ?? -1)
      bans.push(operation === "ban" ? row : operation === "unban" ? -1 : ban)
      if (before === -1) return undefined
      if (repeats(row, before)) {
        // the first of many is the one to keep
        pairs.replace(before)
        return `repeats ${placeOf(rows, before)}: ${sentence(rows, row)}`
      }
      if (ban !== -1 && shutOut.has(operation)) {
        return `contradicts ${placeOf(rows, ban)}: ${sentence(rows, ban)}; an unban has to come between the two`
      }
      return operation === "ban" && rows.operation(before) === "invite"
        ? `contradicts ${placeOf(rows, before)}: ${sentence(rows, before)}; which of the two is meant?`
        : undefined
    }
  }
}
