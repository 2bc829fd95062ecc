/** What is wrong with a plan, but shows only when it is known whose token this is and what its aliases stand for. Pure. */
import type { MatrixId } from "@matrix-membership/core"
import * as Result from "effect/Result"
import { isOwn } from "../Operations.ts"
import * as PlanPairs from "../plan/PlanPairs.ts"
import { Problem } from "../plan/PlanProblem.ts"
import type { Rows } from "../plan/PlanRows.ts"
import type { PreflightNumbers } from "./PreflightNumbers.ts"

/** No more than these are listed; who has mended them will see the others. */
const most = 1000

const collected = (rows: Rows, problem: (row: number) => Problem | undefined): ReadonlyArray<Problem> => {
  const problems: Array<Problem> = []
  for (let row = 0; row < rows.size && problems.length < most; row++) {
    const found = problem(row)
    if (found !== undefined) problems.push(found)
  }
  return problems
}

/** Rows about what only somebody else can do. */
export const foreign = (rows: Rows, sender: MatrixId.UserId): ReadonlyArray<Problem> =>
  collected(rows, (row) => {
    if (!isOwn(rows.operation(row)) || rows.target(row) === -1) return undefined
    const { as, column = 1, line, operation, user } = rows.at(row)
    if (user === undefined || user === (as ?? sender)) return undefined
    const whose = as === undefined ? `the access token is ${sender}'s` : `the row is to be carried out as ${as}`
    const way =
      as === undefined
        ? `leave the user empty to ${operation} as ${sender}; an application service names its user in \`as\``
        : `name them in \`as\``
    return new Problem({
      line,
      column,
      field: "user",
      value: user,
      message: `only they can ${operation}, and ${whose}; ${way}`
    })
  })

/**
 * Rows that repeat or contradict each other, in rooms that the plan calls by more than one name: where there is but one,
 * that was seen before anybody was asked.
 */
export const clashing = (rows: Rows, numbers: PreflightNumbers): ReadonlyArray<Problem> => {
  const names = new Map<number, Set<number>>()
  for (let row = 0; row < rows.size; row++) {
    if (Result.isFailure(numbers.roomAt(numbers.room(row)))) continue
    const known = names.get(numbers.room(row)) ?? new Set()
    names.set(numbers.room(row), known.add(rows.room(row)))
  }
  const pairs = PlanPairs.make({
    ...rows,
    people: { size: numbers.people, at: numbers.personAt, find: numbers.findPerson },
    room: numbers.room,
    target: numbers.target,
    actor: numbers.actor
  })
  return collected(rows, (row) => {
    const known = names.get(numbers.room(row))
    if (known === undefined || known.size < 2) return undefined
    const message = pairs.judge(row)
    if (message === undefined) return undefined
    const { column = 1, line, room } = rows.at(row)
    const others = [...known].filter((name) => name !== rows.room(row)).map(rows.rooms.at)
    return new Problem({
      line,
      column,
      field: "room",
      value: room,
      message: `${message} (${others.join(", ")} is the same room)`
    })
  })
}
