import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { head, problemsOf, rowsOf } from "./CsvStage.ts"

describe("a good plan", () => {
  it.effect.each([
    ["four columns", `${head}invite,!a:x,@b:x,hi\njoin,#a:x,,\n`, ["2 invite !a:x @b:x hi", "3 join #a:x"]],
    ["any order of columns", "user,reason,room,operation\n@b:x,hi,!a:x,leave\n", ["2 leave !a:x @b:x hi"]],
    ["no user column, where none is needed", "operation,room\njoin,!a:x", ["2 join !a:x"]],
    ["names in other words, cases and spacings", " Action ,ROOM_ID,mxid\ninvite,!a:x,@b:x\n", ["2 invite !a:x @b:x"]],
    ["yet other words", "op;Room ID;User-ID\ninvite;!a:x;@b:x\n", ["2 invite !a:x @b:x"]],
    ["tabs", "operation\troom\tuser\nforget\t!a:x\t@b:x\n", ["2 forget !a:x @b:x"]],
    ["names in quotes", '"operation";"room"\n"join";"#a:x"\n', ["2 join #a:x"]],
    ["a byte order mark", `\ufeff${head}join,!a:x,,\n`, ["2 join !a:x"]],
    ["CRLF", "operation,room\r\njoin,!a:x\r\njoin,!b:x\r\n", ["2 join !a:x", "3 join !b:x"]],
    ["CR", "operation,room\rjoin,!a:x\rjoin,!b:x", ["2 join !a:x", "3 join !b:x"]],
    [
      "quotes over several lines, with the numbers right behind them",
      `${head}invite,!a:x,@b:x,"dear\r\nBob,\n""hi"""\rjoin,!a:x,,\n`,
      ['2 invite !a:x @b:x dear\r\nBob,\n"hi"', "5 join !a:x"]
    ],
    ["empty lines, and lines of nothing but delimiters", `\n  \n${head}\n,,,\njoin,!a:x,,\n ;; \n`, ["6 join !a:x"]],
    [
      "cells beyond the header that are empty",
      `operation,room,,\njoin,!a:x,,\njoin,!b:x\njoin,!c:x,,, ,\n`,
      ["2 join !a:x", "3 join !b:x", "4 join !c:x"]
    ],
    [
      "comments before the header, between rows, indented, and with quotes and delimiters",
      `# "plan\n${head}# it's "quoted", twice\njoin,!a:x,,\n  #leave,!a:x,,"\n# x,"open\nleave,!a:x,,\n`,
      ["4 join !a:x", "7 leave !a:x"]
    ],
    [
      "an alias in the first column",
      "room,operation\n#a:x,join\n# a comment: yes\n#b:x,leave\n#\n",
      ["2 join #a:x", "4 leave #b:x"]
    ],
    ["a comment sign inside a quoted cell", `${head}join,!a:x,,"one\n# two"\n`, ["2 join !a:x one\n# two"]],
    ["blanks in a reason", `${head}join,!a:x,, so \n`, ["2 join !a:x  so "]]
  ] as const)("with %s", ([, text, expected]) =>
    Effect.map(rowsOf(text), (rows) => assert.deepStrictEqual(rows, [...expected]))
  )
})

describe("a header", () => {
  it.effect.each([
    [
      "unknown columns",
      "operation,room,usr,colour\n",
      [
        'plan.csv:1:16: column "usr": not known; expected operation, room, user, reason, via, as, medium or address; did you mean user?',
        'plan.csv:1:20: column "colour": not known; expected operation, room, user, reason, via, as, medium or address'
      ]
    ],
    [
      "a column twice, under two names",
      "operation,room,user,mxid\ninvite,!a:x,@b:x,bob\n",
      ['plan.csv:1:21: column "mxid": column 3 is the user already']
    ],
    [
      "a column without a name between others",
      "operation,,room\n",
      ['plan.csv:1:11: column "": not known; expected operation, room, user, reason, via, as, medium or address']
    ],
    [
      "no operation and no room; the rest is looked at all the same",
      "# \nuser,reason\nbob,x\n",
      [
        'plan.csv:2:1: column "operation": missing; every plan needs it',
        'plan.csv:2:1: column "room": missing; every plan needs it',
        'plan.csv:3:1: user "bob": expected a user id such as @alice:example.org'
      ]
    ],
    [
      "no user where one is needed, told once",
      "operation,room\njoin,!a:x\ninvite,!a:x\ninvite,!b:x\n",
      ['plan.csv:1:1: column "user": missing; invite on line 3 needs it']
    ],
    [
      "no header at all, told once",
      "invite,!a:x,@b:x\ninvite,bob,@c:x\n",
      ["plan.csv:1:1: no column is known; the first line names the columns, such as operation,room,user,reason"]
    ],
    [
      "JSON",
      '[{"operation":"join"}]\n[]\n',
      ["plan.csv:1:1: this looks like JSON; the file should have the extension .json or .ndjson"]
    ],
    [
      "a broken quote",
      'operation,room"\njoin,!a:x\n',
      ["plan.csv:1:11: a quote inside the cell; put the cell in quotes and write the quote twice"]
    ]
  ] as const)("with %s", ([, text, expected]) =>
    Effect.map(problemsOf(text), (problems) => assert.deepStrictEqual(problems, [...expected]))
  )
})

