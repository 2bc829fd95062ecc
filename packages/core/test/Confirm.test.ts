/** A lost answer does not mean a lost effect: the membership is read, and decides. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { RoomAlias, RoomId, UserId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import * as Room from "./Room.ts"
import { answer, layer, make, type Reply } from "./Wire.ts"

const roomId = RoomId.make("!r:x")
const userId = UserId.make("@bob:x")

type Use = (membership: Membership["Service"]) => Effect.Effect<unknown, { readonly _tag: string }>

interface Change {
  readonly name: string
  readonly use: Use
  readonly from: Room.Membership
  readonly to: Room.Membership
  readonly value: unknown
}

const changes: ReadonlyArray<Change> = [
  { name: "joinRoomById", use: (m) => m.joinRoomById({ roomId }), from: "invite", to: "join", value: "!r:x" },
  { name: "joinRoom", use: (m) => m.joinRoom({ roomIdOrAlias: roomId }), from: "leave", to: "join", value: "!r:x" },
  {
    name: "joinRoom by alias",
    use: (m) => m.joinRoom({ roomIdOrAlias: RoomAlias.make("#hall:x") }),
    from: "leave",
    to: "join",
    value: "!r:x"
  },
  { name: "knockRoom", use: (m) => m.knockRoom({ roomIdOrAlias: roomId }), from: "leave", to: "knock", value: "!r:x" },
  { name: "leaveRoom", use: (m) => m.leaveRoom({ roomId }), from: "join", to: "leave", value: undefined },
  { name: "forgetRoom", use: (m) => m.forgetRoom({ roomId }), from: "leave", to: "leave", value: undefined },
  { name: "inviteUser", use: (m) => m.inviteUser({ roomId, userId }), from: "leave", to: "invite", value: undefined },
  { name: "kick", use: (m) => m.kick({ roomId, userId }), from: "join", to: "leave", value: undefined },
  { name: "ban", use: (m) => m.ban({ roomId, userId }), from: "join", to: "ban", value: undefined },
  { name: "unban", use: (m) => m.unban({ roomId, userId }), from: "ban", to: "leave", value: undefined }
]

/** How `use` ends in this room: with its value, or with an error's tag. */
const ending = (use: Use, room: Room.Room, times = 3) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.flatMap(Membership, use).pipe(
      Effect.match({ onFailure: ({ _tag }): unknown => _tag, onSuccess: (value): unknown => value }),
      Effect.provide(layer(make(room.reply), { retry: { times } })),
      Effect.forkChild
    )
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

const faults = ["refused connection", "lost before", "lost after", "truncated", "time-out", "502"] as const

describe.each(faults)("with the first answer: %s", (fault) => {
  it.effect.each(changes)("$name is done, and said to be", ({ from, to, use, value }) =>
    Effect.gen(function* () {
      const room = Room.make({ membership: from, fault })
      assert.strictEqual(yield* ending(use, room), value)
      assert.strictEqual(room.now(), to)
      assert.isAtMost(room.asked.length, 2)
    })
  )
})

describe("without another attempt", () => {
  const looked = changes.filter(({ name }) => name !== "forgetRoom")
  it.effect.each(looked)(
    "$name that was done is still said to be, for the membership shows it",
    ({ from, to, use, value }) =>
      Effect.gen(function* () {
        const room = Room.make({ membership: from, fault: "lost after" })
        assert.strictEqual(yield* ending(use, room, 0), value)
        assert.strictEqual(room.now(), to)
        assert.strictEqual(room.asked.length, 1)
      })
  )
  it.effect.each(looked)("$name that was not done is Unreachable", ({ from, use }) =>
    Effect.gen(function* () {
      const room = Room.make({ membership: from, fault: "lost before" })
      assert.strictEqual(yield* ending(use, room, 0), "Unreachable")
      assert.strictEqual(room.now(), from)
    })
  )
})

