/**
 * What core promises, tried on a homeserver: the same checks run on the fake in memory, on the fake's real port and on a
 * real Synapse. A check fails with an assertion.
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict"
import { RoomAlias, type RoomId } from "@matrix-membership/core/MatrixId"
import type { MembershipState } from "@matrix-membership/core/MemberEvent"
import * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import type * as Scope from "effect/Scope"
import { type Person, person, Site } from "./Site.ts"

export interface Check {
  readonly name: string
  readonly run: Effect.Effect<void, unknown, Site | HttpClient.HttpClient | Scope.Scope>
}

const check = (name: string, run: Check["run"]): Check => ({ name, run })

const standing = (asked: Person, roomId: RoomId, whose: Person) =>
  asked.membership.getMembership({ roomId, userId: whose.userId })

const tagOf = <A>(effect: Effect.Effect<A, { readonly _tag: string }>) =>
  Effect.map(Effect.flip(effect), (error) => error._tag)

/** Runs one paths' checks with layers that force them. */
const underPaths = (pathVersion: "r0" | "v3"): ReadonlyArray<Check> => [
  check(
    `${pathVersion}: invite, join by id, leave and forget change the membership step by step`,
    Effect.gen(function* () {
      const alice = yield* person("alice", { pathVersion })
      const bob = yield* person("bob", { pathVersion })
      const roomId = yield* alice.createRoom({ preset: "private_chat" })
      yield* alice.membership.inviteUser({ roomId, userId: bob.userId, reason: "come in" })
      strictEqual(yield* standing(alice, roomId, bob), "invite")
      strictEqual(yield* bob.membership.joinRoom({ roomIdOrAlias: roomId, reason: "thank you" }), roomId)
      strictEqual(yield* standing(alice, roomId, bob), "join")
      yield* bob.membership.leaveRoom({ roomId, reason: "good night" })
      strictEqual(yield* standing(alice, roomId, bob), "leave")
      yield* bob.membership.forgetRoom({ roomId })
    })
  )
]

const moderation: ReadonlyArray<Check> = [
  check(
    "kick, ban and unban take the target from join over leave and ban to leave",
    Effect.gen(function* () {
      const alice = yield* person("alice")
      const bob = yield* person("bob")
      const roomId = yield* alice.createRoom({ preset: "public_chat" })
      const target = { roomId, userId: bob.userId, reason: "house rules" }
      yield* bob.membership.joinRoomById({ roomId })
      yield* alice.membership.kick(target)
      strictEqual(yield* standing(alice, roomId, bob), "leave")
      yield* alice.membership.ban(target)
      strictEqual(yield* standing(alice, roomId, bob), "ban")
      strictEqual(yield* tagOf(bob.membership.joinRoomById({ roomId })), "BadState")
      yield* alice.membership.unban(target)
      strictEqual(yield* standing(alice, roomId, bob), "leave")
      strictEqual(yield* tagOf(alice.membership.unban(target)), "BadState")
      strictEqual(yield* tagOf(alice.membership.kick(target)), "Forbidden")
    })
  ),
  check(
    "a knock is answered by an invitation, and a second one changes nothing",
    Effect.gen(function* () {
      const alice = yield* person("alice")
      const bob = yield* person("bob")
      const roomId = yield* alice.createRoom({
        preset: "private_chat",
        initial_state: [{ type: "m.room.join_rules", state_key: "", content: { join_rule: "knock" } }]
      })
      strictEqual(yield* bob.membership.knockRoom({ roomIdOrAlias: roomId, reason: "may I?" }), roomId)
      strictEqual(yield* standing(alice, roomId, bob), "knock")
      strictEqual(yield* bob.membership.knockRoom({ roomIdOrAlias: roomId, reason: "may I?" }), roomId)
      yield* alice.membership.inviteUser({ roomId, userId: bob.userId })
      strictEqual(yield* standing(alice, roomId, bob), "invite")
      strictEqual(yield* tagOf(bob.membership.knockRoom({ roomIdOrAlias: roomId })), "Forbidden")
    })
  )
]

