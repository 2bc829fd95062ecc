/** The membership decides what became of a lost request: where it can be read, when it cannot, and what others do. */

import { assert, describe, it } from "@effect/vitest"
import { MatrixError, type Membership } from "@matrix-membership/core"
import type { RoomId } from "@matrix-membership/core/MatrixId"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import type { Membership as State } from "../../src/rules/Event.ts"
import { inMemory } from "../Stage.ts"
import { ended, ending, idOf, person, room, seen, started, written } from "./Person.ts"

const userId = idOf("bob")
const state = { method: "GET", path: "/rooms/{roomId}/state/{eventType}/{stateKey}" }
const forbidden = Faults.respond(403, { errcode: "M_FORBIDDEN", error: "no" })

type Use = (membership: Membership["Service"], roomId: RoomId) => Effect.Effect<unknown, MatrixError.MatrixError>

const kick: Use = (membership, roomId) => membership.kick({ roomId, userId })
const unban: Use = (membership, roomId) => membership.unban({ roomId, userId })

const changes: ReadonlyArray<{ name: string; from: State; to: State; use: Use }> = [
  {
    name: "invite",
    from: "leave",
    to: "invite",
    use: (membership, roomId) => membership.inviteUser({ roomId, userId })
  },
  { name: "kick", from: "join", to: "leave", use: kick },
  { name: "ban", from: "join", to: "ban", use: (membership, roomId) => membership.ban({ roomId, userId }) },
  { name: "unban", from: "ban", to: "leave", use: unban }
]

const staged = Effect.fnUntraced(function* (from: State) {
  const fake = yield* FakeHomeserver
  const roomId = yield* room({ creator: "alice", joinRule: "public", members: { bob: from, carol: "join" } })
  return { fake, roomId, alice: yield* person("alice") }
})

describe("where the membership cannot be read", () => {
  const unreadable: ReadonlyArray<{ name: string; fault: Faults.Fault }> = [
    { name: "it is refused", fault: forbidden },
    { name: "the token is dead", fault: Faults.respond(401, { errcode: "M_UNKNOWN_TOKEN", error: "no" }) },
    { name: "the connection breaks", fault: Faults.reset },
    { name: "a proxy answers", fault: Faults.html502 },
    { name: "the answer breaks off", fault: Faults.truncate() },
    { name: "the answer never comes", fault: Faults.delay("1 day") },
    { name: "the answer is a page", fault: Faults.respond(200, "<html>log in</html>") },
    { name: "the membership is none", fault: Faults.respond(200, { membership: "elsewhere" }) }
  ]
  for (const { from, name, to, use } of changes) {
    it.effect.each(unreadable)(`a refused ${name} after a lost one is OutcomeUnknown: $name`, ({ fault }) =>
      Effect.gen(function* () {
        const { alice, fake, roomId } = yield* staged(from)
        yield* fake.faults.next({ method: "POST" }, Faults.loseResponse)
        yield* fake.faults.next({ method: "POST" }, forbidden)
        yield* fake.faults.every(state, fault)
        const { error, tag } = yield* ending(use(alice, roomId))
        assert.strictEqual(tag, "OutcomeUnknown")
        assert.include(error?.message, "M_FORBIDDEN")
        assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), to)
      }).pipe(inMemory)
    )

    it.effect(`a ${name} whose every answer is lost ends with an error that says so`, () =>
      Effect.gen(function* () {
        const { alice, fake, roomId } = yield* staged(from)
        yield* fake.faults.every({}, Faults.loseResponse)
        const { error } = yield* ending(use(alice, roomId))
        assert.isTrue(error !== undefined && MatrixError.mayHaveTakenEffect(error))
        assert.strictEqual((yield* seen(/\/(invite|kick|ban|unban)$/u)).length, 6)
      }).pipe(inMemory)
    )
  }

  const passing: ReadonlyArray<{ name: string; fault: Faults.Fault }> = [
    { name: "503", fault: Faults.respond(503, { errcode: "M_UNKNOWN", error: "busy" }) },
    { name: "429", fault: Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 1000 }) },
    { name: "a broken connection", fault: Faults.reset }
  ]
  for (const { fault, name } of passing) {
    it.effect(`for a moment (${name}), it is read again`, () =>
      Effect.gen(function* () {
        const { alice, fake, roomId } = yield* staged("join")
        yield* fake.faults.next({ method: "POST" }, Faults.loseResponse)
        yield* fake.faults.next(state, fault)
        assert.strictEqual((yield* ending(kick(alice, roomId))).tag, "success")
      }).pipe(inMemory)
    )
  }
})

