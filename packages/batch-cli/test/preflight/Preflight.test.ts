import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Plan } from "../../src/plan/Plan.ts"
import * as Preflight from "../../src/preflight/Preflight.ts"
import { fake, inTime, membership, plan } from "../Stage.ts"

const run = Effect.fnUntraced(function* (plan: Plan) {
  const { accessToken } = yield* (yield* FakeHomeserver).register("alice")
  return yield* inTime(Effect.provide(Preflight.run(plan, { concurrency: 4 }), membership(accessToken)))
})

const numbers = ({ rows }: Preflight.Preflight) => Array.from({ length: rows.size }, (_, row) => row)

const rooms = (result: Preflight.Preflight) =>
  numbers(result).map((row) => {
    const room = result.room(row)
    return Result.isSuccess(room) ? room.success : room.failure._tag
  })

/** What is known of the membership that each row is about. */
const standings = (result: Preflight.Preflight) =>
  numbers(result).map((row) => {
    const [room, target] = [result.room(row), result.target(row)]
    return Result.isSuccess(room) && typeof target === "string" ? result.roster.membership(room.success, target) : "?"
  })

describe("what is read", () => {
  it.effect("is asked for with GET alone", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost", alias: "#hall:localhost" })
      yield* run(plan("invite #hall:localhost @bob:localhost", "leave !hall:localhost", "forget !hall:localhost"))
      const methods = (yield* server.requests).map(({ method }) => method)
      assert.deepStrictEqual(
        methods.filter((method) => method !== "GET"),
        []
      )
    }).pipe(Effect.provide(fake))
  )
  it.effect("is whose token it is, and that is who rows without a user are about", () =>
    Effect.gen(function* () {
      const result = yield* run(plan("join !a:localhost", "invite !a:localhost @bob:localhost"))
      assert.strictEqual(result.sender, "@alice:localhost")
      assert.deepStrictEqual<unknown>(numbers(result).map(result.target), ["@alice:localhost", "@bob:localhost"])
      assert.deepStrictEqual<unknown>(numbers(result).map(result.actor), ["@alice:localhost", "@alice:localhost"])
    }).pipe(Effect.provide(fake))
  )
  it.effect("is the room behind each alias, asked for once", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const hall = yield* server.createRoom({ creator: "alice", alias: "#hall:localhost" })
      const result = yield* run(
        plan(
          "invite #hall:localhost @bob:localhost",
          "invite !other:localhost @bob:localhost",
          "invite #hall:localhost @cem:localhost"
        )
      )
      assert.deepStrictEqual(rooms(result), [hall, "!other:localhost", hall])
      const asked = (yield* server.requests).filter(({ path }) => path.includes("/directory/room/"))
      assert.strictEqual(asked.length, 1)
    }).pipe(Effect.provide(fake))
  )
  it.effect("is who is in the rooms that the sender is in, and nothing about others", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const members = { bob: "invite", cem: "ban" } as const
      yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost", members })
      yield* server.createRoom({ creator: "dan", roomId: "!secret:localhost", members: { bob: "join" } })
      const result = yield* run(
        plan(
          "invite !hall:localhost @bob:localhost",
          "invite !hall:localhost @cem:localhost",
          "invite !hall:localhost @eva:localhost",
          "leave !hall:localhost",
          "invite !secret:localhost @bob:localhost"
        )
      )
      assert.deepStrictEqual(standings(result), ["invite", "ban", "leave", "join", undefined])
    }).pipe(Effect.provide(fake))
  )
})

describe("what cannot be read", () => {
  it.effect("is an alias that leads nowhere, which fails its own rows and no others", () =>
    Effect.gen(function* () {
      yield* (yield* FakeHomeserver).createRoom({ creator: "alice", roomId: "!b:localhost", alias: "#b:localhost" })
      const result = yield* run(plan("join #a:localhost", "leave #b:localhost", "forget #a:localhost"))
      assert.deepStrictEqual(rooms(result), ["NotFound", "!b:localhost", "NotFound"])
    }).pipe(Effect.provide(fake))
  )
  it.effect("is a list of members, and then only the sender is known to be there", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost", members: { bob: "join" } })
      yield* server.faults.every({ path: "/rooms/{roomId}/members" }, Faults.html502)
      const guests = ["bob", "cem", "dan", "eva"].map((name) => `invite !hall:localhost @${name}:localhost`)
      const result = yield* run(plan(...guests, "leave !hall:localhost"))
      assert.deepStrictEqual(standings(result), [undefined, undefined, undefined, undefined, "join"])
    }).pipe(Effect.provide(fake))
  )
  it.effect("is anything at all when the server is down, and that is said within seconds", () =>
    Effect.gen(function* () {
      yield* (yield* FakeHomeserver).faults.every({}, Faults.html502)
      const error = yield* Effect.flip(run(plan("join !a:localhost")))
      assert.strictEqual(error._tag, "NotMatrix")
      assert.isBelow(yield* Clock.currentTimeMillis, 5000)
    }).pipe(Effect.provide(fake))
  )
})

describe("what only other people can do", () => {
  it.effect("makes the plan invalid, every row of it named, before any room is looked at", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        run(
          plan(
            "join !a:localhost @bob:localhost",
            "leave !a:localhost @alice:localhost",
            "invite !a:localhost @cem:localhost",
            "forget !a:localhost @dan:localhost"
          )
        )
      )
      assert.strictEqual(error._tag, "PlanInvalid")
      assert.deepStrictEqual(
        error._tag === "PlanInvalid" ? error.problems.map(({ line, value }) => [line, value]) : [],
        [
          [2, "@bob:localhost"],
          [5, "@dan:localhost"]
        ]
      )
      assert.include(error.message, 'plan.csv:2:1: user "@bob:localhost": only they can join')
      const paths = (yield* (yield* FakeHomeserver).requests).map(({ path }) => path)
      assert.isTrue(
        paths.every((path) => /versions|whoami/u.test(path)),
        paths.join()
      )
    }).pipe(Effect.provide(fake))
  )
})
