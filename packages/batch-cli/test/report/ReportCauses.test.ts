import { assert, it } from "@effect/vitest"
import * as Outcome from "../../src/Outcome.ts"
import * as Causes from "../../src/report/ReportCauses.ts"
import { account, forbidden } from "./ReportStage.ts"

it("rows that failed alike are one group, the largest first, with its first rows in the order of the plan", () => {
  const { ledger } = account([
    { outcome: forbidden("you may not") },
    ...[1, 2, 3, 4].map((n) => ({ outcome: forbidden(`@user${n}:x is banned from !hall:x`) })),
    { outcome: Outcome.done },
    { outcome: Outcome.unknown("the answer was lost") }
  ])
  assert.deepStrictEqual(
    Causes.groups(ledger, ["failed", "unknown"], 3).map(({ cause, first, size }) => [
      Causes.reason(cause),
      size,
      first
    ]),
    [
      ["Forbidden: M_FORBIDDEN: <user> is banned from <room> (HTTP 403)", 4, [1, 2, 3]],
      ["Forbidden: M_FORBIDDEN: you may not (HTTP 403)", 1, [0]],
      ["the answer was lost", 1, [6]]
    ]
  )
})

it("only the outcomes that are asked for are grouped, and none gives none", () => {
  const { ledger } = account([{ outcome: forbidden("no") }, { outcome: Outcome.done }, {}])
  assert.deepStrictEqual(Causes.groups(ledger, ["deferred"], 3), [])
  assert.strictEqual(Causes.groups(ledger, ["done"], 3).length, 1)
})
