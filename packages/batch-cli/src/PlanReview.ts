/** What can only be judged over the whole of a plan: whether rows repeat each other, and whether there are any. */
import { createHash } from "node:crypto"
import * as Arr from "effect/Array"
import * as Order from "effect/Order"
import * as Result from "effect/Result"
import { ofFile, Problem } from "./PlanProblem.ts"
import type { Content, Item, Row } from "./PlanRow.ts"
import * as PlanRows from "./PlanRows.ts"

/** Rows that can be run, and what they ask for as one number. */
export interface Reviewed {
  readonly rows: PlanRows.Rows
  readonly digest: string
}

/** SHA-256 of what the rows ask for, in their order, in hexadecimal. Where they stand in the file does not count. */
export const digestOf = (rows: Iterable<Content>): string => {
  const hash = createHash("sha256")
  for (const { address, as, medium, operation, reason, room, user, via } of rows) {
    // absent keys are left out, so that fields to come do not change the digest of plans without them
    hash.update(`${JSON.stringify({ operation, room, user, reason, via, as, medium, address })}\n`)
  }
  return hash.digest("hex")
}

/**
 * A row repeats another when nothing for the same room and user stands between them. Invite, leave, invite may be
 * meant; invite, invite is not.
 */
const repetitions = (rows: ReadonlyArray<Row>): ReadonlyArray<Problem> => {
  const latest = new Map<string, Row>()
  return rows.flatMap((row) => {
    const key = `${row.room}\0${row.user ?? row.address ?? ""}\0${row.as ?? ""}`
    const before = latest.get(key)
    if (before?.operation !== row.operation) {
      latest.set(key, row)
      return []
    }
    const place = before.column === undefined ? `line ${before.line}` : `line ${before.line}, column ${before.column}`
    const message = `repeats ${place}: ${[row.operation, row.room, row.user ?? []].flat().join(" ")}`
    return [new Problem({ line: row.line, column: row.column ?? 1, message })]
  })
}

const inOrderOfFile = Order.combine(
  Order.mapInput(Order.Number, (problem: Problem) => problem.line),
  Order.mapInput(Order.Number, (problem: Problem) => problem.column)
)

/** The plan, if nothing at all is wrong. Of lines whose bytes are not text, only that is said. */
export const review = (
  items: ReadonlyArray<Item>,
  unreadable: ReadonlyArray<Problem>
): Result.Result<Reviewed, Arr.NonEmptyReadonlyArray<Problem>> => {
  const damaged = new Set(unreadable.map(({ line }) => line))
  const rows = items.flatMap((item) => (Result.isSuccess(item) ? [item.success] : []))
  const told = items.flatMap((item) =>
    Result.isFailure(item) && !damaged.has(item.failure.line) ? [item.failure] : []
  )
  const problems = Arr.sort([...unreadable, ...told, ...repetitions(rows)], inOrderOfFile)
  if (Arr.isArrayNonEmpty(problems)) return Result.fail(problems)
  return Arr.isReadonlyArrayNonEmpty(rows)
    ? Result.succeed({ rows: PlanRows.fromRows(rows), digest: digestOf(rows) })
    : Result.fail([ofFile("there are no rows in this plan")])
}
