import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Actor, badState, forbidden, inMemory, ok, path, populated } from "../Stage.ts"
import { key, post, talk, verdict } from "../Talk.ts"

interface Fault {
  readonly what: string
  readonly actor: Actor
  readonly operation: "invite" | "kick" | "ban" | "unban"
  readonly target: string
  readonly answer: string
}

const faults: ReadonlyArray<Fault> = [
  { what: "a non-member invites", actor: "outsider", operation: "invite", target: "new", answer: forbidden },
  { what: "a non-member kicks", actor: "outsider", operation: "kick", target: "other", answer: forbidden },
  { what: "a non-member bans", actor: "outsider", operation: "ban", target: "other", answer: forbidden },
  { what: "a non-member unbans", actor: "outsider", operation: "unban", target: "banned", answer: forbidden },
  {
    what: "a non-member invites a banned user",
    actor: "outsider",
    operation: "invite",
    target: "banned",
    answer: badState
  },
  {
    what: "a non-member kicks a banned user",
    actor: "outsider",
    operation: "kick",
    target: "banned",
    answer: badState
  },
  { what: "an invite without power", actor: "plain", operation: "invite", target: "new", answer: forbidden },
  { what: "a kick without power", actor: "plain", operation: "kick", target: "other", answer: forbidden },
  { what: "a ban without power", actor: "plain", operation: "ban", target: "other", answer: forbidden },
  { what: "an unban without power", actor: "plain", operation: "unban", target: "banned", answer: forbidden },
  { what: "a kick of an equal", actor: "mod", operation: "kick", target: "peer", answer: forbidden },
  { what: "a ban of an equal", actor: "mod", operation: "ban", target: "peer", answer: forbidden },
  { what: "a kick of somebody above", actor: "mod", operation: "kick", target: "admin", answer: forbidden },
  { what: "a ban of oneself", actor: "admin", operation: "ban", target: "admin", answer: forbidden },
  { what: "an invite of oneself", actor: "admin", operation: "invite", target: "admin", answer: forbidden },
  { what: "a kick of oneself, which is a leave", actor: "plain", operation: "kick", target: "plain", answer: ok },
  { what: "a kick of a user who left", actor: "plain", operation: "kick", target: "gone", answer: forbidden },
  { what: "an invite with enough power", actor: "mod", operation: "invite", target: "new", answer: ok },
  { what: "a kick with enough power", actor: "mod", operation: "kick", target: "other", answer: ok }
]

describe("an actor at fault", () => {
  it.effect.each(faults)("$what: $answer", ({ actor, answer, operation, target }) =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const heard = yield* post(path(operation, roomId), tokens[actor], { user_id: `@${target}:localhost` })
      assert.strictEqual(verdict(heard), answer)
    }).pipe(inMemory)
  )

  it.effect("who may ban but not kick cannot unban either", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("mod")
      const powerLevels = { kick: 60, users: { "@mod:localhost": 50 } }
      const roomId = yield* fake.createRoom({ creator: "admin", powerLevels, members: { mod: "join", banned: "ban" } })
      const unban = yield* post(path("unban", roomId), accessToken, { user_id: "@banned:localhost" })
      assert.strictEqual(verdict(unban), forbidden)
    }).pipe(inMemory)
  )

  it.effect("who creates rooms of version 12 cannot be banned by a fellow creator", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const alice = yield* fake.register("alice")
      const bob = yield* fake.register("bob")
      const created = yield* post("/createRoom", alice.accessToken, {
        room_version: "12",
        preset: "trusted_private_chat",
        invite: [bob.userId]
      })
      const roomId = String(key(created, "room_id"))
      assert.match(roomId, /^![A-Za-z0-9_-]{43}$/u)
      yield* post(path("join", roomId), bob.accessToken)
      const ban = (token: string, user_id: string) => Effect.map(post(path("ban", roomId), token, { user_id }), verdict)
      assert.strictEqual(yield* ban(bob.accessToken, alice.userId), forbidden)
      assert.strictEqual(yield* ban(alice.accessToken, bob.userId), forbidden)
    }).pipe(inMemory)
  )
})

