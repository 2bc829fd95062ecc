/** A lost answer is not a lost effect: every changing operation through every way of losing its answer. */

import { assert, describe, it } from "@effect/vitest"
import type { Membership } from "@matrix-membership/core"
import type { MatrixError, Tag } from "@matrix-membership/core/MatrixError"
import { RoomAlias, type RoomId } from "@matrix-membership/core/MatrixId"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import type { Membership as State } from "../../src/rules/Event.ts"
import { inMemory } from "../Stage.ts"
import { ending, garbling, idOf, person, room, seen, written } from "./Person.ts"

const reason = "because “yes” \n"
const userId = idOf("bob")

interface Change {
  readonly name: string
  readonly by: "alice" | "bob"
  /** How bob stands before it. */
  readonly from?: State
  /** How bob stands when it has taken effect; unchanged by forgetting. */
  readonly to: State
  readonly joinRule?: string
  readonly path: string
  readonly use: (membership: Membership["Service"], roomId: RoomId) => Effect.Effect<unknown, MatrixError>
  /** What servers answer to the repeated request, and what that is without an ambiguous attempt before it. */
  readonly refusal: readonly [status: number, errcode: string, tag: Tag]
  /** What the operation comes to when that is answered; `success` where the membership shows that it was done. */
  readonly ends: { readonly whenDone: Tag | "success"; readonly whenNot: Tag }
}

const changes: ReadonlyArray<Change> = [
  {
    name: "joinRoom by id",
    by: "bob",
    from: "leave",
    to: "join",
    joinRule: "public",
    path: "/join/{roomIdOrAlias}",
    use: (membership, roomId) => membership.joinRoom({ roomIdOrAlias: roomId, reason }),
    refusal: [403, "M_FORBIDDEN", "Forbidden"],
    ends: { whenDone: "success", whenNot: "Forbidden" }
  },
  {
    name: "joinRoom by alias",
    by: "bob",
    from: "leave",
    to: "join",
    joinRule: "public",
    path: "/join/{roomIdOrAlias}",
    use: (membership) => membership.joinRoom({ roomIdOrAlias: RoomAlias.make("#hall:localhost"), reason }),
    refusal: [403, "M_BAD_STATE", "BadState"],
    ends: { whenDone: "success", whenNot: "BadState" }
  },
  {
    name: "joinRoomById",
    by: "bob",
    from: "leave",
    to: "join",
    joinRule: "public",
    path: "/rooms/{roomId}/join",
    use: (membership, roomId) => membership.joinRoomById({ roomId, reason }),
    refusal: [403, "M_FORBIDDEN", "Forbidden"],
    ends: { whenDone: "success", whenNot: "Forbidden" }
  },
  {
    name: "joinRoomById of an invited user",
    by: "bob",
    from: "invite",
    to: "join",
    path: "/rooms/{roomId}/join",
    use: (membership, roomId) => membership.joinRoomById({ roomId, reason }),
    refusal: [403, "M_FORBIDDEN", "Forbidden"],
    ends: { whenDone: "success", whenNot: "Forbidden" }
  },
  {
    name: "knockRoom",
    by: "bob",
    to: "knock",
    joinRule: "knock",
    path: "/knock/{roomIdOrAlias}",
    use: (membership, roomId) => membership.knockRoom({ roomIdOrAlias: roomId, reason }),
    refusal: [403, "M_FORBIDDEN", "Forbidden"],
    // whoever knocks does not see the room, nor their own knock
    ends: { whenDone: "OutcomeUnknown", whenNot: "OutcomeUnknown" }
  },
  {
    name: "leaveRoom",
    by: "bob",
    from: "join",
    to: "leave",
    path: "/rooms/{roomId}/leave",
    use: (membership, roomId) => membership.leaveRoom({ roomId, reason }),
    refusal: [400, "M_UNKNOWN", "Refused"],
    ends: { whenDone: "success", whenNot: "Refused" }
  },
  {
    name: "leaveRoom of an invited user",
    by: "bob",
    from: "invite",
    to: "leave",
    path: "/rooms/{roomId}/leave",
    use: (membership, roomId) => membership.leaveRoom({ roomId, reason }),
    refusal: [403, "M_CANNOT_LEAVE_SERVER_NOTICE_ROOM", "Forbidden"],
    ends: { whenDone: "success", whenNot: "OutcomeUnknown" }
  },
  {
    name: "leaveRoom of a user who knocked",
    by: "bob",
    from: "knock",
    to: "leave",
    joinRule: "knock",
    path: "/rooms/{roomId}/leave",
    use: (membership, roomId) => membership.leaveRoom({ roomId, reason }),
    refusal: [400, "M_UNKNOWN", "Refused"],
    ends: { whenDone: "success", whenNot: "OutcomeUnknown" }
  },
  {
    name: "inviteUser",
    by: "alice",
    to: "invite",
    path: "/rooms/{roomId}/invite",
    use: (membership, roomId) => membership.inviteUser({ roomId, userId, reason }),
    refusal: [403, "M_FORBIDDEN", "Forbidden"],
    ends: { whenDone: "success", whenNot: "Forbidden" }
  },
  {
    name: "kick",
    by: "alice",
    from: "join",
    to: "leave",
    path: "/rooms/{roomId}/kick",
    use: (membership, roomId) => membership.kick({ roomId, userId, reason }),
    refusal: [403, "M_UNKNOWN", "Forbidden"],
    ends: { whenDone: "success", whenNot: "Forbidden" }
  },
  {
    name: "ban",
    by: "alice",
    from: "join",
    to: "ban",
    path: "/rooms/{roomId}/ban",
    use: (membership, roomId) => membership.ban({ roomId, userId, reason }),
    refusal: [403, "M_FORBIDDEN", "Forbidden"],
    ends: { whenDone: "success", whenNot: "Forbidden" }
  },
  {
    name: "unban",
    by: "alice",
    from: "ban",
    to: "leave",
    path: "/rooms/{roomId}/unban",
    use: (membership, roomId) => membership.unban({ roomId, userId, reason }),
    refusal: [403, "M_BAD_STATE", "BadState"],
    ends: { whenDone: "success", whenNot: "BadState" }
  }
]

