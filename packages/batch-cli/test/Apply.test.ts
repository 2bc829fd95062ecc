import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import { assertPresentable, batchCli, start } from "./Invocation.ts"
import { ended as atItsEnd, fake, inTime, pass } from "./Stage.ts"

const guests = (count: number) =>
  [
    "operation,room,user",
    ...Array.from({ length: count }, (_, n) => `invite,!hall:localhost,@guest${n}:localhost`)
  ].join("\n")

/** Alice, with a hall of hers. */
const setUp = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  const { accessToken } = yield* server.register("alice")
  yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost", members: { banned: "ban" } })
  const env = { MATRIX_ACCESS_TOKEN: accessToken, MATRIX_HOMESERVER: "http://localhost" }
  return { server, accessToken, env }
})

const invitation = (user: string): Faults.Match => ({
  path: "/rooms/{roomId}/invite",
  where: ({ body }) => JSON.stringify(body)?.includes(`"@${user}:`) === true
})

const Counts = Schema.Struct({
  done: Schema.Int,
  unchanged: Schema.Int,
  failed: Schema.Int,
  unknown: Schema.Int,
  notAttempted: Schema.Int,
  rows: Schema.Int
})
const Row = Schema.Struct({ type: Schema.Literal("row"), line: Schema.Int, outcome: Schema.String })
const Lines = Schema.Array(
  Schema.fromJsonString(
    Schema.Union([
      Row,
      Schema.Struct({ type: Schema.Literal("summary"), interrupted: Schema.Boolean, ...Counts.fields })
    ])
  )
)

/** The lines of `--json`: one for each row, and a summary that says the same. */
const read = (stdout: string) => {
  const lines = Schema.decodeSync(Lines)(stdout.trimEnd().split("\n"))
  const rows = lines.flatMap((line) => (line.type === "row" ? line : []))
  const [summary, ...more] = lines.flatMap((line) => (line.type === "summary" ? line : []))
  assert.isDefined(summary)
  assert.deepStrictEqual(more, [])
  if (summary === undefined) return assert.fail()
  for (const outcome of ["done", "unchanged", "failed", "unknown", "notAttempted"] as const)
    assert.strictEqual(rows.filter((row) => row.outcome === outcome).length, summary[outcome], outcome)
  assert.strictEqual(rows.length, summary.rows)
  assert.strictEqual(new Set(rows.map(({ line }) => line)).size, rows.length)
  return { rows, summary }
}

