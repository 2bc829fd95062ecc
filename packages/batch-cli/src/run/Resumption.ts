/** Where a run begins: what earlier ones have settled stays so, and the rest is announced. */
import type { Journal } from "../journal/Journal.ts"
import * as Outcome from "../Outcome.ts"
import type { Ledger } from "../report/Ledger.ts"
import type { Schedule } from "../schedule/Schedule.ts"
import type { Order } from "./Order.ts"

export interface Parts {
  readonly rows: { readonly size: number }
  readonly journal: Pick<Journal, "before" | "intendedAt">
  readonly ledger: Pick<Ledger, "restore">
  readonly schedule: Pick<Schedule, "announce">
  readonly order: Order
  /** Rows that failed are not settled. */
  readonly retryFailed: boolean
}

/** Gives the rows that wait for no other row, the last one first. */
export const begin = function* ({ journal, ledger, order, retryFailed, rows, schedule }: Parts): Generator<number> {
  const settled: Array<number> = []
  for (let row = 0; row < rows.size; row++) {
    const before = journal.before(row)
    if (typeof before === "object" && Outcome.isSettled(before) && !(retryFailed && before._tag === "failed")) {
      ledger.restore(row, before, journal.intendedAt(row))
      settled.push(row)
    } else schedule.announce(row)
  }
  for (const row of settled) order.finish(row)
  for (let row = rows.size - 1; row >= 0; row--) if (order.isReady(row)) yield row
}