const reads: ReadonlyArray<Check> = [
  check(
    "the reads agree on who is where",
    Effect.gen(function* () {
      const site = yield* Site
      const alice = yield* person("alice")
      const bob = yield* person("bob")
      const carol = yield* person("carol")
      const name = `reads-${alice.userId.slice(1, alice.userId.indexOf(":"))}`
      const roomId = yield* alice.createRoom({ preset: "public_chat", room_alias_name: name })
      yield* bob.membership.joinRoomById({ roomId })
      yield* alice.membership.inviteUser({ roomId, userId: carol.userId })
      const { getJoinedMembersByRoom, getJoinedRooms, getMembersByRoom, getRoomIdByAlias } = alice.membership
      const members = yield* getMembersByRoom({ roomId })
      const of = (userId: string) => members.find((event) => event.state_key === userId)?.content.membership
      deepStrictEqual(
        [alice, bob, carol].map(({ userId }) => of(userId)),
        ["join", "join", "invite"]
      )
      const invited = yield* getMembersByRoom({ roomId, membership: "invite" })
      deepStrictEqual(
        invited.map((event) => event.state_key),
        [carol.userId]
      )
      const others = yield* getMembersByRoom({ roomId, notMembership: "join" })
      deepStrictEqual(
        others.map((event) => event.state_key),
        [carol.userId]
      )
      deepStrictEqual([...(yield* getJoinedMembersByRoom({ roomId })).keys()].sort(), [alice.userId, bob.userId].sort())
      strictEqual((yield* getJoinedRooms).includes(roomId), true)
      strictEqual((yield* carol.membership.getJoinedRooms).includes(roomId), false)
      strictEqual(yield* getRoomIdByAlias({ roomAlias: RoomAlias.make(`#${name}:${site.serverName}`) }), roomId)
      strictEqual(yield* tagOf(carol.membership.getJoinedMembersByRoom({ roomId })), "Forbidden")
      const state = (asked: Person, eventType: string, stateKey = "") =>
        asked.membership.getRoomStateWithKey({ roomId, eventType, stateKey })
      strictEqual((yield* state(alice, "m.room.join_rules"))["join_rule"], "public")
      strictEqual((yield* state(bob, "m.room.member", alice.userId))["membership"], "join")
      const creation = { roomId, eventType: "m.room.create", stateKey: "", format: "event" } as const
      strictEqual((yield* bob.membership.getRoomStateWithKey(creation))["sender"], alice.userId)
      strictEqual(yield* tagOf(state(alice, "org.example.nothing")), "NotFound")
      strictEqual(yield* tagOf(state(carol, "m.room.join_rules")), "Forbidden")
    })
  )
]

const ensured: ReadonlyArray<Check> = [
  check(
    "ensure changes what is not so and leaves alone what is",
    Effect.gen(function* () {
      const alice = yield* person("alice")
      const bob = yield* person("bob")
      const roomId = yield* alice.createRoom({ preset: "private_chat" })
      const wants = (membership: MembershipState, unban = false) =>
        alice.membership.ensure({ roomId, userId: bob.userId, membership, unban })
      const both = (membership: MembershipState, unban = false) =>
        Effect.all([wants(membership, unban), wants(membership, unban)])
      deepStrictEqual(yield* both("invite"), ["changed", "unchanged"])
      strictEqual(yield* bob.membership.ensure({ roomId, userId: bob.userId, membership: "join" }), "changed")
      strictEqual(yield* wants("invite"), "unchanged")
      deepStrictEqual(yield* both("leave"), ["changed", "unchanged"])
      deepStrictEqual(yield* both("ban"), ["changed", "unchanged"])
      strictEqual(yield* wants("leave"), "unchanged")
      strictEqual(yield* tagOf(wants("invite")), "BadState")
      deepStrictEqual(yield* both("invite", true), ["changed", "unchanged"])
      strictEqual(yield* tagOf(wants("join")), "InvalidRequest")
      strictEqual(yield* standing(alice, roomId, bob), "invite")
    })
  )
]

export const checks: ReadonlyArray<Check> = [
  ...moderation,
  ...reads,
  ...ensured,
  ...underPaths("v3"),
  ...underPaths("r0"),
  check(
    "whoami and versions name the caller and the server's specification",
    Effect.gen(function* () {
      const alice = yield* person("alice")
      const me = yield* alice.membership.whoami
      strictEqual(me.userId, alice.userId)
      strictEqual(me.isGuest, false)
      const { versions } = yield* alice.membership.versions
      strictEqual(versions.includes("v1.1"), true)
    })
  ),
  check(
    "join by alias with via gives the id of the room",
    Effect.gen(function* () {
      const site = yield* Site
      const alice = yield* person("alice")
      const bob = yield* person("bob")
      const local = `hall-${bob.userId.slice(1, bob.userId.indexOf(":"))}`
      const roomId = yield* alice.createRoom({ preset: "public_chat", room_alias_name: local })
      const roomIdOrAlias = RoomAlias.make(`#${local}:${site.serverName}`)
      strictEqual(yield* bob.membership.joinRoom({ roomIdOrAlias }), roomId)
      strictEqual(yield* bob.membership.joinRoom({ roomIdOrAlias: roomId }), roomId)
    })
  ),
  check(
    "refusals are typed: Forbidden, BadState, NotFound, Refused",
    Effect.gen(function* () {
      const site = yield* Site
      const alice = yield* person("alice")
      const bob = yield* person("bob")
      const roomId = yield* alice.createRoom({ preset: "private_chat" })
      strictEqual(yield* tagOf(bob.membership.joinRoom({ roomIdOrAlias: roomId })), "Forbidden")
      strictEqual(yield* tagOf(alice.membership.inviteUser({ roomId, userId: alice.userId })), "Forbidden")
      strictEqual(yield* tagOf(alice.membership.forgetRoom({ roomId })), "Refused")
      const nowhere = RoomAlias.make(`#nowhere-at-all:${site.serverName}`)
      strictEqual(yield* tagOf(bob.membership.joinRoom({ roomIdOrAlias: nowhere })), "NotFound")
      yield* alice.membership.ban({ roomId, userId: bob.userId })
      strictEqual(yield* tagOf(alice.membership.inviteUser({ roomId, userId: bob.userId })), "BadState")
    })
  )
]

/** All of `checks`, one after the other, with how each ended. */
export const runAll = (checks: ReadonlyArray<Check>) =>
  Effect.forEach(checks, (check) =>
    Effect.map(Effect.exit(Effect.scoped(check.run)), (exit) => ({ name: check.name, exit }))
  )
