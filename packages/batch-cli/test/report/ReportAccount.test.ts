import { assert, describe, it } from "@effect/vitest"
import * as Outcome from "../../src/Outcome.ts"
import { comeBackAt, command, goOn, sentence, userOf } from "../../src/report/ReportAccount.ts"
import { account, forbidden, start, type Told } from "./ReportStage.ts"

const only = (told: Told, source = "plan.csv") => {
  const { rows, ledger } = account([told])
  return sentence(source, rows.at(0), ledger.outcome(0) ?? Outcome.done)
}

describe("a sentence about a row", () => {
  it.each([
    [{ outcome: forbidden("no") }, "invite @user0:x to !hall:x: Forbidden: M_FORBIDDEN: no (HTTP 403)"],
    [{ operation: "kick", user: "@bob:x" }, "kick @bob:x from !hall:x"],
    [{ operation: "ban", user: "@bob:x", as: "@mod:x" }, "ban @bob:x from !hall:x as @mod:x"],
    [{ operation: "unban", user: "@bob:x" }, "unban @bob:x in !hall:x"],
    [{ address: "ann@example.org" }, "invite ann@example.org to !hall:x"],
    [{ operation: "leave", room: "#hall:x", outcome: Outcome.unknown("lost") }, "leave #hall:x: lost"],
    [{ operation: "join", user: "@alice:x" }, "join !hall:x for @alice:x"]
  ])("says what was asked and how it ended: %j", (told, text) => assert.strictEqual(only(told), `plan.csv:2: ${text}`))

  it("is one line that steers no terminal, whatever server and plan say", () => {
    const text = only({ outcome: forbidden("a\nb\u001b]0;x\u0007\u009b31m\u202e\r") }, "p\u001b[2J.csv")
    assert.strictEqual(text, text.replace(/[\p{Cc}\p{Cf}]/gu, ""))
    assert.include(text, "a\\nb")
  })
  it("knows a plan from standard input as such", () => assert.match(only({}, "-"), /^stdin:2: /u))
})

it("a row without a user is about who acts, and an invited address is about nobody yet", () => {
  const { rows } = account([{ operation: "join" }, { operation: "join", as: "@bot:x" }, { address: "ann@example.org" }])
  assert.deepStrictEqual(
    [0, 1, 2].map((row) => userOf(rows.at(row), "@alice:x")),
    ["@alice:x", "@bot:x", undefined]
  )
})

it("the time to come back is when the first of the deferred rows may go on", () => {
  const deferred = [3, 1, 2].map((hours) => ({ outcome: Outcome.deferred(start + hours * 3_600_000, "rc_invites") }))
  assert.strictEqual(comeBackAt(account([...deferred, { outcome: Outcome.done }])), start + 3_600_000)
  assert.isUndefined(comeBackAt(account([{ outcome: Outcome.done }])))
})

it("a command can be pasted into a shell, whatever the plan is called", () => {
  assert.strictEqual(command(["batch-cli", "apply", "plan.csv"]), "batch-cli apply plan.csv")
  assert.strictEqual(command(["batch-cli", "my $plan's.csv", ""]), `batch-cli 'my $plan'\\''s.csv' ''`)
})

describe("the command to go on with", () => {
  const after = (outcome: Outcome.Outcome, ...words: ReadonlyArray<string>) =>
    goOn(account([{ outcome }], { goOn: ["batch-cli", "apply", "plan.csv", ...words] }))
  const left = Outcome.notAttempted("the run was interrupted")

  it("is that of the run, without what would begin anew or write a report over the one that is there", () => {
    assert.strictEqual(
      after(left, "--report", "a.html", "-c", "3", "--report=b.csv", "--restart", "--max-wait", "1h"),
      "batch-cli apply plan.csv -c 3 --max-wait 1h"
    )
  })
  it("is there for as long as there is something left to do", () => {
    for (const outcome of [left, Outcome.deferred(0, "later"), Outcome.unknown("lost")])
      assert.isDefined(after(outcome))
    for (const outcome of [Outcome.done, Outcome.unchanged("so"), forbidden("no")]) assert.isUndefined(after(outcome))
  })
})
