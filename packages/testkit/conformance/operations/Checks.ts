/**
 * What core promises, tried on a homeserver: the same checks run on the fake in memory, on the fake's real port and on a
 * real Synapse. A check fails with an assertion.
 */
import { strictEqual } from "node:assert/strict"
import { RoomAlias, type RoomId } from "@matrix-membership/core/MatrixId"
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

export const checks: ReadonlyArray<Check> = [
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
      const tag = <A>(effect: Effect.Effect<A, { readonly _tag: string }>) =>
        Effect.map(Effect.flip(effect), (error) => error._tag)
      strictEqual(yield* tag(bob.membership.joinRoom({ roomIdOrAlias: roomId })), "Forbidden")
      strictEqual(yield* tag(alice.membership.inviteUser({ roomId, userId: alice.userId })), "Forbidden")
      strictEqual(yield* tag(alice.membership.forgetRoom({ roomId })), "Refused")
      const nowhere = RoomAlias.make(`#nowhere-at-all:${site.serverName}`)
      strictEqual(yield* tag(bob.membership.joinRoom({ roomIdOrAlias: nowhere })), "NotFound")
      yield* alice.membership.ban({ roomId, userId: bob.userId })
      strictEqual(yield* tag(alice.membership.inviteUser({ roomId, userId: bob.userId })), "BadState")
    })
  )
]

/** All checks, one after the other; fails with the names and causes of those that failed. */
export const runAll = Effect.forEach(checks, (check) =>
  Effect.map(Effect.exit(Effect.scoped(check.run)), (exit) => ({ name: check.name, exit }))
)