describe("the exit code", () => {
  it.effect("is 0 when all rows are done or unchanged", () =>
    Effect.gen(function* () {
      const { env } = yield* setUp
      const stdin = `${guests(3)}\njoin,!hall:localhost,\n`
      const ended = yield* inTime(batchCli(["apply", "-"], { env, stdin }))
      assert.strictEqual(ended.exitCode, 0)
      assert.match(ended.stdout, /done +3 .*\n.*unchanged +1 /u)
    }).pipe(Effect.provide(fake))
  )
  it.effect("is 1 when some rows failed, and each of them is named with its place and its reason", () =>
    Effect.gen(function* () {
      const { accessToken, env, server } = yield* setUp
      yield* server.faults.every(invitation("shy"), Faults.respond(403, { errcode: "M_FORBIDDEN", error: "no" }))
      const more = ["invite,!hall:localhost,@banned:localhost", "invite,!hall:localhost,@shy:localhost"]
      const stdin = [guests(3), ...more, "join,#nowhere:localhost,", ""].join("\n")
      const ended = yield* inTime(batchCli(["apply", "-"], { env, stdin }))
      assert.strictEqual(ended.exitCode, 1)
      assert.match(
        ended.stderr,
        /^stdin:5: invite @banned:localhost to !hall:localhost: cannot work: banned; unban them/u
      )
      assert.match(ended.stdout, /^stdin:6: invite @shy:localhost to !hall:localhost: Forbidden: M_FORBIDDEN: /u)
      assert.match(ended.stdout, /^stdin:7: join #nowhere:localhost: NotFound: /mu)
      assert.match(ended.stdout, /done +3 .*\n.*failed +2 .*\n.*not attempted +1 .*\n.*rows +6 /u)
      assertPresentable(ended, accessToken)
    }).pipe(Effect.provide(fake))
  )
  it.effect("is 1 when the outcome of a row is unknown", () =>
    Effect.gen(function* () {
      const { env, server } = yield* setUp
      yield* server.faults.every(invitation("guest1"), Faults.loseResponse)
      yield* server.faults.every({ path: /\/state\/m\.room\.member\//u }, Faults.html502)
      const ended = yield* inTime(batchCli(["apply", "-"], { env, stdin: guests(3) }))
      assert.match(ended.stdout, /done +2 .*\n.*failed +0 .*\n.*unknown +1 /u)
      assert.strictEqual(ended.exitCode, 1)
    }).pipe(Effect.provide(fake))
  )
  it.effect("is 4 when the token dies on the way, and the rest is not attempted", () =>
    Effect.gen(function* () {
      const { accessToken, env, server } = yield* setUp
      const dead = { errcode: "M_UNKNOWN_TOKEN", error: `Unknown \u001b[31mtoken ${accessToken}` }
      yield* server.faults.every(invitation("guest20"), Faults.respond(401, dead))
      const ended = yield* inTime(batchCli(["apply", "-", "--json"], { env, stdin: guests(200) }))
      assert.strictEqual(ended.exitCode, 4)
      const { summary } = read(ended.stdout)
      assert.strictEqual(summary.rows, 200)
      assert.strictEqual(summary.failed, 0)
      assert.isAtLeast(summary.notAttempted, 160)
      assert.isFalse(summary.interrupted)
      assert.match(ended.stderr, /http:\/\/localhost\/: M_UNKNOWN_TOKEN: Unknown .+; get a new access token/u)
      const sent = (yield* server.requests).filter(({ method }) => method === "POST")
      assert.strictEqual(sent.length, summary.done + 1)
      assertPresentable(ended, accessToken)
    }).pipe(Effect.provide(fake))
  )
  it.effect("is 2 when rows are about other people's own business, and nothing is changed", () =>
    Effect.gen(function* () {
      const { env, server } = yield* setUp
      const stdin = `${guests(2)}\njoin,!hall:localhost,@bob:localhost\nleave,!hall:localhost,@cem:localhost\n`
      const ended = yield* inTime(batchCli(["apply", "-"], { env, stdin }))
      assert.strictEqual(ended.exitCode, 2)
      assert.strictEqual(ended.stdout, "")
      assert.match(ended.stderr, /stdin:4:1: user "@bob:localhost": only they can join/u)
      assert.match(ended.stderr, /stdin:5:1: user "@cem:localhost": only they can leave/u)
      assert.include(ended.stderr, "nothing was changed")
      assert.isTrue((yield* server.requests).every(({ method }) => method === "GET"))
      assertPresentable(ended)
    }).pipe(Effect.provide(fake))
  )
})

describe("a run that is interrupted", () => {
  const interrupted = Effect.fnUntraced(function* (args: ReadonlyArray<string>, fault: Faults.Fault, millis: number) {
    const { accessToken, env, server } = yield* setUp
    yield* server.faults.every(invitation("guest1"), fault)
    const run = yield* start(["apply", "-", "-c", "2", ...args], { env, stdin: guests(3) })
    yield* pass(millis)
    const before = run.written.stdout
    yield* atItsEnd(yield* Effect.forkChild(Fiber.interrupt(run.fiber)))
    const ended = yield* run.end
    assertPresentable(ended, accessToken)
    return { ...ended, before, server }
  })
  const slow = Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 300_000 })

  it.effect("in a long wait ends with 130 and a summary that says so", () =>
    Effect.gen(function* () {
      const { before, exitCode, stdout } = yield* interrupted([], slow, 2000)
      assert.strictEqual(exitCode, 130)
      assert.strictEqual(before, "")
      assert.match(stdout, /done +2 .*\n.*failed +0 .*\n.*not attempted +1 .*\n.*rows +3 .*\n(?:.*\n)*.*interrupted/u)
    }).pipe(Effect.provide(fake))
  )
  it.effect("has a line of JSON for every row all the same", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* interrupted(["--json"], slow, 2000)
      assert.strictEqual(exitCode, 130)
      const { rows, summary } = read(stdout)
      assert.isTrue(summary.interrupted)
      assert.deepStrictEqual(rows.map(({ line, outcome }) => [line, outcome]).sort(), [
        [2, "done"],
        [3, "notAttempted"],
        [4, "done"]
      ])
    }).pipe(Effect.provide(fake))
  )
  it.effect("counts what was in the air", () =>
    Effect.gen(function* () {
      const { server, stdout } = yield* interrupted(["--json"], Faults.delayAnswer("20 seconds"), 2000)
      assert.strictEqual(yield* server.membershipOf("!hall:localhost", "guest1"), "invite")
      assert.strictEqual(read(stdout).summary.done, 3)
    }).pipe(Effect.provide(fake))
  )
  it.effect("before the first row ends with 130, and there is nothing to sum up", () =>
    Effect.gen(function* () {
      const { env, server } = yield* setUp
      yield* server.faults.every({ path: "/account/whoami" }, Faults.delay("20 seconds"))
      const run = yield* start(["apply", "-"], { env, stdin: guests(3) })
      yield* pass(2000)
      yield* Fiber.interrupt(run.fiber)
      const ended = yield* run.end
      assert.strictEqual(ended.exitCode, 130)
      assert.strictEqual(ended.stdout, "")
      assert.isTrue((yield* server.requests).every(({ method }) => method === "GET"))
    }).pipe(Effect.provide(fake))
  )
})

describe("a run against a server that is not well", () => {
  it.effect("waits out the 429s, is patient with proxies and cut connections, and ends well", () =>
    Effect.gen(function* () {
      const { env, server } = yield* setUp
      const limited = Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 60_000 })
      yield* server.faults.every(invitation("guest1"), limited, 2)
      yield* server.faults.every(invitation("guest2"), Faults.html502, 2)
      yield* server.faults.every(invitation("guest3"), Faults.truncate(), 1)
      yield* server.faults.every(invitation("guest4"), Faults.loseResponse, 1)
      yield* server.faults.every(invitation("guest5"), Faults.reset, 2)
      const ended = yield* inTime(batchCli(["apply", "-", "--json"], { env, stdin: guests(8) }), 500)
      assert.strictEqual(ended.exitCode, 0)
      assert.strictEqual(read(ended.stdout).summary.done, 8)
      const times = (yield* server.requests).flatMap(({ body, time }) =>
        JSON.stringify(body)?.includes("@guest1:") ? time : []
      )
      assert.strictEqual(times.length, 3)
      assert.isAtLeast((times[1] ?? 0) - (times[0] ?? 0), 60_000)
      assert.isAtLeast((times[2] ?? 0) - (times[1] ?? 0), 60_000)
      assert.match(ended.stderr, /(?:waiting|next row in) .+/u)
    }).pipe(Effect.provide(fake))
  )
})
