import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Csv from "effect/encoding/Csv"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Outcome from "../../src/Outcome.ts"
import type { Account } from "../../src/report/ReportAccount.ts"
import * as ReportCsv from "../../src/report/ReportCsv.ts"
import { account, forbidden } from "./ReportStage.ts"

const written = (of: Account) => Effect.map(Stream.runCollect(ReportCsv.text(of)), (pieces) => pieces.join(""))

const read = (of: Account) =>
  Stream.make(new TextEncoder().encode("")).pipe(
    Stream.concat(Stream.map(ReportCsv.text(of), (text) => new TextEncoder().encode(text))),
    Stream.pipeThroughChannel(Csv.decode({ headers: true })),
    Stream.runCollect
  )

it.effect("has a row for every row of the plan, with what was asked and how it ended", () =>
  Effect.gen(function* () {
    const rows = yield* read(
      account([
        { user: "@bob:x", room: "#hall:x", outcome: forbidden("no, never"), at: 1500 },
        { address: "ann@example.org", outcome: Outcome.unchanged("so already") },
        { operation: "join", as: "@bot:x" }
      ])
    )
    const common = { roomId: "!room0:x", medium: "", address: "", as: "", errcode: "", status: "", requests: "1" }
    assert.deepStrictEqual(rows, [
      {
        ...common,
        line: "2",
        operation: "invite",
        room: "#hall:x",
        user: "@bob:x",
        outcome: "failed",
        because: "Forbidden: M_FORBIDDEN: no, never (HTTP 403)",
        errcode: "M_FORBIDDEN",
        status: "403",
        at: "2026-11-22T10:00:01.500Z"
      },
      {
        ...common,
        line: "3",
        operation: "invite",
        room: "!hall:x",
        roomId: "!room1:x",
        user: "",
        medium: "email",
        address: "ann@example.org",
        outcome: "unchanged",
        because: "so already",
        at: "2026-11-22T10:00:00.000Z"
      },
      {
        ...common,
        line: "4",
        operation: "join",
        room: "!hall:x",
        roomId: "!room1:x",
        user: "@bot:x",
        as: "@bot:x",
        outcome: "",
        because: "",
        at: "",
        requests: "0"
      }
    ])
  }).pipe(Effect.provide(NodeServices.layer))
)

it.effect("begins with the mark by which spreadsheets know UTF-8, and of an empty plan is its header", () =>
  Effect.map(written(account([])), (text) => assert.strictEqual(text, `\ufeff${ReportCsv.columns.join(",")}\r\n`))
)

describe("a cell", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+491234", "'+491234"],
    ["-2+3", "'-2+3"],
    ["@SUM(1+1)", "'@SUM(1+1)"],
    ["  =1+1", "'  =1+1"],
    ["\t=1+1", "\\t=1+1"],
    ["\r\n=1", "\\r\\n=1"],
    ["\uff1d1+1", "'\uff1d1+1"],
    ["no; =cmd|'/C calc'!A0", "no;' =cmd|'/C calc'!A0"],
    ['@x"&HYPERLINK("https://evil.example"):y', '\'@x"&HYPERLINK("https://evil.example"):y'],
    ["@SUM(A1):evil.example", "'@SUM(A1):evil.example"],
    ["@x|cmd!A0:evil.example", "'@x|cmd!A0:evil.example"]
  ])("that a spreadsheet would run is shown instead: %j", (text, shown) =>
    assert.strictEqual(ReportCsv.cell(text), shown)
  )
  it.each([
    "@bob:example.org",
    "@_bridge_a=2fb.c-d:[2001:db8::1]:8448",
    "!abc:example.org",
    "#hall:example.org",
    "a=b"
  ])("that holds an id as the specification has them can be copied from: %s", (text) =>
    assert.strictEqual(ReportCsv.cell(text), text)
  )
  it.prop("never begins as a formula does unless it is a user id", { text: Schema.String }, ({ text }) => {
    const shown = ReportCsv.cell(text)
    if (shown !== text || !text.startsWith("@")) assert.notMatch(shown, /^\s*[=+\-@]/u)
    assert.notMatch(shown, /[\r\n\t]/u)
  })
})
