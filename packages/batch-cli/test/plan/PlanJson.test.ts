import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as PlanJson from "../../src/plan/PlanJson.ts"
import { lines } from "../../src/plan/PlanText.ts"

const itemsOf = (text: string, read: typeof PlanJson.rows) =>
  Stream.make(new TextEncoder().encode(text)).pipe(lines, read, Stream.runCollect)

const problemsOf = (text: string, read = PlanJson.rows) =>
  Effect.map(itemsOf(text, read), (all) =>
    all.filter(Result.isFailure).map(({ failure }) => failure.render("plan.json"))
  )

/** Line, column, operation, room, user, reason; fails when there is any problem. */
const rowsOf = (text: string, read = PlanJson.rows) =>
  Effect.map(itemsOf(text, read), (all) =>
    all.map((item) => {
      const { column, line, operation, reason, room, user } = Result.getOrThrow(item)
      return [line, column, operation, room, user, reason].filter((part) => part !== undefined).join(" ")
    })
  )

const roomExpected = "expected a room id such as !abc:example.org or an alias such as #hall:example.org"
const userExpected = "expected a user id such as @alice:example.org"
const row = '{"operation":"join","room":"!a:x"}'

describe("a good plan", () => {
  it.effect.each([
    [
      "is a list",
      '[\n  {"operation": "invite", "room": "!a:x", "user": "@b:x", "reason": "dear\\nBob"},\n  {"room": "#a:x", "operation": "join"}]',
      ["2 3 invite !a:x @b:x dear\nBob", "3 3 join #a:x"]
    ],
    ["is an object with rows", `{"$schema": "plan.schema.json", "version": 1, "rows": [${row}]}`, ["1 56 join !a:x"]],
    [
      "has defaults, before or behind the rows, which rows override",
      '{"rows":[{"user":"@a:x"},{"user":"@b:x","reason":"","room":"#b:x"}],\n"defaults":{"operation":"invite","room":"#a:x","reason":"hi"}}',
      ["1 10 invite #a:x @a:x hi", "1 26 invite #b:x @b:x"]
    ],
    [
      "has defaults that operations without the field do without",
      '{"defaults":{"reason":"hi","room":"#a:x"},"rows":[{"operation":"forget"},{"operation":"leave"}]}',
      ["1 51 forget #a:x", "1 74 leave #a:x hi"]
    ],
    ["knows the fields by other names", '[{"action":"leave","room_id":"!a:x","mxid":"@b:x"}]', ["1 2 leave !a:x @b:x"]],
    ["may be broken into lines anyhow", `\r\r\n\n[\r${row}\r\n]\n`, ["5 1 join !a:x"]]
  ] as const)("%s", ([, text, expected]) =>
    Effect.map(rowsOf(text), (rows) => assert.deepStrictEqual(rows, [...expected]))
  )
  it.effect("in NDJSON has a row on each line that is not empty", () =>
    Effect.map(rowsOf(`${row}\r\n\n  ${row}`, PlanJson.rowsByLine), (rows) =>
      assert.deepStrictEqual(rows, ["1 1 join !a:x", "3 3 join !a:x"])
    )
  )
})

