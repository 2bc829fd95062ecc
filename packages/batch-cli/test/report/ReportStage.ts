/** Accounts of runs that never were, for the tests of reports. */
import * as Schema from "effect/Schema"
import type * as Outcome from "../../src/Outcome.ts"
import { Content } from "../../src/plan/PlanRow.ts"
import * as PlanRows from "../../src/plan/PlanRows.ts"
import * as Ledger from "../../src/report/Ledger.ts"
import type { Account } from "../../src/report/ReportAccount.ts"

const decode = Schema.decodeUnknownSync(Content)

/** 2026-11-22, 10:00 in Greenwich. */
export const start = Date.UTC(2026, 10, 22, 10)

export const forbidden = (message: string): Outcome.Outcome => ({
  _tag: "failed",
  failure: { tag: "Forbidden", message: `M_FORBIDDEN: ${message} (HTTP 403)`, status: 403, errcode: "M_FORBIDDEN" }
})

export type Told = { readonly [field: string]: unknown } & {
  readonly outcome?: Outcome.Outcome
  /** Milliseconds after the start. */
  readonly at?: number
  readonly earlier?: boolean
}

/** What is left out is an invitation of a user of its own to the hall; rows stand on lines from 2 on. */
export const account = (told: ReadonlyArray<Told>, rest: Partial<Account> = {}): Account => {
  const rows = PlanRows.fromRows(
    told.map(({ at: _, earlier: __, outcome: ___, ...content }, index) => ({
      ...decode({
        operation: "invite",
        room: "!hall:x",
        ...("address" in content || "operation" in content ? {} : { user: `@user${index}:x` }),
        ...content
      }),
      line: index + 2
    }))
  )
  const ledger = Ledger.make(rows)
  for (const [row, { at = 0, earlier = false, outcome }] of told.entries()) {
    if (outcome === undefined) continue
    if (earlier) ledger.restore(row, outcome, start + at - 86_400_000)
    else {
      ledger.sent(row, start + at)
      ledger.set(row, outcome, start + at)
    }
  }
  return {
    source: "plan.csv",
    homeserver: "https://example.org/",
    sender: "@alice:x",
    rows,
    ledger,
    roomId: (room) => `!room${room}:x`,
    startedAt: start,
    endedAt: start + 2500,
    interrupted: false,
    waits: [],
    ...rest
  }
}
