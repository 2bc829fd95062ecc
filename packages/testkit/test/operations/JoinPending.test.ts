/** A join that the server goes on with in the background (202): neither a success nor a refusal, unless one looks. */
import { assert, describe, it } from "@effect/vitest"
import type { Membership } from "@matrix-membership/core"
import type { MatrixError } from "@matrix-membership/core/MatrixError"
import { RoomAlias, type RoomId } from "@matrix-membership/core/MatrixId"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { inMemory } from "../Stage.ts"
import { ending, garbling, idOf, person, room, seen, written } from "./Person.ts"

const body = { errcode: "M_UNKNOWN", error: "The room join will continue in the background." }
const pending = Faults.respond(202, body)

const joins: ReadonlyArray<{
  name: string
  use: (membership: Membership["Service"], roomId: RoomId) => Effect.Effect<unknown, MatrixError>
}> = [
  { name: "joinRoomById", use: (membership, roomId) => membership.joinRoomById({ roomId }) },
  {
    name: "joinRoom by alias",
    use: (membership) => membership.joinRoom({ roomIdOrAlias: RoomAlias.make("#hall:localhost") })
  },
  {
    name: "ensure",
    use: (membership, roomId) => membership.ensure({ roomId, userId: idOf("bob"), membership: "join" })
  }
]

const staged = Effect.fnUntraced(function* (proxy?: ReturnType<typeof garbling>) {
  const fake = yield* FakeHomeserver
  const roomId = yield* room({ creator: "alice", alias: "hall", joinRule: "public" })
  return { fake, roomId, bob: yield* person("bob", {}, proxy) }
})

describe.each(joins)("$name", ({ name, use }) => {
  it.effect("that goes on is JoinPending, and is not sent again", () =>
    Effect.gen(function* () {
      const { bob, fake, roomId } = yield* staged()
      yield* fake.faults.next({ method: "POST" }, pending)
      const { error, tag } = yield* ending(use(bob, roomId))
      assert.strictEqual(tag, "JoinPending")
      assert.include(error?.message, "background")
      assert.strictEqual((yield* seen(/join(\/|$)/u)).length, 1)
    }).pipe(inMemory)
  )

  it.effect("that goes on after a lost answer is JoinPending while one is not in", () =>
    Effect.gen(function* () {
      const { bob, fake, roomId } = yield* staged()
      yield* fake.faults.next({ method: "POST" }, Faults.reset)
      yield* fake.faults.next({ method: "POST" }, pending)
      assert.strictEqual((yield* ending(use(bob, roomId))).tag, "JoinPending")
    }).pipe(inMemory)
  )

  it.effect("that goes on after a lost answer is done when one is in", () =>
    Effect.gen(function* () {
      const { bob, fake, roomId } = yield* staged()
      yield* fake.faults.next({ method: "POST" }, Faults.loseResponse)
      yield* fake.faults.next({ method: "POST" }, pending)
      const { value } = yield* ending(use(bob, roomId))
      assert.strictEqual(value, name === "ensure" ? "changed" : roomId)
      assert.deepStrictEqual<ReadonlyArray<unknown>>(yield* written(roomId, "bob"), ["join"])
    }).pipe(inMemory)
  )

  it.effect("of which 202 tells the room is done", () =>
    Effect.gen(function* () {
      const { bob, roomId } = yield* staged(garbling(202, '{"room_id":"!told:localhost"}'))
      const { value } = yield* ending(use(bob, roomId))
      assert.strictEqual(value, name === "ensure" ? "changed" : "!told:localhost")
    }).pipe(inMemory)
  )
})

describe("a 202 to anything else is no answer, and leaves it in doubt:", () => {
  const leaving = Effect.fnUntraced(function* (proxy: ReturnType<typeof garbling> | undefined) {
    const fake = yield* FakeHomeserver
    const roomId = yield* room({ creator: "alice", members: { bob: "join" } })
    const bob = yield* person("bob", {}, proxy)
    if (proxy === undefined) yield* fake.faults.every({ method: "POST" }, pending)
    return (yield* ending(bob.leaveRoom({ roomId }))).tag
  })
  it.effect("a leave that did not happen is NotMatrix", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* leaving(undefined), "NotMatrix")
    }).pipe(inMemory)
  )
  it.effect("a leave that did happen is done, for the membership shows it", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* leaving(garbling(202, JSON.stringify(body))), "success")
    }).pipe(inMemory)
  )
})