describe("the wrong shape", () => {
  it.effect.each([
    ["a text", '"hi"', ['plan.json:1:1: "hi": expected a list of rows or an object with rows, found a text']],
    ["null", " null", ["plan.json:1:2: expected a list of rows or an object with rows, found null"]],
    [
      "an object without rows",
      '{"version":1}',
      ["plan.json:1:1: rows: missing; the rows of the plan stand in a list of this name"]
    ],
    [
      "a row alone",
      row,
      [
        'plan.json:1:2: key "operation": not known; expected $schema, version, defaults or rows; is this a row? A plan is a list of them',
        'plan.json:1:21: key "room": not known; expected $schema, version, defaults or rows; is this a row? A plan is a list of them',
        "plan.json:1:1: rows: missing; the rows of the plan stand in a list of this name"
      ]
    ],
    [
      "keys of other types, unknown keys, keys twice",
      '{"$schema":5,"version":2,"defaults":[],"rows":{},"rows":[],"row":1}',
      [
        'plan.json:1:12: $schema "5": expected text in double quotes, found a number',
        'plan.json:1:24: version "2": expected 1, the only one there is',
        "plan.json:1:37: defaults: expected an object, found a list",
        "plan.json:1:47: rows: expected a list, found an object",
        'plan.json:1:50: key "rows": given already',
        'plan.json:1:60: key "row": not known; expected $schema, version, defaults or rows; did you mean rows?'
      ]
    ],
    [
      "rows that are none",
      `[5,"x",null,true,[${row}]]`,
      [
        'plan.json:1:2: "5": expected a row, which is an object, found a number',
        'plan.json:1:4: "x": expected a row, which is an object, found a text',
        "plan.json:1:8: expected a row, which is an object, found null",
        'plan.json:1:13: "true": expected a row, which is an object, found a truth value',
        "plan.json:1:18: expected a row, which is an object, found a list"
      ]
    ],
    [
      "fields of other types",
      '[{"operation":"join","room":["!a:x"],"user":null,"reason":7}]',
      [
        "plan.json:1:29: room: expected text in double quotes, found a list",
        "plan.json:1:45: user: expected text in double quotes, found null",
        'plan.json:1:59: reason "7": expected text in double quotes, found a number'
      ]
    ],
    [
      "unknown keys and keys twice in a row, under two names too",
      '[{"operation":"join","room":"!a:x","usr":1,\n"room":"!b:x","room_id":"!c:x"}]',
      [
        'plan.json:1:36: key "usr": not known; expected operation, room, user, reason, via, as, medium or address; did you mean user?',
        'plan.json:2:1: key "room": the room is given on line 1, column 22 already',
        'plan.json:2:15: key "room_id": the room is given on line 1, column 22 already'
      ]
    ],
    ["nested too deep", "[".repeat(1_000_000), ["plan.json:1:65: nested more than 64 deep"]]
  ] as const)("%s", ([, text, expected]) =>
    Effect.map(problemsOf(text), (problems) => assert.deepStrictEqual(problems, [...expected]))
  )
})

describe("a wrong value", () => {
  it.effect("is told at its own place, a missing one at its row", () =>
    Effect.gen(function* () {
      const text = '[\n  {"operation": "invte",\n    "room": "#hall"}, {"operation": "invite"}]'
      assert.deepStrictEqual(yield* problemsOf(text), [
        'plan.json:2:17: operation "invte": expected invite, join, knock, leave, forget, kick, ban or unban; did you mean invite?',
        'plan.json:3:13: room "#hall": expected a room alias such as #hall:example.org',
        `plan.json:3:23: room: missing; ${roomExpected}`,
        `plan.json:3:23: user: missing; invite needs a user id such as @alice:example.org, or an e-mail address under address`
      ])
    })
  )
  it.effect("in the defaults is told once, where it stands", () =>
    Effect.gen(function* () {
      const text =
        '{"defaults":{"operation":"invite","user":"bob","rom":1,"reason":2},"rows":[{"room":"!a:x"},{"room":"!b:x"}]}'
      assert.deepStrictEqual(yield* problemsOf(text), [
        'plan.json:1:48: key "rom": not known; expected operation, room, user, reason, via, as, medium or address; did you mean room?',
        'plan.json:1:65: reason "2": expected text in double quotes, found a number',
        `plan.json:1:42: user "bob": ${userExpected}`
      ])
    })
  )
  it.effect("may be one that only JSON can write", () =>
    Effect.gen(function* () {
      const text = `[{"operation":"join","room":"!a\\u0000b:x","reason":"a\\u0000"},${row.replace("}", ',"reason":"\\ud800"}')}]`
      assert.deepStrictEqual(yield* problemsOf(text), [
        `plan.json:1:29: room "!a\\u{0}b:x": expected a room id such as !abc:example.org`,
        'plan.json:1:52: reason "a\\u{0}": expected text without NUL and lone surrogates',
        'plan.json:1:106: reason "\\u{d800}": expected text without NUL and lone surrogates'
      ])
    })
  )
  it.effect("of 2 MiB is refused", () =>
    Effect.gen(function* () {
      const text = `[{"operation":"join","room":"!a:x","reason":"${"x".repeat(2 * 1024 * 1024)}"}]`
      assert.deepStrictEqual(yield* problemsOf(text), [
        `plan.json:1:45: reason "${"x".repeat(64)}…" (2097152 characters): longer than 1 MiB`
      ])
    })
  )
})