interface Loss {
  readonly name: string
  /** Whether the first attempt takes effect. */
  readonly done: boolean
  /** What happens to the first attempt on its way, */
  readonly fault?: Faults.Fault
  /** or to its answer behind the homeserver. */
  readonly proxy?: ReturnType<typeof garbling>
}

const html = "<html><h1>502 Bad Gateway</h1></html>"
const unavailable = { errcode: "M_UNKNOWN", error: "Unable to introspect the access token" }

const losses: ReadonlyArray<Loss> = [
  { name: "the connection breaks before it is done", done: false, fault: Faults.reset },
  { name: "time runs out before it is done", done: false, fault: Faults.delay("1 hour") },
  { name: "a proxy answers 502 without asking", done: false, fault: Faults.html502 },
  { name: "the server answers 503 and does nothing", done: false, fault: Faults.respond(503, unavailable) },
  { name: "the answer is lost", done: true, fault: Faults.loseResponse },
  { name: "the answer breaks off", done: true, fault: Faults.truncate() },
  { name: "time runs out after it is done", done: true, fault: Faults.delayAnswer("1 hour") },
  { name: "a proxy answers 502 after it is done", done: true, proxy: garbling(502, html) },
  { name: "the server does it and answers 503", done: true, proxy: garbling(503, JSON.stringify(unavailable)) },
  { name: "the server does it and answers 504", done: true, proxy: garbling(504, "") }
]

/** The operation with its first answer lost, and everything the fake knows of it afterwards. */
const played = Effect.fnUntraced(function* (change: Change, loss: Loss, refused: boolean) {
  const { by, from, joinRule = "invite", path, use } = change
  const fake = yield* FakeHomeserver
  const members: Record<string, State> = from === undefined ? {} : { bob: from }
  const roomId = yield* room({ creator: "alice", alias: "hall", joinRule, members })
  const membership = yield* person(by, {}, loss.proxy)
  if (loss.fault !== undefined) yield* fake.faults.next({ path }, loss.fault)
  // a proxy tampers with answers, so the request it hits is served and must not be the one refused
  let spared = loss.fault === undefined ? 1 : 0
  const [status, errcode] = change.refusal
  if (refused)
    yield* fake.faults.next({ path, where: () => spared-- <= 0 }, Faults.respond(status, { errcode, error: "no" }))
  const beginning = (yield* fake.timeline(roomId)).length
  const { tag, value } = yield* ending(use(membership, roomId))
  return {
    roomId,
    tag,
    value,
    now: yield* fake.membershipOf(roomId, "bob"),
    events: yield* written(roomId, "bob", beginning),
    sent: yield* seen(new RegExp(`${path.replace(/\{\w+\}/gu, "[^/]+")}$`, "u"))
  }
})

describe.each(changes)("$name", (change) => {
  for (const loss of losses) {
    it.effect(`is done once when ${loss.name}`, () =>
      Effect.gen(function* () {
        const { events, now, roomId, sent, tag, value } = yield* played(change, loss, false)
        assert.strictEqual(tag, "success")
        assert.strictEqual(now, change.to)
        assert.deepStrictEqual<ReadonlyArray<unknown>>(events, [change.to])
        if (change.to === "join" || change.to === "knock") assert.strictEqual(value, roomId)
        assert.strictEqual(sent.length, 2)
        for (const { body } of sent) assert.strictEqual(Reflect.get(Object(body), "reason"), reason)
        assert.deepStrictEqual(sent[1]?.body, sent[0]?.body)
      }).pipe(inMemory)
    )

    const end = loss.done ? change.ends.whenDone : change.ends.whenNot
    it.effect(`is ${end} when ${loss.name} and it is then refused`, () =>
      Effect.gen(function* () {
        const { events, now, sent, tag } = yield* played(change, loss, true)
        assert.strictEqual(sent.length, 2)
        assert.strictEqual(now, loss.done ? change.to : change.from)
        assert.deepStrictEqual<ReadonlyArray<unknown>>(events, loss.done ? [change.to] : [])
        assert.strictEqual(tag, end)
      }).pipe(inMemory)
    )
  }

  it.effect("is sent once when its answer is only slow", () =>
    Effect.gen(function* () {
      const slow: Loss = { name: "slow", done: true, fault: Faults.delayAnswer("59 seconds") }
      const { events, sent, tag } = yield* played(change, slow, true)
      assert.strictEqual(tag, "success")
      assert.strictEqual(sent.length, 1)
      assert.deepStrictEqual<ReadonlyArray<unknown>>(events, [change.to])
    }).pipe(inMemory)
  )
})
