/** What preflight sees through whom, and what it makes of rooms that go by several names. */
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Plan from "../../src/plan/Plan.ts"
import * as PlanRows from "../../src/plan/PlanRows.ts"
import * as Preflight from "../../src/preflight/Preflight.ts"
import { fake, inTime, membership, plan } from "../Stage.ts"

const planOf = (...rows: ReadonlyArray<object>): Plan.Plan => {
  const read = rows.map((row, index) => ({ ...Schema.decodeUnknownSync(Plan.Content)(row), line: index + 2 }))
  return { source: "plan.csv", rows: PlanRows.fromRows(read), digest: Plan.digestOf(read) }
}

const preflight = (plan: Plan.Plan, accessToken: string) =>
  inTime(Effect.provide(Preflight.run(plan, { concurrency: 4 }), membership(accessToken)))

const alice = Effect.flatMap(FakeHomeserver, (server) => server.register("alice"))

const paths = Effect.gen(function* () {
  return (yield* (yield* FakeHomeserver).requests).map(({ path }) => decodeURIComponent(path))
})

const rooms = (n: number) => Array.from({ length: n }, (_, index) => `!room${index}:localhost`)

describe("an application service", () => {
  const service = Effect.flatMap(FakeHomeserver, (server) =>
    server.applicationService({ sender: "service", users: ["@bot_.*"] })
  )
  it.effect("sees through its users what it cannot see itself", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const { accessToken } = yield* service
      yield* server.createRoom({ creator: "bot_a", roomId: "!hall:localhost", members: { bob: "join" } })
      const found = yield* preflight(
        planOf(
          { operation: "invite", room: "!hall:localhost", user: "@bob:localhost", as: "@bot_a:localhost" },
          { operation: "kick", room: "!hall:localhost", user: "@bob:localhost", as: "@bot_b:localhost" },
          { operation: "ban", room: "!hall:localhost", user: "@bob:localhost" },
          { operation: "kick", room: "!hall:localhost", user: "@bob:localhost", as: "@bot_a:localhost" }
        ),
        accessToken
      )
      assert.deepStrictEqual(
        [0, 1, 2, 3].map((row) => [found.actor(row), found.verdict(row)._tag, found.isCertain(row)]),
        [
          ["@bot_a:localhost", "unchanged", true],
          ["@bot_b:localhost", "impossible", true],
          ["@service:localhost", "impossible", true],
          ["@bot_a:localhost", "send", true]
        ]
      )
    }).pipe(Effect.provide(fake))
  )
  it.effect("may act for somebody only where that is the one the row is about", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* service
      const error = yield* Effect.flip(
        preflight(
          planOf(
            { operation: "join", room: "!a:localhost", user: "@bot_a:localhost", as: "@bot_a:localhost" },
            { operation: "join", room: "!a:localhost", user: "@bot_b:localhost", as: "@bot_a:localhost" },
            { operation: "leave", room: "!a:localhost", user: "@bot_b:localhost" }
          ),
          accessToken
        )
      )
      assert.strictEqual(error._tag, "PlanInvalid")
      assert.include(error.message, 'plan.csv:3:1: user "@bot_b:localhost": only they can join, and the row is')
      assert.include(error.message, 'plan.csv:4:1: user "@bot_b:localhost": only they can leave, and the access token')
      assert.include(error.message, "`as`")
      assert.notInclude(error.message, "plan.csv:2")
    }).pipe(Effect.provide(fake))
  )
})

