import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Ensure from "../src/Ensure.ts"
import type { MatrixError } from "../src/MatrixError.ts"
import { RoomId, UserId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import * as Room from "./Room.ts"
import { answer, layer, make } from "./Wire.ts"

const roomId = RoomId.make("!r:x")
const me = UserId.make(Room.me)
const bob = UserId.make("@bob:x")

const ensured = (room: Room.Room, request: Omit<Ensure.Request, "roomId">) =>
  Effect.flatMap(Membership, (membership) => membership.ensure({ roomId, ...request })).pipe(
    Effect.provide(layer(make(room.reply)))
  )

const failed = (room: Room.Room, request: Omit<Ensure.Request, "roomId">) =>
  Effect.map(Effect.flip(ensured(room, request)), (error: MatrixError) => error)

const all = ["join", "invite", "knock", "leave", "ban"] as const

/** What is sent, by what the other user's membership is and what it should be; nothing where it is good already. */
const others: ReadonlyArray<readonly [from: Room.Membership, to: Room.Membership, asks: ReadonlyArray<string>]> = [
  ["leave", "invite", ["invite"]],
  ["knock", "invite", ["invite"]],
  ["invite", "invite", []],
  ["join", "invite", []],
  ["join", "leave", ["kick"]],
  ["invite", "leave", ["kick"]],
  ["knock", "leave", ["kick"]],
  ["leave", "leave", []],
  ["ban", "leave", []],
  ["join", "ban", ["ban"]],
  ["invite", "ban", ["ban"]],
  ["knock", "ban", ["ban"]],
  ["leave", "ban", ["ban"]],
  ["ban", "ban", []],
  ["join", "join", []]
]

const own: ReadonlyArray<readonly [from: Room.Membership, to: Room.Membership, asks: ReadonlyArray<string>]> = [
  ["leave", "join", ["join"]],
  ["invite", "join", ["join"]],
  ["knock", "join", ["join"]],
  ["join", "join", []],
  ["leave", "knock", ["knock"]],
  ["knock", "knock", []],
  ["invite", "knock", []],
  ["join", "knock", []],
  ["join", "leave", ["leave"]],
  ["invite", "leave", ["leave"]],
  ["knock", "leave", ["leave"]],
  ["leave", "leave", []],
  ["ban", "leave", []]
]

describe.each([
  { whose: "another's", userId: bob, table: others },
  { whose: "one's own", userId: me, table: own }
])("$whose membership", ({ table, userId }) => {
  it.effect.each(table.map(([from, to, asks]) => ({ from, to, asks })))(
    "that is $from and should be $to takes $asks",
    ({ asks, from, to }) =>
      Effect.gen(function* () {
        const room = Room.make({ membership: from, another: userId === bob })
        const outcome = yield* ensured(room, { userId, membership: to })
        assert.deepStrictEqual([outcome, room.asked], [asks.length === 0 ? "unchanged" : "changed", asks])
        if (asks.length > 0) assert.strictEqual(room.now(), to)
        // and a second time there is nothing left to do
        assert.strictEqual(yield* ensured(room, { userId, membership: to }), "unchanged")
        assert.strictEqual(room.asked.length, asks.length)
      })
  )
})

describe("a ban in the way", () => {
  it.effect("stays unless it is to be lifted, and the server's refusal is the answer", () =>
    Effect.gen(function* () {
      for (const [userId, membership] of [
        [bob, "invite"],
        [me, "join"]
      ] as const) {
        const room = Room.make({ membership: "ban" })
        assert.include(["Forbidden", "BadState"], (yield* failed(room, { userId, membership }))._tag)
        assert.strictEqual(room.now(), "ban")
        assert.notInclude(room.asked, "unban")
      }
    })
  )
  it.effect("is lifted first when it is", () =>
    Effect.gen(function* () {
      const room = Room.make({ membership: "ban" })
      assert.strictEqual(yield* ensured(room, { userId: bob, membership: "invite", unban: true }), "changed")
      assert.deepStrictEqual([room.asked, room.now()], [["unban", "invite"], "invite"])
    })
  )
  it.effect("is lifted, and no more, where the user should just be out", () =>
    Effect.gen(function* () {
      const room = Room.make({ membership: "ban" })
      assert.strictEqual(yield* ensured(room, { userId: bob, membership: "leave", unban: true }), "changed")
      assert.deepStrictEqual([room.asked, room.now()], [["unban"], "leave"])
    })
  )
  it.effect("that is not there is not lifted", () =>
    Effect.gen(function* () {
      const room = Room.make({ membership: "leave" })
      assert.strictEqual(yield* ensured(room, { userId: bob, membership: "invite", unban: true }), "changed")
      assert.deepStrictEqual(room.asked, ["invite"])
    })
  )
})

describe("nobody joins or knocks for another", () => {
  it.effect.each(["join", "knock"] as const)("%s is an InvalidRequest, and nothing is changed", (membership) =>
    Effect.gen(function* () {
      const room = Room.make({ membership: "leave" })
      const error = yield* failed(room, { userId: bob, membership })
      assert.deepStrictEqual([error._tag, room.asked], ["InvalidRequest", []])
      assert.include(error.message, "@bob:x")
    })
  )
})

describe("races", () => {
  const refuse = answer(403, '{"errcode":"M_FORBIDDEN","error":"@bob:x is already in the room."}')
  it.effect("lost to somebody else are unchanged, not errors", () =>
    Effect.gen(function* () {
      const room = Room.make({ membership: "leave", refuse, meanwhile: "join" })
      assert.strictEqual(yield* ensured(room, { userId: bob, membership: "invite" }), "unchanged")
    })
  )
  it.effect("not lost leave the refusal as it is", () =>
    Effect.gen(function* () {
      const room = Room.make({ membership: "leave", refuse })
      assert.strictEqual((yield* failed(room, { userId: bob, membership: "invite" }))._tag, "Forbidden")
    })
  )
})

describe("a membership that cannot be read", () => {
  it.effect("is left to the server to judge", () =>
    Effect.gen(function* () {
      const room = Room.make({ membership: "leave", unreadable: true })
      assert.strictEqual(yield* ensured(room, { userId: me, membership: "join" }), "changed")
      assert.strictEqual(room.now(), "join")
    })
  )
  it.effect("and not be changed fails with the refusal of the change", () =>
    Effect.gen(function* () {
      const refuse = answer(400, '{"errcode":"M_UNSUPPORTED_ROOM_VERSION"}')
      const room = Room.make({ membership: "leave", unreadable: true, refuse })
      assert.strictEqual((yield* failed(room, { userId: bob, membership: "invite" }))._tag, "RoomVersionUnsupported")
    })
  )
  it.effect("because the server is broken is not guessed at", () =>
    Effect.gen(function* () {
      const wire = make(answer(502, "<html>"))
      const error = yield* Effect.flatMap(Membership, (membership) =>
        Effect.flip(membership.ensure({ roomId, userId: bob, membership: "ban" }))
      ).pipe(Effect.provide(layer(wire)))
      assert.strictEqual(error._tag, "NotMatrix")
      assert.deepStrictEqual(
        wire.sent.map(({ method }) => method),
        ["GET"]
      )
    })
  )
})

it("whatever is met needs nothing, and whatever is sent is not met", () => {
  for (const membership of all) {
    for (const current of all) {
      for (const unban of [true, false]) {
        const request = { roomId, userId: bob, membership, unban }
        const planned = Ensure.actions(request, current, membership === "join" || membership === "knock")
        if (current === membership) assert.isTrue(Ensure.isMet(request, current))
        assert.isTrue(Ensure.isMet(request, current) || planned.length > 0)
        assert.strictEqual(planned.includes("unban"), unban && current === "ban" && membership !== "ban")
      }
    }
  }
})
