import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { isComment } from "../../src/plan/PlanCsvRecords.ts"
import { head, problemsOf, rowsOf } from "./CsvStage.ts"

describe("a comment", () => {
  it.each([
    ["# a comment", "operation", true],
    ["#!a:x,join", "operation", true],
    ["  # indented", undefined, true],
    ["#", "user", true],
    ["# x, y", "user", true],
    ['"# quoted",join', "operation", false],
    ["join,#a:x", "operation", false],
    ["# a comment", "room", true],
    ["# one, two", "room", true],
    ["#\tat noon", "room", true],
    ["#", "room", true],
    ["# meet at 10:30", "room", true],
    ["#a:x,join", "room", false],
    ["#half an alias,join", "room", false],
    ["# spaced:x,join", "room", false],
    ['"# quoted",join', "room", false],
    ["# a comment", "reason", true],
    ["#", "reason", true],
    ["# one,join", "reason", false],
    ["#one", "reason", false]
  ] as const)("in %j, below a first column %s, is one: %s", (line, firstColumn, expected) =>
    assert.strictEqual(isComment(line, ",", firstColumn), expected)
  )
  it("does not begin behind an empty first cell, though a tab is a blank", () => {
    assert.isFalse(isComment("\t#a:x\tjoin", "\t", "user"))
    assert.isTrue(isComment(" \ufeff # a\tb", "\t", "user"))
  })
  it.effect("never swallows an alias with a blank behind its sigil", () =>
    Effect.map(rowsOf("room,operation\n# a b:x,join\n"), (rows) => assert.deepStrictEqual(rows, ["2 join # a b:x"]))
  )
})

describe("a syntax error costs its own line only", () => {
  it.effect.each([
    [
      "a quote that is never closed",
      'join,!a:x,,"oh\nnope,!a:x,,\njoin,!a:x,,\n',
      [
        "plan.csv:2:12: the quote opened here is never closed",
        'plan.csv:3:1: operation "nope": expected invite, join, knock, leave, forget, kick, ban or unban'
      ]
    ],
    [
      "a quote that is closed on another line",
      'join,!a:x,,"oh\njoin,!a:x,,"no"\nnope,!a:x,,\n',
      [
        "plan.csv:2:12: the quote opened here is closed in the middle of line 3; is one missing?",
        'plan.csv:4:1: operation "nope": expected invite, join, knock, leave, forget, kick, ban or unban'
      ]
    ],
    [
      "text behind a closing quote",
      'join,"!a:x"y,,\nnope,!a:x,,\n',
      [
        "plan.csv:2:6: text behind the closing quote; a quote inside quotes is written twice",
        'plan.csv:3:1: operation "nope": expected invite, join, knock, leave, forget, kick, ban or unban'
      ]
    ],
    [
      "a quote inside a cell",
      'join,!a:x,,5" disk\nnope,!a:x,,\n',
      [
        "plan.csv:2:12: a quote inside the cell; put the cell in quotes and write the quote twice",
        'plan.csv:3:1: operation "nope": expected invite, join, knock, leave, forget, kick, ban or unban'
      ]
    ],
    [
      "a record without end",
      `join,!a:x,,"${"x".repeat(17 * 1024 * 1024)}\nnope,!a:x,,\n`,
      [
        "plan.csv:2:1: a row longer than 16 MiB; is there a quote that is never closed?",
        'plan.csv:3:1: operation "nope": expected invite, join, knock, leave, forget, kick, ban or unban'
      ]
    ]
  ] as const)("%s", ([, text, expected]) =>
    Effect.map(problemsOf(`${head}${text}`), (problems) => assert.deepStrictEqual(problems, [...expected]))
  )

  it.effect("a field of 2 MiB is refused where it begins", () =>
    Effect.gen(function* () {
      const long = "x".repeat(2 * 1024 * 1024)
      assert.deepStrictEqual(yield* problemsOf(`${head}join,!a:x,,${long}\njoin,!a:x,,"${long}"\n`), [
        `plan.csv:2:12: reason "${"x".repeat(64)}…" (2097152 characters): longer than 1 MiB`,
        `plan.csv:3:12: reason "${"x".repeat(64)}…" (2097152 characters): longer than 1 MiB`
      ])
    })
  )
  it.effect("a field of 1 MiB is read to its end", () =>
    Effect.gen(function* () {
      const long = "x".repeat(1024 * 1024)
      assert.deepStrictEqual(yield* problemsOf(`${head}join,!a:x,,${long}\njoin,!a:x,,"${long}"\nnope,!a:x,,\n`), [
        ...[2, 3].map(
          (line) =>
            `plan.csv:${line}:12: reason "${"x".repeat(64)}…" (1048576 characters): expected at most 60,000 bytes, so that it fits into an event`
        ),
        'plan.csv:4:1: operation "nope": expected invite, join, knock, leave, forget, kick, ban or unban'
      ])
    })
  )
  it.effect("a reason that just fits into an event is taken", () =>
    Effect.map(rowsOf(`${head}join,!a:x,,${"x".repeat(59_998)}\n`), (rows) => assert.strictEqual(rows.length, 1))
  )
})