describe("where it can be read", () => {
  it.effect.each(changes)("a $name whose every answer was lost is a success", ({ from, to, use }) =>
    Effect.gen(function* () {
      const { alice, fake, roomId } = yield* staged(from)
      yield* fake.faults.every({ method: "POST" }, Faults.loseResponse)
      assert.strictEqual((yield* ending(use(alice, roomId))).tag, "success")
      assert.deepStrictEqual<ReadonlyArray<unknown>>((yield* written(roomId, "bob")).slice(1), [to])
    }).pipe(inMemory)
  )

  it.effect.each(changes)("a $name that never came to anything is Unreachable", ({ from, use }) =>
    Effect.gen(function* () {
      const { alice, fake, roomId } = yield* staged(from)
      yield* fake.faults.every({ method: "POST" }, Faults.reset)
      assert.strictEqual((yield* ending(use(alice, roomId))).tag, "Unreachable")
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), from)
    }).pipe(inMemory)
  )

  it.effect("a lost answer, then a pause that is asked for, then a refusal: the membership still decides", () =>
    Effect.gen(function* () {
      const { alice, fake, roomId } = yield* staged("join")
      yield* fake.faults.next({ method: "POST" }, Faults.loseResponse)
      const pause = Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED" }, { "retry-after": "20" })
      yield* fake.faults.next({ method: "POST" }, pause)
      assert.strictEqual((yield* ending(kick(alice, roomId))).tag, "success")
      const [, second, third] = yield* seen(/\/kick$/u)
      assert.isAtLeast((third?.time ?? 0) - (second?.time ?? 0), 20_000)
    }).pipe(inMemory)
  )

  it.effect("a lost answer, then a pause for longer than is obeyed: the membership decides at once", () =>
    Effect.gen(function* () {
      const { alice, fake, roomId } = yield* staged("join")
      yield* fake.faults.next({ method: "POST" }, Faults.loseResponse)
      yield* fake.faults.every(
        { method: "POST" },
        Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED" }, { "retry-after": "3600" })
      )
      assert.strictEqual((yield* ending(kick(alice, roomId))).tag, "success")
      assert.strictEqual((yield* seen(/\/kick$/u)).length, 2)
    }).pipe(inMemory)
  )

  it.effect("a refusal without a lost answer before it is believed without a look", () =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* staged("leave")
      assert.strictEqual((yield* ending(kick(alice, roomId))).tag, "Forbidden")
      assert.strictEqual((yield* seen(/./u)).length, 1)
    }).pipe(inMemory)
  )

  it.effect("a pause that is asked for leaves no doubt: a refusal after it is believed without a look", () =>
    Effect.gen(function* () {
      const { alice, fake, roomId } = yield* staged("leave")
      yield* fake.faults.next({ method: "POST" }, Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED" }))
      assert.strictEqual((yield* ending(kick(alice, roomId))).tag, "Forbidden")
      assert.strictEqual((yield* seen(/\/state\//u)).length, 0)
    }).pipe(inMemory)
  )
})

describe("what somebody else does before the request is repeated", () => {
  const meanwhile = Effect.fnUntraced(function* (
    from: State,
    use: Use,
    act: (roomId: RoomId) => Effect.Effect<unknown, unknown, Effect.Services<ReturnType<typeof person>>>
  ) {
    const { alice, fake, roomId } = yield* staged(from)
    yield* fake.faults.next({ method: "POST" }, Faults.loseResponse)
    const fiber = yield* started(use(alice, roomId))
    yield* act(roomId)
    const { tag } = yield* ended(fiber)
    return { tag, now: yield* fake.membershipOf(roomId, "bob"), events: (yield* written(roomId, "bob")).slice(1) }
  })
  const bobJoins = (roomId: RoomId) => Effect.flatMap(person("bob"), (bob) => bob.joinRoomById({ roomId }))

  it.effect("an invitee who joins was invited", () =>
    Effect.gen(function* () {
      const invite: Use = (membership, roomId) => membership.inviteUser({ roomId, userId })
      const { events, tag } = yield* meanwhile("leave", invite, bobJoins)
      assert.strictEqual(tag, "success")
      assert.deepStrictEqual<ReadonlyArray<unknown>>(events, ["invite", "join"])
    }).pipe(inMemory)
  )
  it.effect("a kicked user who is banned is out of the room", () =>
    Effect.gen(function* () {
      const { events, tag } = yield* meanwhile("join", kick, (roomId) =>
        Effect.flatMap(person("alice"), (again) => again.ban({ roomId, userId }))
      )
      assert.strictEqual(tag, "success")
      assert.deepStrictEqual<ReadonlyArray<unknown>>(events, ["leave", "ban"])
    }).pipe(inMemory)
  )
  it.effect("an unbanned user who joins is not banned", () =>
    Effect.gen(function* () {
      const { events, tag } = yield* meanwhile("ban", unban, bobJoins)
      assert.strictEqual(tag, "success")
      assert.deepStrictEqual<ReadonlyArray<unknown>>(events, ["leave", "join"])
    }).pipe(inMemory)
  )
})

it.effect("forgetting twice is forgetting once: a lost answer is asked for again", () =>
  Effect.gen(function* () {
    for (const loss of [Faults.reset, Faults.loseResponse, Faults.truncate(), Faults.html502]) {
      const { fake, roomId } = yield* staged("leave")
      const bob = yield* person("bob")
      assert.strictEqual(yield* bob.getMembership({ roomId, userId }), "leave")
      const before = yield* written(roomId, "bob")
      yield* fake.faults.next({ path: "/rooms/{roomId}/forget" }, loss)
      assert.strictEqual((yield* ending(bob.forgetRoom({ roomId }))).tag, "success")
      // what was forgotten is not shown any more
      assert.strictEqual((yield* ending(bob.getMembership({ roomId, userId }))).tag, "Forbidden")
      assert.deepStrictEqual(yield* written(roomId, "bob"), before)
    }
  }).pipe(inMemory)
)