describe("special accounts", () => {
  it.effect("suspended: leaves, kicks and unbans, and nothing else", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      yield* fake.mark("mod", { suspended: true })
      const does = (operation: string, target: string) =>
        Effect.map(post(path(operation, roomId), tokens.mod, { user_id: `@${target}:localhost` }), verdict)
      assert.strictEqual(yield* does("invite", "new"), "403 M_USER_SUSPENDED")
      assert.strictEqual(yield* does("ban", "other"), "403 M_USER_SUSPENDED")
      assert.strictEqual(yield* does("kick", "other"), ok)
      assert.strictEqual(yield* does("unban", "banned"), ok)
      assert.strictEqual(yield* does("join", "mod"), "403 M_USER_SUSPENDED")
      assert.strictEqual(yield* does("leave", "mod"), ok)
    }).pipe(inMemory)
  )

  it.effect("locked: 401 everywhere but at logout", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      yield* fake.mark("mod", { locked: true })
      const heard = yield* post(path("leave", roomId), tokens.mod)
      assert.strictEqual(verdict(heard), "401 M_USER_LOCKED")
      assert.strictEqual(key(heard, "soft_logout"), true)
      assert.strictEqual(verdict(yield* post("/logout", tokens.mod)), ok)
    }).pipe(inMemory)
  )

  it.effect("shadow-banned: an invite succeeds, and nothing happens", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      yield* fake.mark("mod", { shadowBanned: true })
      const heard = yield* post(path("invite", roomId), tokens.mod, { user_id: "@new:localhost" })
      assert.strictEqual(verdict(heard), ok)
      assert.isUndefined(yield* fake.membershipOf(roomId, "new"))
    }).pipe(inMemory)
  )

  it.effect("who block invites by their account data do so until they change it", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const { accessToken: token } = yield* fake.user("new")
      const config = "/_matrix/client/v3/user/%40new%3Alocalhost/account_data/m.invite_permission_config"
      const invite = post(path("invite", roomId), tokens.mod, { user_id: "@new:localhost" })
      yield* talk("PUT", config, { token, body: { default_action: "block" } })
      assert.strictEqual(verdict(yield* invite), "403 M_INVITE_BLOCKED")
      yield* talk("PUT", config, { token, body: { default_action: "allow" } })
      assert.strictEqual(verdict(yield* invite), ok)
    }).pipe(inMemory)
  )

  it.effect("who block invites answer M_INVITE_BLOCKED", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      yield* fake.mark("new", { blocksInvites: true })
      const heard = yield* post(path("invite", roomId), tokens.mod, { user_id: "@new:localhost" })
      assert.strictEqual(verdict(heard), "403 M_INVITE_BLOCKED")
    }).pipe(inMemory)
  )

  it.effect("guests join where guests may, leave, and nothing else", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("guest", { guest: true })
      const closed = yield* fake.createRoom({ creator: "alice", joinRule: "public" })
      const open = yield* fake.createRoom({
        creator: "alice",
        joinRule: "public",
        state: [{ type: "m.room.guest_access", content: { guest_access: "can_join" } }]
      })
      const does = (operation: string, roomId: string) =>
        Effect.map(post(path(operation, roomId), accessToken, { user_id: "@bob:localhost" }), verdict)
      assert.strictEqual(yield* does("join", closed), forbidden)
      assert.strictEqual(yield* does("join", open), ok)
      assert.strictEqual(yield* does("invite", open), forbidden)
      assert.strictEqual(yield* does("knock", open), "403 M_GUEST_ACCESS_FORBIDDEN")
      assert.strictEqual(yield* does("leave", open), ok)
      assert.strictEqual(yield* does("forget", open), "403 M_GUEST_ACCESS_FORBIDDEN")
    }).pipe(inMemory)
  )
})

describe("guests", () => {
  it.effect("leave by themselves when they are not welcome any more", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const guest = yield* fake.register("guest", { guest: true })
      const roomId = yield* fake.createRoom({
        creator: "alice",
        joinRule: "public",
        members: { bob: "join" },
        state: [{ type: "m.room.guest_access", content: { guest_access: "can_join" } }]
      })
      yield* post(path("join", roomId), guest.accessToken)
      yield* talk("PUT", `/_matrix/client/v3${path("state/m.room.guest_access", roomId)}`, {
        token: accessToken,
        body: { guest_access: "forbidden" }
      })
      assert.strictEqual(yield* fake.membershipOf(roomId, "guest"), "leave")
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "join")
    }).pipe(inMemory)
  )
})

describe("MSC3848", () => {
  it.effect("tells in a code of its own why something is forbidden, if asked to", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const unstable = "org.matrix.msc3848.unstable.errcode"
      const invite = (actor: Actor, target: string) =>
        Effect.map(post(path("invite", roomId), tokens[actor], { user_id: `@${target}:localhost` }), (heard) =>
          key(heard, unstable)
        )
      assert.strictEqual(yield* invite("mod", "plain"), "ORG.MATRIX.MSC3848.ALREADY_JOINED")
      assert.strictEqual(yield* invite("plain", "new"), "ORG.MATRIX.MSC3848.INSUFFICIENT_POWER")
      assert.strictEqual(yield* invite("outsider", "new"), "ORG.MATRIX.MSC3848.NOT_JOINED")
    }).pipe(
      Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer({ msc3848: true }))))
    )
  )
})
