import { assert, describe, it } from "@effect/vitest"
import * as Outcome from "../../src/Outcome.ts"
import type { Account } from "../../src/report/ReportAccount.ts"
import * as ReportSummary from "../../src/report/ReportSummary.ts"
import { account, forbidden, start, type Told } from "./ReportStage.ts"

const times = (count: number, told: Told): ReadonlyArray<Told> => Array.from({ length: count }, () => told)

const said = (of: Account, isTerminal = true) => [...ReportSummary.lines(of, { isTerminal, zone: "UTC" })]
const tidy = (lines: ReadonlyArray<string>) => lines.map((line) => line.trim().replace(/ {2,}/gu, " "))

it("the counts add up to the plan, and what did not happen is left out", () => {
  const text = said(
    account([...times(12, { outcome: Outcome.done }), ...times(3, { outcome: Outcome.unchanged("so") })])
  )
  assert.deepStrictEqual(tidy(text), [
    "plan.csv at https://example.org/ as @alice:x",
    "done 12 the server made the change",
    "unchanged 3 it was so already",
    "failed 0 the server said no, or could not",
    "rows 15 in 2.5 s"
  ])
})

it("rows of earlier runs are told apart", () => {
  const text = tidy(
    said(
      account([
        ...times(100, { outcome: Outcome.done, earlier: true }),
        ...times(20, { outcome: Outcome.done }),
        { outcome: Outcome.unchanged("so"), earlier: true }
      ])
    )
  )
  assert.include(text, "done 120 the server made the change, 100 of them before")
  assert.include(text, "unchanged 1 it was so already, in an earlier run")
})

describe("rows to look at", () => {
  it("are each spelled out while they are few", () => {
    const text = said(account([{ outcome: Outcome.done }, ...times(20, { outcome: forbidden("no") })]))
    assert.strictEqual(text.filter((line) => line.startsWith("plan.csv:")).length, 20)
    assert.match(text[0] ?? "", /^plan\.csv:3: invite @user1:x to !hall:x: Forbidden: /u)
  })
  it("are grouped by cause on a terminal when they are many", () => {
    const text = said(
      account([
        ...Array.from({ length: 30 }, (_, n) => ({ outcome: forbidden(`@user${n}:x is banned`) })),
        { outcome: forbidden("no") }
      ])
    )
    assert.deepStrictEqual(text.slice(0, 8), [
      "30 × Forbidden: M_FORBIDDEN: <user> is banned (HTTP 403)",
      "    plan.csv:2: invite @user0:x to !hall:x",
      "    plan.csv:3: invite @user1:x to !hall:x",
      "    plan.csv:4: invite @user2:x to !hall:x",
      "    and 27 more",
      "1 × Forbidden: M_FORBIDDEN: no (HTTP 403)",
      "    plan.csv:32: invite @user30:x to !hall:x",
      "with the output in a file or a pipe, or in a --report, every row is listed"
    ])
  })
  it("do not flood the terminal when every one has a reason of its own", () => {
    const text = said(account(Array.from({ length: 500 }, (_, n) => ({ outcome: forbidden(`error ${n}`) }))))
    assert.isBelow(text.length, 40)
    assert.include(text, "and 490 rows for 490 other reasons")
  })
  it("are all listed in a file or a pipe", () => {
    const text = said(account(times(300, { outcome: forbidden("no") })), false)
    assert.strictEqual(text.filter((line) => /^plan\.csv:\d/u.test(line)).length, 300)
  })
})

it("rows that were not attempted are told by why, however many they are and wherever that is read", () => {
  const rows = [
    ...times(300, { outcome: Outcome.notAttempted("the run was interrupted") }),
    { outcome: Outcome.notAttempted("cannot work: @alice:x is not in the room") }
  ]
  for (const isTerminal of [true, false]) {
    assert.deepStrictEqual(said(account(rows), isTerminal).slice(0, 8), [
      "300 × not attempted: the run was interrupted",
      "    plan.csv:2: invite @user0:x to !hall:x",
      "    plan.csv:3: invite @user1:x to !hall:x",
      "    plan.csv:4: invite @user2:x to !hall:x",
      "    and 297 more",
      "1 × not attempted: cannot work: @alice:x is not in the room",
      "    plan.csv:302: invite @user300:x to !hall:x",
      ""
    ])
  }
})

it("deferred rows are told with the time to come back and the command for it", () => {
  const outcome = Outcome.deferred(start + 6_600_000, "rc_invites.per_user")
  const goOn = ["batch-cli", "apply", "my plan.csv"]
  const text = said(account([{ outcome }, { outcome: Outcome.done }], { goOn, endedAt: start }))
  assert.include(text, "  deferred rows: not before 11:50, in 1 h 50 min")
  assert.include(text, "  to go on: batch-cli apply 'my plan.csv'")
})

it("there is no command to go on with when nothing is left to do", () => {
  const text = said(account([{ outcome: Outcome.done }, { outcome: forbidden("no") }], { goOn: ["batch-cli"] }))
  assert.notInclude(text.join("\n"), "to go on")
})

it("refusals are told by limit, with the longest waits first, and those that never were are left out", () => {
  const waits = [
    { limiter: "rc_message", refusals: 1, askedMillis: 2000 },
    { limiter: "rc_invites.per_user", refusals: 41, askedMillis: 724_000 },
    { limiter: "rc_joins", refusals: 0, askedMillis: 0 }
  ]
  const text = said(account([{ outcome: Outcome.done }], { waits }))
  assert.deepStrictEqual(text.slice(-2), [
    "  refused 41 times for rc_invites.per_user, with 12 min to wait in all",
    "  refused once for rc_message, with 2.0 s to wait in all"
  ])
})

it("a run that did not come to its end says so and why", () => {
  const rows = [{ outcome: Outcome.notAttempted("stopped") }, {}]
  const text = said(account(rows, { interrupted: true, stopped: "5 rows had failed" })).join("\n")
  assert.include(text, "interrupted before the end")
  assert.include(text, "stopped: 5 rows had failed")
  assert.match(text, /not ended +1 /u)
})

it("no name steers the terminal", () => {
  const text = said(account([], { sender: "@\u001b[31mx:x", source: "p\u202e.csv", stopped: "\u0007" })).join("")
  assert.strictEqual(text, text.replace(/[\p{Cc}\p{Cf}]/gu, ""))
})
