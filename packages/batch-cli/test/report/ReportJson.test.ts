import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Outcome from "../../src/Outcome.ts"
import * as ReportJson from "../../src/report/ReportJson.ts"
import { account, forbidden, start } from "./ReportStage.ts"

const parse = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json)))

describe("a row", () => {
  it("is one line with what was asked and how it ended, and no key that does not apply", () => {
    const of = account([
      {
        operation: "join",
        room: "#hall:x",
        reason: "a\nb",
        via: ["x.org"],
        as: "@bot:x",
        outcome: Outcome.unchanged("in"),
        at: 1500
      }
    ])
    const text = ReportJson.row(of, 0)
    assert.match(text, /^[^\n]+\n$/u)
    assert.deepStrictEqual(parse(text), {
      type: "row",
      line: 2,
      operation: "join",
      room: "#hall:x",
      roomId: "!room0:x",
      user: "@bot:x",
      as: "@bot:x",
      via: ["x.org"],
      reason: "a\nb",
      outcome: "unchanged",
      because: "in",
      startedAt: "2026-11-22T10:00:01.500Z",
      endedAt: "2026-11-22T10:00:01.500Z",
      requests: 1,
      waitedMs: 0
    })
  })
  it("holds the evidence of a failure, the end of a delay and that it is an earlier run's", () => {
    const of = account([
      { outcome: forbidden("no") },
      { outcome: Outcome.deferred(start, "later") },
      { outcome: Outcome.done, earlier: true },
      { address: "ann@example.org" }
    ])
    assert.deepInclude(parse(ReportJson.row(of, 0)), {
      outcome: "failed",
      error: { tag: "Forbidden", message: "M_FORBIDDEN: no (HTTP 403)", status: 403, errcode: "M_FORBIDDEN" }
    })
    assert.deepInclude(parse(ReportJson.row(of, 1)), { until: "2026-11-22T10:00:00.000Z", because: "later" })
    assert.deepInclude(parse(ReportJson.row(of, 2)), { earlier: true, requests: 0 })
    assert.deepInclude(parse(ReportJson.row(of, 3)), { medium: "email", address: "ann@example.org" })
    assert.notProperty(parse(ReportJson.row(of, 3)), "outcome")
  })
  it("has no room id where the alias led nowhere", () => {
    const of = account([{ outcome: Outcome.done }], { roomId: () => undefined })
    assert.notProperty(parse(ReportJson.row(of, 0)), "roomId")
  })
})

it("the summary has counts that add up, what earlier runs did, and how to go on", () => {
  const of = account(
    [
      { outcome: Outcome.done, earlier: true },
      { outcome: Outcome.done },
      { outcome: forbidden("no") },
      { outcome: Outcome.deferred(start + 60_000, "later") }
    ],
    { goOn: ["batch-cli", "apply", "a b.csv"], waits: [{ limiter: "rc_message", refusals: 2, askedMillis: 900 }] }
  )
  assert.deepStrictEqual(parse(ReportJson.summary(of)), {
    type: "summary",
    plan: "plan.csv",
    homeserver: "https://example.org/",
    sender: "@alice:x",
    ...Outcome.none,
    done: 2,
    failed: 1,
    deferred: 1,
    rows: 4,
    earlier: { ...Outcome.none, done: 1 },
    interrupted: false,
    startedAt: "2026-11-22T10:00:00.000Z",
    endedAt: "2026-11-22T10:00:02.500Z",
    elapsedMs: 2500,
    waits: [{ limiter: "rc_message", refusals: 2, askedMillis: 900 }],
    comeBackAt: "2026-11-22T10:01:00.000Z",
    goOn: "batch-cli apply 'a b.csv'"
  })
})

describe("the document", () => {
  const Document = Schema.fromJsonString(
    Schema.Struct({
      summary: Schema.Struct({ rows: Schema.Int, failed: Schema.Int }),
      causes: Schema.Array(Schema.Struct({ reason: Schema.String, rows: Schema.Int, lines: Schema.Array(Schema.Int) })),
      rows: Schema.Array(Schema.Struct({ line: Schema.Int, outcome: Schema.optionalKey(Schema.String) }))
    })
  )
  const read = Schema.decodeUnknownSync(Document)
  it("holds the summary, the causes of what failed, and every row", () => {
    const document = read(
      [...ReportJson.document(account([{ outcome: forbidden("no") }, {}, { outcome: forbidden("no") }]))].join("")
    )
    assert.deepStrictEqual(document, {
      summary: { rows: 3, failed: 2 },
      causes: [{ reason: "Forbidden: M_FORBIDDEN: no (HTTP 403)", rows: 2, lines: [2, 4] }],
      rows: [{ line: 2, outcome: "failed" }, { line: 3 }, { line: 4, outcome: "failed" }]
    })
  })
  it("of an empty plan is a document, too", () => {
    assert.deepStrictEqual(read([...ReportJson.document(account([]))].join("")).rows, [])
  })
})

it("nothing in it steers the terminal that it is printed on", () => {
  const text = ReportJson.row(account([{ outcome: forbidden("\u009b31m\u202e\u2028") }]), 0)
  assert.match(text, /^[^\p{Cc}\p{Cf}\p{Zl}]+\n$/u)
  assert.include(String(Object.values(parse(text)["error"] ?? {})), "\u009b31m\u202e\u2028")
})
