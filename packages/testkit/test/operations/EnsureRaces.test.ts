/** What others do between the look at a membership and the act. */

import { assert, describe, it } from "@effect/vitest"
import type { Membership } from "@matrix-membership/core"
import type { MatrixError, Tag } from "@matrix-membership/core/MatrixError"
import type { RoomId, UserId } from "@matrix-membership/core/MatrixId"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type { Membership as State } from "../../src/rules/Event.ts"
import { inMemory } from "../Stage.ts"
import { ending, idOf, person, room } from "./Person.ts"

const userId = idOf("bob")

/** Somebody acts as soon as a membership has been read, once. */
const interfering = (act: () => Effect.Effect<unknown, MatrixError>) => (client: HttpClient.HttpClient) => {
  let done = false
  return HttpClient.transform(client, (answer, request) =>
    Effect.tap(answer, () => {
      if (done || !request.url.includes("/state/m.room.member/")) return Effect.void
      done = true
      return Effect.orDie(act())
    })
  )
}

interface Target {
  readonly roomId: RoomId
  readonly userId: UserId
}

interface Race {
  readonly name: string
  readonly by: "alice" | "bob"
  readonly from: State
  readonly wanted: State
  readonly unban?: boolean
  readonly who: "bob" | "carol"
  readonly does: (membership: Membership["Service"], roomId: RoomId) => Effect.Effect<unknown, MatrixError>
  readonly ends: "changed" | "unchanged" | Tag
  readonly now: State
}

type Act = Race["does"]
const join: Act = (bob, roomId) => bob.joinRoomById({ roomId })
const leave: Act = (bob, roomId) => bob.leaveRoom({ roomId })
const knock: Act = (bob, roomId) => bob.knockRoom({ roomIdOrAlias: roomId })
const invite: Act = (carol, roomId) => carol.inviteUser({ roomId, userId })
const kick: Act = (carol, roomId) => carol.kick({ roomId, userId })
const ban: Act = (carol, roomId) => carol.ban({ roomId, userId })
const unban: Act = (carol, roomId) => carol.unban({ roomId, userId })

const races: ReadonlyArray<Race> = [
  {
    name: "an invitee who joins meanwhile is invited enough",
    by: "alice",
    from: "leave",
    wanted: "invite",
    who: "bob",
    does: join,
    ends: "unchanged",
    now: "join"
  },
  {
    name: "an invitee whom another invites meanwhile is invited",
    by: "alice",
    from: "leave",
    wanted: "invite",
    who: "carol",
    does: invite,
    ends: "changed",
    now: "invite"
  },
  {
    name: "an invitee who is banned meanwhile stays banned",
    by: "alice",
    from: "leave",
    wanted: "invite",
    who: "carol",
    does: ban,
    ends: "BadState",
    now: "ban"
  },
  {
    name: "an invitee who is banned meanwhile is invited all the same where bans are lifted",
    by: "alice",
    from: "leave",
    wanted: "invite",
    unban: true,
    who: "carol",
    does: ban,
    ends: "changed",
    now: "invite"
  },
  {
    name: "an invitee whose ban another lifts meanwhile is still to be invited",
    by: "alice",
    from: "ban",
    wanted: "invite",
    unban: true,
    who: "carol",
    does: unban,
    ends: "changed",
    now: "invite"
  },
  {
    name: "who leaves meanwhile is out",
    by: "alice",
    from: "join",
    wanted: "leave",
    who: "bob",
    does: leave,
    ends: "unchanged",
    now: "leave"
  },
  {
    name: "who turns an invitation down meanwhile is out",
    by: "alice",
    from: "invite",
    wanted: "leave",
    who: "bob",
    does: leave,
    ends: "unchanged",
    now: "leave"
  },
  {
    name: "who is kicked by another meanwhile is out",
    by: "alice",
    from: "join",
    wanted: "leave",
    who: "carol",
    does: kick,
    ends: "unchanged",
    now: "leave"
  },
  {
    name: "who is banned meanwhile is out, and stays banned",
    by: "alice",
    from: "join",
    wanted: "leave",
    who: "carol",
    does: ban,
    ends: "unchanged",
    now: "ban"
  },
  {
    name: "who is banned meanwhile is unbanned where bans are lifted",
    by: "alice",
    from: "join",
    wanted: "leave",
    unban: true,
    who: "carol",
    does: ban,
    ends: "changed",
    now: "leave"
  },
  {
    name: "whose ban another lifts meanwhile is out",
    by: "alice",
    from: "ban",
    wanted: "leave",
    unban: true,
    who: "carol",
    does: unban,
    ends: "unchanged",
    now: "leave"
  },
  {
    name: "who accepts an invitation meanwhile is kicked",
    by: "alice",
    from: "invite",
    wanted: "leave",
    who: "bob",
    does: join,
    ends: "changed",
    now: "leave"
  },
  {
    name: "who leaves meanwhile is banned",
    by: "alice",
    from: "join",
    wanted: "ban",
    who: "bob",
    does: leave,
    ends: "changed",
    now: "ban"
  },
  {
    name: "who is banned by another meanwhile is banned",
    by: "alice",
    from: "join",
    wanted: "ban",
    who: "carol",
    does: ban,
    ends: "changed",
    now: "ban"
  },
  {
    name: "I, who join from another device meanwhile, am in",
    by: "bob",
    from: "leave",
    wanted: "join",
    who: "bob",
    does: join,
    ends: "changed",
    now: "join"
  },
  {
    name: "I, who am banned meanwhile, cannot join",
    by: "bob",
    from: "leave",
    wanted: "join",
    who: "carol",
    does: ban,
    ends: "BadState",
    now: "ban"
  },
  {
    name: "I, who am kicked meanwhile, am out",
    by: "bob",
    from: "join",
    wanted: "leave",
    who: "carol",
    does: kick,
    ends: "unchanged",
    now: "leave"
  },
  {
    name: "I, who am banned meanwhile, am out",
    by: "bob",
    from: "join",
    wanted: "leave",
    who: "carol",
    does: ban,
    ends: "unchanged",
    now: "ban"
  }
]

