/** The fields that few rows have, in each of the formats, and what surrounds rows. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Plan from "../../src/plan/Plan.ts"
import { mostProblems } from "../../src/plan/PlanReview.ts"

const read = (text: string) =>
  Plan.read("-").pipe(
    Effect.provide([FileSystem.layerNoop({}), Stdio.layerTest({ stdin: Stream.make(new TextEncoder().encode(text)) })])
  )

const contents = (text: string) =>
  Effect.map(read(text), ({ rows }) => Array.from(rows, ({ column: _, line: __, ...content }): object => content))

const problems = (text: string) => Effect.map(Effect.flip(read(text)), ({ message }) => message.split("\n"))

const rows = [
  { operation: "invite", room: "#a:x", medium: "email", address: "ann@example.org", as: "@m:x" },
  { operation: "join", room: "!a:x", via: ["x.org", "y.org:8448"] },
  { operation: "kick", room: "!a:x", user: "@b:x", reason: "spam", as: "@m:x" }
]

describe("all fields are read", () => {
  it.effect.each([
    [
      "in CSV, under their other names too",
      "op,Room-ID,mxid,comment,server_name,act as,kind,E-Mail\ninvite,#a:x,,,,@m:x,email,Ann@example.org\njoin,!a:x,,,x.org y.org:8448,,,\nkick,!a:x,@b:x,spam,,@m:x,,\n"
    ],
    ["in JSON, with the servers as a list", JSON.stringify({ version: 1, rows })],
    ["in NDJSON", rows.map((row) => JSON.stringify(row)).join("\n")],
    [
      "from the defaults",
      JSON.stringify({
        defaults: { room: "!a:x", as: "@m:x", user: "@b:x", via: ["x.org", "y.org:8448"], reason: "spam" },
        rows: [
          { operation: "invite", room: "#a:x", address: "ann@example.org" },
          { operation: "join", user: "", as: "", reason: "" },
          { operation: "kick" }
        ]
      })
    ]
  ] as const)("%s", ([, text]) =>
    Effect.map(contents(text), (read) => assert.deepStrictEqual<ReadonlyArray<object>>(read, rows))
  )
})

describe("a place is told", () => {
  it.effect.each([
    [
      '[{"operation":"join","room":"!a:x","via":["x.org","bad/"]}]',
      [
        'stdin:1:42: via "x.org bad/": expected server names such as example.org, 20 at most, with blanks or commas between; bad/ is none'
      ]
    ],
    [
      '[{"operation":"join","room":"!a:x","via":["x.org","y z"]}]',
      ['stdin:1:51: via "y z": expected one server name in each item']
    ],
    [
      '{"operation":"join","room":"!a:x","via":["x.org",5]}',
      ['stdin:1:50: via "5": expected text in double quotes, found a number']
    ],
    [
      "operation,room,address\ninvite,!a:x,\n",
      ["stdin:2:13: address: missing; expected an e-mail address such as ann@example.org"]
    ],
    [
      "operation,room,user\nkick,!a:x,\n",
      ["stdin:2:11: user: missing; kick needs a user id such as @alice:example.org"]
    ]
  ] as const)("in %s", ([text, expected]) =>
    Effect.map(problems(text), (told) => assert.deepStrictEqual(told, [...expected]))
  )
})

describe("a saved plan", () => {
  const head = { savedPlan: 1, made: 5, homeserver: "https://x.org", fingerprint: { rooms: [] } }
  const text = [head, ...rows].map((line) => JSON.stringify(line)).join("\n")
  it.effect("is read as a plan, and what its first line tells is handed through", () =>
    Effect.gen(function* () {
      const plan = yield* read(`\n${text}`)
      assert.deepStrictEqual<unknown>(plan.saved, head)
      assert.strictEqual(plan.rows.size, 3)
      assert.strictEqual(plan.rows.line(0), 3)
      assert.isUndefined((yield* read(JSON.stringify(rows))).saved)
    })
  )
  it.effect.each([
    [
      text.replace("1", "2"),
      'stdin:1:14: savedPlan "2": expected 1, the only form of saved plans that this version knows'
    ],
    ['{"savedPlan":1', "stdin:1:1: the brace opened here is never closed"],
    ['{"savedPlan":{}}', "stdin:1:14: savedPlan: expected 1, the only form of saved plans that this version knows"]
  ] as const)("of no known form is refused: %s", ([text, message]) =>
    Effect.map(problems(text), ([first]) => assert.strictEqual(first, message))
  )
})

it.effect("of a plan in which all is wrong a thousand problems are kept, and the rest is counted", () =>
  Effect.gen(function* () {
    const { message, more, problems } = yield* Effect.flip(read(`operation,room\n${"nope,x\n".repeat(1500)}`))
    assert.deepStrictEqual([problems.length, more], [mostProblems, 3000 - mostProblems])
    assert.match(message, /and 2950 more$/)
  })
)