describe("broken JSON", () => {
  it.effect.each([
    [
      "no comma between fields",
      '[{"operation":"join"\n"room":"!a:x"}]',
      ["plan.json:2:1: expected a comma before this"]
    ],
    ["no comma between rows", `[${row}\n${row}]`, ["plan.json:2:1: expected a comma before this"]],
    ["a comma too many in a list", `[${row},]`, ["plan.json:1:37: expected a value before this"]],
    [
      "a comma too many in a row",
      '[{"operation":"join","room":"!a:x",}]',
      ["plan.json:1:36: expected a key in double quotes; is there a comma too many?"]
    ],
    ["no colon", '[{"operation" "join"}]', ["plan.json:1:15: expected a colon behind the key"]],
    ["no value", '[{"operation":}]', ["plan.json:1:15: expected a value before this"]],
    ["single quotes", "[{'operation':'join'}]", ["plan.json:1:3: this is not JSON; texts are in double quotes"]],
    ["a comment", `[ // rows\n${row}]`, ["plan.json:1:3: a comment; JSON has none"]],
    [
      "a quote that is never closed, and a mistake behind it",
      '[{"operation":"join,\n"room":"!a:x"},\n{"operation":"jion","room":"!a:x"}]',
      [
        "plan.json:1:15: the quote opened here is not closed on this line",
        'plan.json:3:14: operation "jion": expected invite, join, knock, leave, forget, kick, ban or unban; did you mean join?',
        "plan.json:2:1: expected a comma before this"
      ]
    ],
    [
      "an end too soon",
      `[${row},\n  {"operation":"jo`,
      [
        "plan.json:2:16: the quote opened here is not closed on this line",
        "plan.json:1:1: the bracket opened here is never closed"
      ]
    ],
    ["a brace that is never closed", `{"rows":\n[${row}]\n`, ["plan.json:1:1: the brace opened here is never closed"]],
    [
      "a bad escape",
      '[{"operation":"join","room":"\\!a:x"}]',
      ["plan.json:1:29: a backslash in this text with a character that needs none; a backslash itself is written \\\\"]
    ],
    [
      "a tab in a text",
      '[{"operation":"join\t","room":"!a:x"}]',
      ["plan.json:1:15: a control character in this text; write it as an escape such as \\n or \\t"]
    ],
    [
      "NDJSON under the wrong name",
      `[]\n${row}\n`,
      ["plan.json:2:1: text behind the end of the JSON; a file with a row on each line has the extension .ndjson"]
    ],
    ["a word", "hello", ["plan.json:1:1: this is not JSON; texts are in double quotes"]]
  ] as const)("%s", ([, text, expected]) =>
    Effect.map(problemsOf(text), (problems) => assert.deepStrictEqual(problems.toSorted(), [...expected].toSorted()))
  )
  it.effect("on one line of NDJSON leaves the others alone", () =>
    Effect.gen(function* () {
      const text = `${row}\n{"operation":\n\n[${row}]\n{"operation":"jion","room":"!a:x"}\n`
      assert.deepStrictEqual(yield* problemsOf(text, PlanJson.rowsByLine), [
        "plan.json:2:14: the JSON ends too soon",
        "plan.json:4:1: expected a row, which is an object, found a list",
        'plan.json:5:14: operation "jion": expected invite, join, knock, leave, forget, kick, ban or unban; did you mean join?'
      ])
    })
  )
})
