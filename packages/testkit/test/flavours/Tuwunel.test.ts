import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { forbidden, ok, path, populated, unknown } from "../Stage.ts"
import { key, post, talk, verdict } from "../Talk.ts"
import { as, cells } from "./Cells.ts"

const badJson = "400 M_BAD_JSON"

cells("tuwunel", [
  { operation: "invite", answers: [ok, ok, forbidden, ok, forbidden, ok] },
  { operation: "join", joinRule: "public", answers: [ok, ok, ok, ok, forbidden, ok], silent: ["join"] },
  { operation: "join", answers: [forbidden, ok, ok, forbidden, forbidden, forbidden], silent: ["join"] },
  { operation: "knock", joinRule: "knock", answers: [ok, forbidden, forbidden, ok, forbidden, ok], silent: ["knock"] },
  { operation: "leave", answers: [ok, ok, ok, ok, ok, ok], silent: ["none", "leave", "ban"] },
  { operation: "forget", answers: [ok, unknown, unknown, ok, ok, unknown] },
  { operation: "kick", answers: [forbidden, ok, ok, forbidden, forbidden, ok] },
  { operation: "ban", answers: [ok, ok, ok, ok, ok, ok] },
  { operation: "unban", answers: [forbidden, forbidden, forbidden, forbidden, ok, forbidden] }
])

describe("tuwunel", () => {
  it.effect("lets nobody kick or ban themselves", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const body = { user_id: "@mod:localhost" }
      assert.strictEqual(verdict(yield* post(path("kick", roomId), tokens.mod, body)), forbidden)
      assert.strictEqual(verdict(yield* post(path("ban", roomId), tokens.mod, body)), forbidden)
    }).pipe(as("tuwunel"))
  )

  it.effect("lets a room be left and forgotten that nobody has heard of, and nobody kicked or unbanned there", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      const answer = (operation: string) =>
        Effect.map(post(path(operation, "!none:localhost"), accessToken, { user_id: "@bob:localhost" }), verdict)
      assert.deepStrictEqual(yield* Effect.forEach(["leave", "forget", "kick", "unban"], answer), [
        ok,
        ok,
        forbidden,
        forbidden
      ])
    }).pipe(as("tuwunel"))
  )

  it.effect.each([
    { ignoring: "bob", ignored: "alice" },
    { ignoring: "alice", ignored: "bob" }
  ])("drops an invite of $ignoring's and $ignored's without a word when $ignoring ignores $ignored", (one) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const alice = yield* fake.user("alice")
      const bob = yield* fake.user("bob")
      const roomId = yield* fake.room({ creator: "alice" })
      const { accessToken, userId } = one.ignoring === "bob" ? bob : alice
      const list = { ignored_users: { [`@${one.ignored}:localhost`]: {} } }
      const keep = `/_matrix/client/v3/user/${userId}/account_data/m.ignored_user_list`
      assert.strictEqual(verdict(yield* talk("PUT", keep, { token: accessToken, body: list })), ok)
      const invite = (target: string) => post(path("invite", roomId), alice.accessToken, { user_id: target })
      assert.strictEqual(verdict(yield* invite(bob.userId)), ok)
      yield* fake.expectMembership(roomId, "bob", undefined)
      assert.strictEqual(verdict(yield* invite("@carol:localhost")), ok)
      yield* fake.expectMembership(roomId, "carol", "invite")
      yield* post(path("ban", roomId), alice.accessToken, { user_id: bob.userId })
      // Who is banned is not invited; who is ignored by the inviter is not even looked at.
      assert.strictEqual(verdict(yield* invite(bob.userId)), one.ignoring === "bob" ? forbidden : ok)
    }).pipe(as("tuwunel"))
  )

  it.effect("invites no addresses, unless there is a user id beside one", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const invite = (body: unknown) => Effect.map(post(path("invite", roomId), tokens.admin, body), verdict)
      const address = { medium: "email", address: "bob@example.org", id_server: "matrix.org", id_access_token: "x" }
      assert.strictEqual(yield* invite(address), "403 M_THREEPID_DENIED")
      assert.strictEqual(yield* invite({ medium: "email", address: "bob@example.org" }), badJson)
      assert.strictEqual(yield* invite({ ...address, user_id: "@bob:localhost" }), ok)
      yield* fake.expectMembership(roomId, "bob", "invite")
    }).pipe(as("tuwunel"))
  )

  it.effect("wants to be told whom, and keeps the reason of a leave", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      for (const operation of ["invite", "kick", "ban", "unban"])
        assert.strictEqual(verdict(yield* post(path(operation, roomId), tokens.mod, {})), badJson)
      assert.strictEqual(verdict(yield* post(path("leave", roomId), tokens.mod, { reason: "kept" })), ok)
      assert.strictEqual((yield* fake.timeline(roomId)).at(-1)?.content["reason"], "kept")
    }).pipe(as("tuwunel"))
  )

  it.effect("knows that an alias leads nowhere", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      assert.strictEqual(verdict(yield* post("/join/%23none%3Alocalhost", accessToken)), "404 M_NOT_FOUND")
      assert.strictEqual(verdict(yield* post("/knock/%23none%3Alocalhost", accessToken)), "404 M_NOT_FOUND")
    }).pipe(as("tuwunel"))
  )

  it.effect("says what it speaks", () =>
    Effect.gen(function* () {
      const heard = yield* talk("GET", "/_matrix/client/versions")
      assert.include(key(heard, "versions"), "v1.19")
    }).pipe(as("tuwunel"))
  )
})