const roomExpected = "expected a room id such as !abc:example.org or an alias such as #hall:example.org"
const userExpected = "expected a user id such as @alice:example.org"

describe("a row", () => {
  it.effect.each([
    [
      "an unknown operation",
      "nuke,!a:x,@b:x,",
      ['plan.csv:2:1: operation "nuke": expected invite, join, knock, leave, forget, kick, ban or unban']
    ],
    [
      "a misspelt operation",
      "Inviet,!a:x,@b:x,",
      [
        'plan.csv:2:1: operation "Inviet": expected invite, join, knock, leave, forget, kick, ban or unban; did you mean invite?'
      ]
    ],
    [
      "nothing required in it",
      ",,,x",
      [
        "plan.csv:2:1: operation: missing; expected invite, join, knock, leave, forget, kick, ban or unban",
        `plan.csv:2:2: room: missing; ${roomExpected}`
      ]
    ],
    [
      "an invite of nobody",
      "invite,!a:x,,",
      [
        `plan.csv:2:13: user: missing; invite needs a user id such as @alice:example.org, or an e-mail address under address`
      ]
    ],
    [
      "a bare name",
      "invite,!a:example.org,bob,",
      [`plan.csv:2:23: user "bob": ${userExpected}; did you mean @bob:example.org?`]
    ],
    [
      "a user without its sigil",
      "invite,!a:x,bob:example.org,",
      [`plan.csv:2:13: user "bob:example.org": ${userExpected}; did you mean @bob:example.org?`]
    ],
    [
      "blanks round an id",
      "invite, #a:x, @b:x ,",
      [
        `plan.csv:2:8: room " #a:x": ${roomExpected}; did you mean #a:x?`,
        `plan.csv:2:14: user " @b:x ": ${userExpected}; did you mean @b:x?`
      ]
    ],
    [
      "a blank behind a room id, which only a plan forbids",
      "join,!a:x ,,",
      [`plan.csv:2:6: room "!a:x ": ${roomExpected}; did you mean !a:x?`]
    ],
    [
      "an alias without a server",
      "join,#hall,@b:x,",
      ['plan.csv:2:6: room "#hall": expected a room alias such as #hall:example.org; did you mean #hall:x?']
    ],
    [
      "a user for a room",
      "join,@hall:x,,",
      [`plan.csv:2:6: room "@hall:x": ${roomExpected}; this is a user; did you mean #hall:x?`]
    ],
    ["a room for a user", "join,!a:x,#b:x,", [`plan.csv:2:11: user "#b:x": ${userExpected}; this is a room`]],
    [
      "room and user swapped",
      "invite,@b:x,!a:x,",
      ['plan.csv:2:8: room "@b:x": this is a user, and the user a room; are the two swapped?']
    ],
    [
      "an id that is too long",
      `invite,!a:x,@${"b".repeat(255)}:x,`,
      [`plan.csv:2:13: user "@${"b".repeat(63)}…" (258 characters): expected an identifier of at most 255 bytes`]
    ],
    ["a reason for forgetting", "forget,!a:x,@b:x,bye", ['plan.csv:2:18: reason "bye": forget takes no reason']],
    ["too few cells", "join,!a:x", ["plan.csv:2:10: 2 cells, but the header names 4 columns"]],
    [
      "too many cells",
      "join,!a:x,,hello, world",
      ['plan.csv:2:18: " world": cell 5, but the header names 4 columns; a value with the delimiter in it needs quotes']
    ],
    [
      "a terminal sequence",
      "\u001b[31mjoin,!a:x,,",
      ['plan.csv:2:1: operation "\\u{1b}[31mjoin": expected invite, join, knock, leave, forget, kick, ban or unban']
    ],
    [
      "a mistake in every cell",
      "forgte,@a:x,b@x,",
      [
        'plan.csv:2:1: operation "forgte": expected invite, join, knock, leave, forget, kick, ban or unban; did you mean forget?',
        `plan.csv:2:8: room "@a:x": ${roomExpected}; this is a user; did you mean #a:x?`,
        `plan.csv:2:13: user "b@x": ${userExpected}; did you mean @b:x?`
      ]
    ]
  ] as const)("with %s", ([, row, expected]) =>
    Effect.map(problemsOf(`${head}${row}\n`), (problems) => assert.deepStrictEqual(problems, [...expected]))
  )

  it.effect("names line and column behind quotes over several lines", () =>
    Effect.gen(function* () {
      const text = 'reason,operation,room,user\n"🎉 one\ntwo ""three""",invite,!a:x,bob:x\n"x",jion,!a:x,\n'
      assert.deepStrictEqual(yield* problemsOf(text), [
        `plan.csv:3:28: user "bob:x": ${userExpected}; did you mean @bob:x?`,
        'plan.csv:4:5: operation "jion": expected invite, join, knock, leave, forget, kick, ban or unban; did you mean join?'
      ])
    })
  )
})
