/** What holds for every plan: what was written is read, and whatever a file holds, reading it ends in an answer. */
import { assert, describe, it } from "@effect/vitest"
import { RoomId } from "@matrix-membership/core/MatrixId"
import * as Arbitrary from "effect/Arbitrary"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Csv from "effect/encoding/Csv"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Plan from "../../src/plan/Plan.ts"
import * as PlanCells from "../../src/plan/PlanCells.ts"

const read = (text: string) =>
  Plan.read("-").pipe(
    Effect.provide([FileSystem.layerNoop({}), Stdio.layerTest({ stdin: Stream.make(new TextEncoder().encode(text)) })])
  )

const oneOf = <const L extends ReadonlyArray<string>>(...values: L) => Arbitrary.schema(Schema.Literals(values))

const odd = Arbitrary.map(
  Arbitrary.array(
    oneOf(
      "a",
      "B",
      "7",
      " ",
      '"',
      ",",
      ";",
      "\t",
      "\n",
      "\r\n",
      "\r",
      "#",
      "!",
      "@",
      "'",
      "\\",
      "ü",
      "日",
      "🎉",
      "\ufeff",
      "\u202e",
      "="
    ),
    {
      minLength: 1,
      maxLength: 6
    }
  ),
  (parts) => parts.join("")
)

const cells = Arbitrary.all({
  operation: oneOf(...Plan.operations),
  room: Arbitrary.map(Arbitrary.all([oneOf("!", "#"), odd, oneOf(":x", ":example.org", "")]), (parts) =>
    parts.join("")
  ),
  user: Arbitrary.map(Arbitrary.all([oneOf("@"), odd, oneOf(":x", ":[::1]:8448")]), (parts) => parts.join("")),
  reason: Arbitrary.all([oneOf("", "x"), odd]).pipe(Arbitrary.map(([given, text]) => (given === "" ? "" : text)))
})

const plain: Plan.Content = { operation: "join", room: RoomId.make("!plain:x") }

/** What makes a row as it is, a plain one for the rest, and none twice. */
const rows = Arbitrary.array(cells, { minLength: 1, maxLength: 8 }).pipe(
  Arbitrary.map((all) =>
    Arr.dedupeWith(
      all.map(({ reason, ...rest }) => {
        const given = reason === "" || rest.operation === "forget" ? rest : { ...rest, reason }
        return Result.getOrElse(PlanCells.check(given), () => plain)
      }),
      (a, b) => a.room === b.room && a.user === b.user
    )
  )
)

const columns = oneOf(
  "operation room user reason",
  "room operation user reason",
  "user room reason operation",
  "reason user operation room"
)

describe("a plan that was written", () => {
  it.effect.prop(
    "as CSV is read as it was",
    { rows, columns, delimiter: oneOf(",", ";", "\t"), newline: oneOf("\n", "\r\n") },
    ({ columns, delimiter, newline, rows }) =>
      Effect.gen(function* () {
        const text = yield* Stream.fromIterable(rows.map(({ via: _, ...row }) => row)).pipe(
          Stream.pipeThroughChannel(
            Csv.encodeString({ columns: columns.split(" "), headers: true, delimiter, newline })
          ),
          Stream.mkString
        )
        const plan = yield* read(text)
        assert.deepStrictEqual(
          Array.from(plan.rows, ({ column: _, line: __, ...content }) => content),
          rows.map((row) => ({ ...row }))
        )
      }),
    { arbitrary: { runs: 500 } }
  )
  it.effect.prop(
    "as JSON or NDJSON is read as it was",
    { rows, indent: Arbitrary.schema(Schema.Literals([0, 2])), isList: Arbitrary.schema(Schema.Boolean) },
    ({ indent, isList, rows }) =>
      Effect.gen(function* () {
        const whole = yield* read(JSON.stringify(isList ? rows : { version: 1, rows }, null, indent))
        const lines = yield* read(rows.map((row) => JSON.stringify(row)).join("\n"))
        for (const plan of [whole, lines]) {
          assert.deepStrictEqual(
            Array.from(plan.rows, ({ column: _, line: __, ...content }) => content),
            rows.map((row) => ({ ...row }))
          )
        }
        assert.strictEqual(whole.digest, lines.digest)
      }),
    { arbitrary: { runs: 200 } }
  )
})

const isJson = (text: string) => text.trim() === "" || Result.isSuccess(Result.try((): unknown => JSON.parse(text)))

const good = [
  'operation,room,user,reason\ninvite,!a:x,@b:x,"dear\nBob, ""hi"""\n# a comment\njoin,#a:x,,\n\nforget,!b:x,@c:x,\n',
  "\ufeffroom;op;mxid\r\n#a:x;join;\r\n# not a row\r\n!b:x;invite;@b:x\r\n",
  '[{"operation":"invite","room":"!a:x","user":"@b:x","reason":"\\u00fc"},\n {"operation":"join","room":"#a:x"}]',
  '{"$schema":"x","version":1,"defaults":{"operation":"invite","room":"!a:x"},\n"rows":[{"user":"@b:x"},{"user":"@c:x"}]}',
  '{"operation":"join","room":"#a:x"}\n{"operation":"leave","room":"#a:x"}\n'
] as const

const edits = Arbitrary.array(
  Arbitrary.all({
    at: Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 200 }))),
    drop: Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5 }))),
    put: oneOf(
      "",
      '"',
      '""',
      ",",
      ";",
      "\n",
      "\r",
      "\t",
      "#",
      "{",
      "}",
      "[",
      "]",
      ":",
      "\\",
      "\\u12",
      "\0",
      "\ud800",
      "@x",
      "!",
      "null",
      "1e",
      "é"
    )
  }),
  { minLength: 1, maxLength: 6 }
)

const mutated = (
  text: string,
  changes: ReadonlyArray<{ readonly at: number; readonly drop: number; readonly put: string }>
) =>
  changes.reduce((before, { at, drop, put }) => {
    const place = at % (before.length + 1)
    return before.slice(0, place) + put + before.slice(place + drop)
  }, text)

describe("a plan that was damaged", () => {
  it.effect.prop(
    "is a plan or says what is wrong, at places that are in the file",
    { original: oneOf(...good), edits },
    ({ edits, original }) =>
      Effect.gen(function* () {
        const text = mutated(original, edits)
        const result = yield* Effect.result(read(text))
        const lines = text.split(/\r\n|\r|\n/)
        if (Result.isSuccess(result)) {
          assert.isAbove(result.success.rows.size, 0)
          if (/^\s*[[{]/.test(text))
            assert.isTrue(
              [[text], lines].some((parts) => parts.every(isJson)),
              text
            )
          return
        }
        for (const problem of result.failure.problems) {
          assert.match(problem.render("plan"), /^plan: .+$|^plan:\d+:\d+: .+$/u)
          if (problem.line === 0) continue
          assert.isAtMost(problem.line, lines.length)
          assert.isAtMost(problem.column, (lines[problem.line - 1]?.length ?? 0) + 2)
        }
      }),
    { arbitrary: { runs: 1500 } }
  )
})
