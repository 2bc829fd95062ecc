/** What is wrong with a plan, but shows only when it is known whose token this is and what its aliases stand for. Pure. */
import type { MatrixId } from "@matrix-membership/core"
import * as Result from "effect/Result"
import { isOwn } from "./Operations.ts"
import { Problem } from "./PlanProblem.ts"
import type { Rows } from "./PlanRows.ts"
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

/** Rows that ask for the same as the one before for the same room and person, which goes by another name there. */
export const repeated = (rows: Rows, numbers: PreflightNumbers): ReadonlyArray<Problem> => {
  const names = new Map<number, Set<number>>()
  for (let row = 0; row < rows.size; row++) {
    if (Result.isFailure(numbers.roomAt(numbers.room(row)))) continue
    const known = names.get(numbers.room(row)) ?? new Set()
    names.set(numbers.room(row), known.add(rows.room(row)))
  }
  const latest = new Map<string, number>()
  return collected(rows, (row) => {
    const room = numbers.room(row)
    if ((names.get(room)?.size ?? 0) < 2) return undefined
    const pair = `${room} ${numbers.target(row)} ${numbers.actor(row)}`
    const before = latest.get(pair)
    latest.set(pair, row)
    if (before === undefined || rows.operation(before) !== rows.operation(row)) return undefined
    // what repeats under the same name was found before anybody was asked
    if (rows.room(before) === rows.room(row)) return undefined
    const [here, there] = [rows.at(row), rows.at(before)]
    return new Problem({
      line: here.line,
      column: here.column ?? 1,
      field: "room",
      value: here.room,
      message: `is the same room as ${there.room}, and this row repeats line ${there.line}`
    })
  })
}