describe("somebody else was faster:", () => {
  for (const race of races) {
    it.effect(race.name, () =>
      Effect.gen(function* () {
        const fake = yield* FakeHomeserver
        const roomId = yield* room({
          creator: "alice",
          joinRule: "public",
          powerLevels: { users: { "@carol:localhost": 50 } },
          members: { bob: race.from, carol: "join" }
        })
        const other = yield* person(race.who)
        const me = yield* person(
          race.by,
          {},
          interfering(() => race.does(other, roomId))
        )
        const { tag, value } = yield* ending(me.ensure({ roomId, userId, membership: race.wanted, unban: race.unban }))
        assert.strictEqual(value ?? tag, race.ends)
        assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), race.now)
      }).pipe(inMemory)
    )
  }

  it.effect("who knocks meanwhile is let in by the invitation", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const roomId = yield* room({ creator: "alice", joinRule: "knock" })
      const bob = yield* person("bob")
      const alice = yield* person(
        "alice",
        {},
        interfering(() => knock(bob, roomId))
      )
      assert.strictEqual(yield* alice.ensure({ roomId, userId, membership: "invite" }), "changed")
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "invite")
    }).pipe(inMemory)
  )

  it.effect.each([
    { what: "banned", does: (carol: Membership["Service"], who: Target) => carol.ban(who) },
    { what: "kicked", does: (carol: Membership["Service"], who: Target) => carol.kick(who) }
  ])("who asks is $what meanwhile, which says nothing of the others", ({ does }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const users = { "@carol:localhost": 75, "@mod:localhost": 50 }
      const members = { bob: "join", carol: "join", mod: "join" } as const
      const roomId = yield* room({ creator: "alice", powerLevels: { users }, members })
      const carol = yield* person("carol")
      const mod = yield* person(
        "mod",
        {},
        interfering(() => does(carol, { roomId, userId: idOf("mod") }))
      )
      const { tag, value } = yield* ending(mod.ensure({ roomId, userId, membership: "leave" }))
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "join")
      assert.strictEqual(value ?? tag, "Forbidden")
    }).pipe(inMemory)
  )
})