describe("a room that the plan calls by two names", () => {
  const through = (...rows: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom({
        creator: "alice",
        roomId: "!hall:localhost",
        alias: "hall",
        members: { bob: "leave" }
      })
      return yield* preflight(plan(...rows), (yield* alice).accessToken)
    })
  it.effect("is one room, in which one row follows from the other", () =>
    Effect.gen(function* () {
      const found = yield* through("kick #hall:localhost @bob:localhost", "invite !hall:localhost @bob:localhost")
      assert.strictEqual(found.roomNumber(0), found.roomNumber(1))
      assert.deepStrictEqual([found.verdict(0)._tag, found.verdict(1)._tag], ["unchanged", "send"])
    }).pipe(Effect.provide(fake))
  )
  it.effect("lets rows repeat and contradict each other, and that is said", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        through(
          "invite #hall:localhost @bob:localhost",
          "invite !hall:localhost @bob:localhost",
          "ban !hall:localhost @cem:localhost",
          "invite #hall:localhost @cem:localhost"
        )
      )
      assert.strictEqual(error._tag, "PlanInvalid")
      assert.match(
        error.message,
        /plan\.csv:3:1: room "!hall:localhost": repeats line 2: .*\(#hall:localhost is the same room\)/u
      )
      assert.match(
        error.message,
        /plan\.csv:5:1: room "#hall:localhost": contradicts line 4: .*\(!hall:localhost is the same/u
      )
    }).pipe(Effect.provide(fake))
  )
})

describe("many rooms", () => {
  it.effect("are asked about the few people who matter there, and not for their lists", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const { accessToken } = yield* alice
      for (const roomId of rooms(10)) yield* server.createRoom({ creator: "alice", roomId, members: { bob: "join" } })
      const found = yield* preflight(plan(...rooms(10).map((room) => `kick ${room} @bob:localhost`)), accessToken)
      for (let row = 0; row < 10; row++)
        assert.deepStrictEqual([found.verdict(row)._tag, found.isCertain(row)], ["send", true])
      const asked = yield* paths
      assert.isFalse(asked.some((path) => path.endsWith("/members")))
      assert.strictEqual(asked.filter((path) => path.includes("/m.room.member/@bob")).length, 10)
    }).pipe(Effect.provide(fake))
  )
})

describe("an old server", () => {
  const old = FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer({ specVersions: ["r0.6.1"] })))
  it.effect("is known not to do what it is too old for", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* alice
      const found = yield* preflight(plan("knock !hall:localhost", "join !hall:localhost"), accessToken)
      assert.deepStrictEqual(
        [0, 1].map((row) => found.verdict(row)),
        [{ _tag: "impossible", because: "this server is too old for knocking" }, { _tag: "send" }]
      )
    }).pipe(Effect.provide(old))
  )
})

describe("trouble on the way", () => {
  it.effect("that passes is waited out", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const { accessToken } = yield* alice
      yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost", members: { bob: "join" } })
      yield* server.faults.every({ path: "/rooms/{roomId}/members" }, Faults.rateLimited("40 seconds"), 5)
      const found = yield* preflight(plan("invite !hall:localhost @bob:localhost"), accessToken)
      assert.strictEqual(found.verdict(0)._tag, "unchanged")
      assert.isAtLeast(yield* Clock.currentTimeMillis, 5 * 40_000)
    }).pipe(Effect.provide(fake))
  )
  it.effect("that is about one room leaves the others as they are", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const { accessToken } = yield* alice
      for (const roomId of rooms(2)) yield* server.createRoom({ creator: "alice", roomId, members: { bob: "join" } })
      yield* server.faults.next({ path: "/rooms/{roomId}/members" }, Faults.html502)
      yield* server.faults.every({ path: "/rooms/{roomId}/state/{eventType}/{stateKey}" }, Faults.html502)
      const found = yield* preflight(plan(...rooms(2).map((room) => `ban ${room} @bob:localhost`)), accessToken)
      assert.deepStrictEqual(
        [0, 1].map((row) => [found.verdict(row)._tag, found.isCertain(row), found.power(row)]),
        [
          ["send", false, undefined],
          ["send", false, undefined]
        ]
      )
    }).pipe(Effect.provide(fake))
  )
  it.effect("that is the end of the token is an error", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const { accessToken } = yield* alice
      yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost" })
      yield* server.faults.every(
        { path: "/rooms/{roomId}/members" },
        Faults.respond(401, { errcode: "M_UNKNOWN_TOKEN", error: "gone" })
      )
      const error = yield* Effect.flip(preflight(plan("invite !hall:localhost @bob:localhost"), accessToken))
      assert.strictEqual(error._tag, "Unauthorized")
    }).pipe(Effect.provide(fake))
  )
})
