import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Check from "../src/Check.ts"
import { assertPresentable, batchCli } from "./Invocation.ts"
import { plan } from "./Stage.ts"

const csv = [
  "operation,room,user,address,as",
  "invite,!a:x,@Bob:x,,",
  "invite,!a:x,,ann@example.org,@m:x",
  "ban,#b:x,@c:x,,",
  "join,#b:x,,,"
].join("\n")

const noServer = HttpClient.make(() => Effect.die(new Error("a request was sent")))

const check = (stdin: string, ...flags: ReadonlyArray<string>) =>
  batchCli(["check", "-", ...flags], { stdin }).pipe(Effect.provideService(HttpClient.HttpClient, noServer))

describe("a plan without mistakes", () => {
  it.effect("ends with 0, its warnings and its counts", () =>
    Effect.gen(function* () {
      const ended = yield* check(csv)
      assertPresentable(ended)
      assert.deepStrictEqual([ended.exitCode, ended.stderr], [0, ""])
      assert.deepStrictEqual(ended.stdout.split("\n"), [
        'warning: stdin:2:1: user "@Bob:x": ids like this could be registered only in the early days of Matrix; did you mean @bob:x?',
        "",
        "stdin: 4 rows, 2 rooms, 4 people, 1 actor by `as`",
        "  invite         2",
        "  join           1",
        "  ban            1",
        ""
      ])
    })
  )
  it.effect("is told to programs in lines of JSON", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* check(csv, "--json")
      const [warning, summary] = stdout
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line))
      assert.strictEqual(exitCode, 0)
      assert.include(warning, { type: "warning", line: 2, field: "user", value: "@Bob:x" })
      assert.deepInclude(summary, {
        type: "plan",
        plan: "-",
        rows: 4,
        rooms: 2,
        people: 4,
        actors: 1,
        operations: { invite: 2, join: 1, ban: 1 },
        warnings: 1
      })
    })
  )
  it("counts no operation that is not in it", () => {
    assert.deepStrictEqual(Check.of(plan("join #a:x", "join #b:x")).operations, [{ operation: "join", count: 2 }])
  })
})

describe("a plan with mistakes", () => {
  const wrong = "operation,room,user\nnuke,!a:x,@b:x\njoin,hall\u202e,\n"
  it.effect("ends with 2 and says each", () =>
    Effect.gen(function* () {
      const ended = yield* check(wrong)
      assertPresentable(ended)
      assert.deepStrictEqual([ended.exitCode, ended.stdout], [2, ""])
      assert.include(ended.stderr, 'stdin:2:1: operation "nuke": expected invite')
      assert.include(ended.stderr, "stdin:3:6: room")
    })
  )
  it.effect("is told to programs in lines of JSON that cannot steer a terminal", () =>
    Effect.gen(function* () {
      const ended = yield* check(wrong, "--json")
      assertPresentable(ended)
      assert.strictEqual(ended.exitCode, 2)
      const problems = ended.stdout
        .trimEnd()
        .split("\n")
        .map((line): unknown => JSON.parse(line))
      assert.strictEqual(problems.length, 2)
      assert.include(problems[0], { type: "problem", line: 2, column: 1, field: "operation", value: "nuke" })
      assert.include(problems[1], { type: "problem", line: 3, column: 6, field: "room", value: "hall\u202e" })
      assert.include(ended.stderr, "stdin: 2 problems")
    })
  )
})
