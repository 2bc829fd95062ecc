/**
 * A plan while it is being read: its rows, what is wrong with them, and what can only be judged over the whole of it. Of
 * a file in which everything is wrong only the beginning is told.
 */
import * as Arr from "effect/Array"
import * as Order from "effect/Order"
import * as Result from "effect/Result"
import * as PlanDigest from "./PlanDigest.ts"
import * as PlanPairs from "./PlanPairs.ts"
import { ofFile, Problem } from "./PlanProblem.ts"
import type { Item } from "./PlanRow.ts"
import * as PlanRows from "./PlanRows.ts"

/** Rows that can be run, and what they ask for as one number. */
export interface Reviewed {
  readonly rows: PlanRows.Rows
  readonly digest: string
}

export interface Rejected {
  /** In the order of the file. */
  readonly problems: Arr.NonEmptyReadonlyArray<Problem>
  /** How many more there are. */
  readonly more: number
}

export interface PlanReview {
  /** A line whose bytes are not text. Nothing else is said of it. */
  readonly garbled: (problem: Problem) => void
  readonly add: (item: Item) => void
  /** The plan, if nothing at all is wrong. */
  readonly end: () => Result.Result<Reviewed, Rejected>
}

/** So many problems are kept. */
export const mostProblems = 1000

const inOrderOfFile = Order.combine(
  Order.mapInput(Order.Number, (problem: Problem) => problem.line),
  Order.mapInput(Order.Number, (problem: Problem) => problem.column)
)

export const make = (): PlanReview => {
  const { add, rows } = PlanRows.make()
  const pairs = PlanPairs.make(rows)
  const digest = PlanDigest.make()
  const problems: Array<Problem> = []
  const damaged = new Set<number>()
  let found = 0

  const report = (problem: Problem) => {
    if (found++ < mostProblems) problems.push(problem)
  }

  return {
    garbled: (problem) => {
      if (damaged.size < mostProblems) damaged.add(problem.line)
      report(problem)
    },
    add: (item) => {
      if (Result.isFailure(item)) {
        if (!damaged.has(item.failure.line)) report(item.failure)
        return
      }
      const row = item.success
      // a plan with mistakes is looked through to its end, but its rows are needed no more
      if (found >= mostProblems) return
      const message = pairs.judge(add(row))
      if (message === undefined) digest.add(row)
      else report(new Problem({ line: row.line, column: row.column ?? 1, message }))
    },
    end: () => {
      const inOrder = Arr.sort(problems, inOrderOfFile)
      if (Arr.isArrayNonEmpty(inOrder)) return Result.fail({ problems: inOrder, more: found - inOrder.length })
      return rows.size === 0
        ? Result.fail({ problems: Arr.of(ofFile("there are no rows in this plan")), more: 0 })
        : Result.succeed({ rows, digest: digest.end() })
    }
  }
}
