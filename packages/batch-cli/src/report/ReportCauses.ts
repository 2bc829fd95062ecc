/** Rows by why they ended as they did, so that two hundred failures read like the one that they are. */

import type { Tag } from "../Outcome.ts"
import { printable } from "../plan/PlanProblem.ts"
import type { Cause, Ledger } from "./Ledger.ts"

export interface Group {
  readonly cause: Cause
  /** How many rows ended so. */
  readonly size: number
  /** The first of them, in the order of the plan. */
  readonly first: ReadonlyArray<number>
}

/** The causes of the rows with these outcomes, those of most rows first; equals in the order of the plan. */
export const groups = (ledger: Ledger, tags: ReadonlyArray<Tag>, named: number): ReadonlyArray<Group> => {
  const { causes } = ledger
  const isWanted = causes.map(({ _tag }) => tags.includes(_tag))
  const sizes = new Int32Array(causes.length)
  const first = new Map<number, Array<number>>()
  for (let row = 0; row < ledger.size; row++) {
    const number = ledger.cause(row)
    if (isWanted[number] !== true) continue
    const size = sizes[number] ?? 0
    sizes[number] = size + 1
    if (size === 0) first.set(number, [row])
    else if (size < named) first.get(number)?.push(row)
  }
  return [...first]
    .flatMap(([number, rows]) => {
      const cause = causes[number]
      return cause === undefined ? [] : { cause, size: sizes[number] ?? 0, first: rows.slice(0, named) }
    })
    .sort((one, other) => other.size - one.size)
}

/** `Forbidden: M_FORBIDDEN: <user> is banned from <room>`. */
export const reason = ({ because, failure }: Cause): string => {
  const what = failure === undefined ? "" : `${failure.tag}: ${failure.message}`
  return printable([because, what].filter((text) => text !== "").join("; "))
}
