import { assert, describe, it } from "@effect/vitest"
import { MatrixId } from "@matrix-membership/core"
import { Forbidden, NotFound, Unreachable } from "@matrix-membership/core/MatrixError"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Outcome from "../src/Outcome.ts"
import * as Report from "../src/Report.ts"
import { plan } from "./Stage.ts"

const alice = MatrixId.UserId.make("@alice:x")
const forbidden = (detail: string) => Outcome.failed(new Forbidden({ status: 403, errcode: "M_FORBIDDEN", detail }))

const ended = (outcome: Outcome.Outcome, row = "invite !hall:x @bob:x", line = 2): Report.Ended => {
  const read = plan(row).rows.at(0)
  return {
    outcome,
    task: {
      row: { ...read, line },
      room: Result.succeed(MatrixId.RoomId.make("!hall:x")),
      user: read.user ?? alice
    }
  }
}

const run = (counts: Partial<Outcome.Counts>, rest: Partial<Report.Run> = {}): Report.Run => ({
  source: "plan.csv",
  homeserver: "https://example.org/",
  sender: alice,
  counts: { ...Outcome.none, ...counts },
  elapsed: Duration.millis(2500),
  interrupted: false,
  ...rest
})

describe("a sentence about a row", () => {
  it("begins with the place, and says what was asked and why it was refused", () => {
    assert.strictEqual(
      Report.sentence("plan.csv", ended(forbidden("you may not invite"), "invite !hall:x @bob:x", 17)),
      "plan.csv:17: invite @bob:x to !hall:x: Forbidden: M_FORBIDDEN: you may not invite (HTTP 403)"
    )
    assert.strictEqual(
      Report.sentence("-", ended(Outcome.unknown("the answer was lost"), "leave #hall:x")),
      "stdin:2: leave #hall:x: the answer was lost"
    )
  })
  it("is one line that steers no terminal, whatever server and plan say", () => {
    const text = Report.sentence("p\u001b[2J.csv", ended(forbidden("a\nb\u001b]0;x\u0007\u009b31m\u202e\r")))
    assert.strictEqual(text, text.replace(/[\p{Cc}\p{Cf}]/gu, ""))
    assert.include(text, "a\\nb")
  })
})

describe("the summary", () => {
  it("adds up, and leaves out what did not happen", () => {
    const text = Report.summary(run({ done: 12, unchanged: 3 }), [], true)
    assert.deepStrictEqual(
      text.split("\n").map((line) => line.trim().replace(/ {2,}/gu, " ")),
      [
        "plan.csv at https://example.org/ as @alice:x",
        "done 12 the server made the change",
        "unchanged 3 it was so already",
        "failed 0 the server said no, or could not",
        "rows 15 in 2.5 s",
        ""
      ]
    )
  })
  it("lists the rows to look at in the order of the plan, whatever order they ended in", () => {
    const rows = [9, 3, 41].map((line) => ended(forbidden("no"), "invite !hall:x @bob:x", line))
    const lines = Report.summary(run({ failed: 3 }), rows, true).split("\n")
    assert.deepStrictEqual(
      lines.slice(0, 3).map((line) => line.slice(0, line.indexOf(": "))),
      ["plan.csv:3", "plan.csv:9", "plan.csv:41"]
    )
  })
  it("lists fifty of them on a terminal, and says how many more there are and where", () => {
    const rows = Array.from({ length: 300 }, (_, index) => ended(forbidden("no"), "leave !hall:x", index + 2))
    const text = Report.summary(run({ failed: 300 }), rows, true)
    assert.strictEqual(text.match(/^plan\.csv:\d/gmu)?.length, Report.shown)
    assert.include(text, "and 250 more; with the output in a file or a pipe every row is listed")
  })
  it("lists all of them in a file or a pipe", () => {
    const rows = Array.from({ length: 300 }, (_, index) => ended(forbidden("no"), "leave !hall:x", index + 2))
    const text = Report.summary(run({ failed: 300 }), rows, false)
    assert.strictEqual(text.match(/^plan\.csv:\d/gmu)?.length, 300)
  })
  it("says that the run was interrupted", () => {
    const counts = { done: 1, notAttempted: 4 }
    assert.include(Report.summary(run(counts, { interrupted: true }), [], true), "interrupted")
    assert.notInclude(Report.summary(run(counts), [], true), "interrupted")
  })
  it("steers no terminal, whoever the server says the sender is", () => {
    const sender = "@\u001b[31mx:example.org"
    assert.notInclude(Report.summary(run({}, { sender }), [], true), "\u001b")
  })
})

describe("the lines of JSON", () => {
  const parse = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json)))

  it("have one line for a row, with what was asked and how it ended", () => {
    const text = Report.rowJson(ended(Outcome.unchanged("already joined"), "invite #hall:x @bob:x a\nb", 7))
    assert.match(text, /^[^\n]+\n$/u)
    assert.deepStrictEqual(parse(text), {
      type: "row",
      line: 7,
      operation: "invite",
      room: "#hall:x",
      roomId: "!hall:x",
      user: "@bob:x",
      reason: "a\nb",
      outcome: "unchanged",
      because: "already joined"
    })
  })
  it("hold the evidence of a failure", () => {
    assert.deepInclude(parse(Report.rowJson(ended(forbidden("no")))), {
      outcome: "failed",
      error: { tag: "Forbidden", message: "M_FORBIDDEN: no (HTTP 403)", status: 403, errcode: "M_FORBIDDEN" }
    })
    const cut = new Unreachable({ cause: "connect ECONNREFUSED", sent: false })
    assert.deepInclude(parse(Report.rowJson(ended(Outcome.failed(cut)))), {
      error: { tag: "Unreachable", message: cut.message }
    })
  })
  it("have no room id where the alias led nowhere", () => {
    const error = new NotFound({ status: 404, errcode: "M_NOT_FOUND", detail: "" })
    const { task } = ended(Outcome.done, "join #gone:x")
    const row = parse(Report.rowJson({ task: { ...task, room: Result.fail(error) }, outcome: Outcome.failed(error) }))
    assert.strictEqual(row["room"], "#gone:x")
    assert.notProperty(row, "roomId")
  })
  it("end with a summary whose counts add up", () => {
    const summary = parse(Report.summaryJson(run({ done: 5, unchanged: 1, failed: 2, unknown: 1, notAttempted: 3 })))
    assert.deepStrictEqual(summary, {
      type: "summary",
      plan: "plan.csv",
      homeserver: "https://example.org/",
      sender: "@alice:x",
      done: 5,
      unchanged: 1,
      failed: 2,
      unknown: 1,
      deferred: 0,
      notAttempted: 3,
      rows: 12,
      interrupted: false,
      elapsedMs: 2500
    })
  })
})