describe("a refusal after a lost answer", () => {
  const powerless = answer(403, '{"errcode":"M_FORBIDDEN","error":"You cannot kick user"}')
  const refusing = changes.filter(({ name }) => name !== "forgetRoom")
  it.effect.each(refusing)("of $name is believed when nothing has changed", ({ from, use }) =>
    Effect.gen(function* () {
      const room = Room.make({ membership: from, fault: "lost before", refuse: powerless })
      assert.strictEqual(yield* ending(use, room), "Forbidden")
    })
  )
  it.effect.each(refusing)("of $name leaves the outcome unknown when nothing can be read", ({ from, use }) =>
    Effect.gen(function* () {
      const unreadable: Reply = (sent, nth) => {
        const { pathname } = new URL(sent.url)
        return pathname.includes("/state/") || pathname.endsWith("/joined_rooms")
          ? answer(403, '{"errcode":"M_FORBIDDEN","error":"not for you"}')(sent, nth)
          : room.reply(sent, nth)
      }
      const room = Room.make({ membership: from, fault: "lost before", refuse: powerless })
      assert.strictEqual(yield* ending(use, { ...room, reply: unreadable }), "OutcomeUnknown")
    })
  )
  it.effect("is just a refusal when no answer was lost before", () =>
    Effect.gen(function* () {
      const room = Room.make({ membership: "join", refuse: powerless })
      const wire = make(room.reply)
      const error = yield* Effect.flatMap(Membership, (m) => Effect.flip(m.kick({ roomId, userId }))).pipe(
        Effect.provide(layer(wire))
      )
      assert.strictEqual(error._tag, "Forbidden")
      assert.strictEqual(wire.sent.length, 1)
    })
  )
})

describe("a leave that cannot be read", () => {
  const leave: Use = (m) => m.leaveRoom({ roomId })
  it.effect("is not taken for granted: the caller may still be invited", () =>
    Effect.gen(function* () {
      const room = Room.make({ membership: "invite", fault: "lost before", unreadable: true })
      assert.strictEqual(yield* ending(leave, room, 0), "Unreachable")
    })
  )
  it.effect("is seen not to have happened where the room is still among the joined ones", () =>
    Effect.gen(function* () {
      const refuse = answer(403, '{"errcode":"M_FORBIDDEN","error":"no"}')
      const room = Room.make({ membership: "join", fault: "lost before", unreadable: true, refuse })
      assert.strictEqual(yield* ending(leave, room), "Forbidden")
    })
  )
})

describe("a join is seen among the joined rooms,", () => {
  it.effect("for what one is not in cannot be read", () =>
    Effect.gen(function* () {
      const refuse = answer(403, '{"errcode":"M_FORBIDDEN","error":"You are not invited to this room."}')
      const room = Room.make({ membership: "leave", fault: "lost before", unreadable: true, refuse })
      assert.strictEqual(yield* ending((m) => m.joinRoomById({ roomId }), room), "Forbidden")
    })
  )
})

describe("what happened meanwhile", () => {
  it.effect.each([
    { what: "an invitee who joined at once", use: changes[6]?.use, from: "leave", meanwhile: "join" },
    { what: "a kicked user who was banned by another", use: changes[7]?.use, from: "join", meanwhile: "ban" },
    { what: "an unbanned user who was invited by another", use: changes[9]?.use, from: "ban", meanwhile: "invite" },
    { what: "a knock that was answered with an invitation", use: changes[3]?.use, from: "leave", meanwhile: "invite" }
  ] as const)("$what is what was wanted, or more", ({ from, meanwhile, use = () => Effect.void }) =>
    Effect.gen(function* () {
      const room = Room.make({ membership: from, fault: "lost after", meanwhile })
      assert.include([undefined, "!r:x"], yield* ending(use, room))
      assert.strictEqual(room.now(), meanwhile)
    })
  )
})

describe("inviteBy3PID, of which two are not one,", () => {
  const invite: Use = (m) =>
    m.inviteBy3PID({
      roomId,
      idServer: "id.x",
      idAccessToken: Redacted.make("identity-token"),
      medium: "email",
      address: "bob@x"
    })
  it.effect.each(["lost before", "lost after", "truncated", "time-out", "502"] as const)(
    "is not sent again after an answer: %s",
    (fault) =>
      Effect.gen(function* () {
        const room = Room.make({ membership: "leave", fault })
        assert.strictEqual(yield* ending(invite, room), "OutcomeUnknown")
        assert.deepStrictEqual(room.asked, ["invite"])
      })
  )
  it.effect("is sent again when it certainly never left", () =>
    Effect.gen(function* () {
      const room = Room.make({ membership: "leave", fault: "refused connection" })
      assert.strictEqual(yield* ending(invite, room), undefined)
      assert.deepStrictEqual(room.asked, ["invite", "invite"])
    })
  )
  it.effect("is sent again when the server only asked for a pause", () =>
    Effect.gen(function* () {
      const wire = make((sent, nth) => answer(nth === 0 ? 429 : 200, "{}")(sent, nth))
      const fiber = yield* Effect.flatMap(Membership, invite).pipe(
        Effect.provide(layer(wire, { retry: { times: 3 } })),
        Effect.forkChild
      )
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(fiber)
      assert.strictEqual(wire.sent.length, 2)
    })
  )
})
