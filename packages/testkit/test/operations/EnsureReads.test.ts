/** Memberships that have to be ensured where they cannot be read, or the answers get lost. */

import { assert, describe, it } from "@effect/vitest"
import { RoomId } from "@matrix-membership/core/MatrixId"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import type { Membership as State } from "../../src/rules/Event.ts"
import { inMemory } from "../Stage.ts"
import { changes, ending, idOf, person, room } from "./Person.ts"

const userId = idOf("bob")

describe("a lost answer is no reason to do it twice:", () => {
  it.effect.each([
    { from: "leave", wanted: "invite" },
    { from: "join", wanted: "leave" },
    { from: "join", wanted: "ban" }
  ] as const)("$from to $wanted", ({ from, wanted }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const roomId = yield* room({ creator: "alice", members: { bob: from } })
      const alice = yield* person("alice")
      const before = (yield* fake.timeline(roomId)).length
      yield* fake.faults.next({ method: "POST" }, Faults.loseResponse)
      assert.strictEqual((yield* ending(alice.ensure({ roomId, userId, membership: wanted }))).value, "changed")
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), wanted)
      assert.strictEqual((yield* fake.timeline(roomId)).length, before + 1)
    }).pipe(inMemory)
  )
})

describe("a room that cannot be looked into", () => {
  const outside = Effect.fnUntraced(function* (wanted: State, roomId: RoomId) {
    const mallory = yield* person("mallory")
    const { tag } = yield* ending(mallory.ensure({ roomId, userId, membership: wanted, unban: true }))
    return { tag, sent: (yield* changes).map(({ path }) => path.slice(path.lastIndexOf("/") + 1)) }
  })
  it.effect.each([
    { wanted: "invite", sent: ["invite"], tag: "Forbidden" },
    { wanted: "leave", sent: ["kick"], tag: "Forbidden" },
    { wanted: "ban", sent: ["ban"], tag: "Forbidden" },
    { wanted: "join", sent: [], tag: "InvalidRequest" },
    { wanted: "knock", sent: [], tag: "InvalidRequest" }
  ] as const)("is the server's to decide on: $wanted", ({ sent, tag, wanted }) =>
    Effect.gen(function* () {
      const end = yield* outside(wanted, yield* room({ creator: "alice", members: { bob: "join" } }))
      assert.deepStrictEqual<unknown>(end, { tag, sent })
    }).pipe(inMemory)
  )
  it.effect("because there is none: NotFound or Forbidden, as the server says", () =>
    Effect.gen(function* () {
      const nowhere = RoomId.make("!nowhere:localhost")
      assert.strictEqual((yield* outside("invite", nowhere)).tag, "Forbidden")
      assert.strictEqual((yield* outside("leave", nowhere)).tag, "NotFound")
    }).pipe(inMemory)
  )
  it.effect("but shows itself to the world is read all the same", () =>
    Effect.gen(function* () {
      const state = [{ type: "m.room.history_visibility", content: { history_visibility: "world_readable" } }]
      const roomId = yield* room({ creator: "alice", members: { bob: "join" }, state })
      const mallory = yield* person("mallory")
      assert.strictEqual(yield* mallory.ensure({ roomId, userId, membership: "join" }), "unchanged")
      assert.deepStrictEqual(yield* changes, [])
    }).pipe(inMemory)
  )
  it.effect("any more, since one has left it, is not taken for what it was then", () =>
    Effect.gen(function* () {
      const roomId = yield* room({ creator: "alice", members: { bob: "join", carol: "join" } })
      yield* (yield* person("carol")).leaveRoom({ roomId })
      yield* (yield* person("bob")).leaveRoom({ roomId })
      const carol = yield* person("carol")
      assert.notStrictEqual((yield* ending(carol.ensure({ roomId, userId, membership: "join" }))).value, "unchanged")
    }).pipe(inMemory)
  )
})

it.effect.each([
  { name: "the token is dead", tag: "Unauthorized", fault: Faults.respond(401, { errcode: "M_UNKNOWN_TOKEN" }) },
  { name: "the server is down", tag: "ServerFailure", fault: Faults.respond(503, { errcode: "M_UNKNOWN" }) },
  { name: "the connection breaks", tag: "Unreachable", fault: Faults.reset },
  { name: "the endpoint is not known", tag: "Unsupported", fault: Faults.respond(404, { errcode: "M_UNRECOGNIZED" }) }
])("nothing is changed blindly when $name", ({ fault, tag }) =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const roomId = yield* room({ creator: "alice", members: { bob: "join" } })
    const alice = yield* person("alice")
    yield* fake.faults.every({ method: "GET" }, fault)
    assert.strictEqual((yield* ending(alice.ensure({ roomId, userId, membership: "ban" }))).tag, tag)
    assert.deepStrictEqual(yield* changes, [])
  }).pipe(inMemory)
)
