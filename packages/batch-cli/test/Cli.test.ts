import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { assertPresentable, batchCli } from "./Invocation.ts"
import { fake, inTime } from "./Stage.ts"

const stdin = "operation,room,user\ninvite,!hall:localhost,@bob:localhost\njoin,!hall:localhost,\n"

/** With a plan on standard input, for Alice, at a homeserver with a hall of hers. */
const apply = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const server = yield* FakeHomeserver
  const { accessToken } = yield* server.register("alice")
  yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost" })
  const env = { MATRIX_ACCESS_TOKEN: accessToken, MATRIX_HOMESERVER: "http://localhost" }
  return yield* inTime(batchCli(["apply", ...args], { env, stdin }))
})

describe("help", () => {
  it.effect("is shown on stdout when nothing is asked for", () =>
    Effect.gen(function* () {
      const ended = yield* batchCli([])
      assert.strictEqual(ended.exitCode, 0)
      assert.include(ended.stdout, "apply")
      assert.strictEqual(ended.stderr, "")
      assertPresentable(ended)
    }).pipe(Effect.provide(fake))
  )
  it.effect("of apply names every flag, with its default or range where it has one", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* batchCli(["apply", "--help"])
      assert.strictEqual(exitCode, 0)
      for (const text of ["--homeserver", "embedded", "--access-token-file", "--concurrency", "1 to 64", "default 8"])
        assert.include(stdout, text)
      assert.include(stdout, "--json")
      assert.include(stdout, "MATRIX_ACCESS_TOKEN")
    }).pipe(Effect.provide(fake))
  )
})

describe("wrong usage ends with 2, says what is wrong on stderr and nothing on stdout, and sends nothing", () => {
  it.effect.each([
    { name: "no plan", args: ["apply"], says: "plan" },
    { name: "an unknown command", args: ["aply", "p.csv"], says: "apply" },
    { name: "a misspelt flag", args: ["apply", "-", "--concurency", "3"], says: "--concurrency" },
    { name: "a token as an argument", args: ["apply", "-", "--access-token", "syt_secret"], says: "--access-token" },
    { name: "a flag without a value", args: ["apply", "-", "--homeserver"], says: "--homeserver" },
    { name: "two plans", args: ["apply", "-", "other.csv"], says: "other.csv" },
    { name: "no concurrency", args: ["apply", "-", "-c", "0"], says: "1 to 64" },
    { name: "too much concurrency", args: ["apply", "-", "--concurrency", "1000"], says: "1 to 64" },
    { name: "half a concurrency", args: ["apply", "-", "-c", "1.5"], says: "--concurrency" },
    { name: "a concurrency in words", args: ["apply", "-", "-c", "abc"], says: "--concurrency" },
    { name: "no homeserver", args: ["apply", "-"], says: "--homeserver" },
    { name: "a name for a URL", args: ["apply", "-", "--homeserver", "example.org"], says: "--homeserver" },
    {
      name: "plan and token from standard input",
      args: ["apply", "-", "--homeserver", "http://localhost", "--access-token-file", "-"],
      says: "standard input"
    }
  ])("$name", ({ args, says }) =>
    Effect.gen(function* () {
      const ended = yield* batchCli(args, { stdin })
      assert.strictEqual(ended.exitCode, 2)
      assert.strictEqual(ended.stdout, "")
      assert.include(ended.stderr, says)
      assertPresentable(ended, "syt_secret")
      assert.deepStrictEqual(yield* (yield* FakeHomeserver).requests, [])
    }).pipe(Effect.provide(fake))
  )
  it.effect("a token on standard input together with the plan does not show", () =>
    Effect.gen(function* () {
      const args = ["apply", "-", "--homeserver", "http://localhost", "--access-token-file", "-"]
      const ended = yield* batchCli(args, { stdin: `syt_secret\n${stdin}` })
      assert.strictEqual(ended.exitCode, 2)
      assertPresentable(ended, "syt_secret")
    }).pipe(Effect.provide(fake))
  )
})

describe("the output", () => {
  it.effect("for people is the summary alone on stdout, and progress on stderr", () =>
    Effect.gen(function* () {
      const ended = yield* apply("-")
      assert.strictEqual(ended.exitCode, 0)
      assert.match(ended.stdout, /^stdin at http:\/\/localhost\/ as @alice:localhost\n {2}done +1 /u)
      assert.match(ended.stderr, /^2\/2 \(100 %\) {2}1 done, 1 unchanged[^\n]*\n$/u)
      assertPresentable(ended)
    }).pipe(Effect.provide(fake))
  )

  const Lines = Schema.Array(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Json)))

  it.effect("for machines is a line of JSON for each row and one for the summary, and they add up", () =>
    Effect.gen(function* () {
      const ended = yield* apply("-", "--json")
      assert.isTrue(ended.stdout.endsWith("}\n"))
      const [...lines] = yield* Schema.decodeEffect(Lines)(ended.stdout.trimEnd().split("\n"))
      const summary = lines.pop()
      assert.deepInclude(summary, { type: "summary", rows: 2, done: 1, unchanged: 1, failed: 0, interrupted: false })
      assert.deepStrictEqual(
        lines.map(({ line, outcome, type }) => [type, line, outcome]),
        [
          ["row", 2, "done"],
          ["row", 3, "unchanged"]
        ]
      )
      assertPresentable(ended)
    }).pipe(Effect.provide(fake))
  )
})

it.effect("flags may stand before and after the plan", () =>
  Effect.gen(function* () {
    assert.strictEqual((yield* apply("-c", "3", "-", "--json")).exitCode, 0)
  }).pipe(Effect.provide(fake))
)
