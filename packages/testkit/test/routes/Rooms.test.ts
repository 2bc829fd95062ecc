import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { forbidden, inMemory, ok, path, populated, unknown } from "../Stage.ts"
import { post, verdict } from "../Talk.ts"

describe("knocking", () => {
  it.effect.each([
    { version: "6", joinRule: "knock", answer: "500 M_FORBIDDEN" },
    { version: "7", joinRule: "knock", answer: ok },
    { version: "9", joinRule: "knock_restricted", answer: forbidden },
    { version: "10", joinRule: "knock_restricted", answer: ok },
    { version: "11", joinRule: "invite", answer: forbidden },
    { version: "11", joinRule: "public", answer: forbidden }
  ])("in version $version with rule $joinRule: $answer", ({ answer, joinRule, version }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("bob")
      const roomId = yield* fake.createRoom({ creator: "alice", joinRule, roomVersion: version })
      assert.strictEqual(verdict(yield* post(path("knock", roomId), accessToken)), answer)
    }).pipe(inMemory)
  )
})

describe("a restricted room", () => {
  it.effect.each([
    { version: "7", joinRule: "restricted", answer: forbidden },
    { version: "8", joinRule: "restricted", answer: ok },
    { version: "9", joinRule: "knock_restricted", answer: forbidden },
    { version: "10", joinRule: "knock_restricted", answer: ok }
  ])("of version $version with rule $joinRule lets members of the named room in: $answer", (the) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("bob")
      const space = yield* fake.createRoom({ creator: "alice", members: { bob: "join" } })
      const { joinRule, version: roomVersion } = the
      const roomId = yield* fake.createRoom({ creator: "alice", joinRule, allowedRooms: [space], roomVersion })
      assert.strictEqual(verdict(yield* post(path("join", roomId), accessToken)), the.answer)
      const [last] = (yield* fake.timeline(roomId)).slice(-1)
      assert.strictEqual(
        last?.content["join_authorised_via_users_server"],
        the.answer === ok ? "@alice:localhost" : undefined
      )
    }).pipe(inMemory)
  )

  it.effect("is closed to who is only invited to the named room, or was a member once", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const invited = yield* fake.register("invited")
      const former = yield* fake.register("former")
      const members = { invited: "invite", former: "leave" } as const
      const space = yield* fake.createRoom({ creator: "alice", members })
      const roomId = yield* fake.createRoom({ creator: "alice", joinRule: "restricted", allowedRooms: [space] })
      for (const { accessToken } of [invited, former])
        assert.strictEqual(verdict(yield* post(path("join", roomId), accessToken)), forbidden)
    }).pipe(inMemory)
  )

  it.effect("has the most powerful member vouch, or any member where everybody may invite", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("bob")
      const space = yield* fake.createRoom({ creator: "alice", members: { bob: "join" } })
      const voucher = (members: Readonly<Record<string, "join" | "leave">>) =>
        Effect.gen(function* () {
          const roomId = yield* fake.createRoom({
            creator: "alice",
            joinRule: "restricted",
            allowedRooms: [space],
            roomVersion: "11",
            powerLevels: { invite: 0, users: { "@low:localhost": 10, "@high:localhost": 20 } },
            members: { alice: "leave", ...members }
          })
          yield* post(path("join", roomId), accessToken)
          return (yield* fake.timeline(roomId)).at(-1)?.content["join_authorised_via_users_server"]
        })
      assert.strictEqual(yield* voucher({ low: "join", high: "join", plain: "join" }), "@high:localhost")
      assert.strictEqual(yield* voucher({ low: "join", high: "leave" }), "@low:localhost")
      assert.strictEqual(yield* voucher({ plain: "join" }), "@plain:localhost")
    }).pipe(inMemory)
  )

  it.effect("with nobody here who could vouch needs another server", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("bob")
      const roomId = yield* fake.createRoom({
        creator: "alice",
        joinRule: "restricted",
        roomVersion: "11",
        powerLevels: { invite: 101 }
      })
      assert.strictEqual(verdict(yield* post(path("join", roomId), accessToken)), "404 M_UNKNOWN")
    }).pipe(inMemory)
  )
})

describe("a room the server is not in", () => {
  const elsewhere = "!elsewhere:other.org"

  it.effect.each([
    { operation: "invite", answer: forbidden },
    { operation: "ban", answer: forbidden },
    { operation: "leave", answer: "404 M_UNKNOWN" },
    { operation: "kick", answer: "404 M_UNKNOWN" },
    { operation: "unban", answer: "404 M_UNKNOWN" },
    { operation: "join", answer: "404 M_UNKNOWN" },
    { operation: "knock", answer: "404 M_UNKNOWN" },
    { operation: "forget", answer: ok }
  ])("$operation: $answer", ({ answer, operation }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const heard = yield* post(path(operation, elsewhere), accessToken, { user_id: "@bob:localhost" })
      assert.strictEqual(verdict(heard), answer)
    }).pipe(inMemory)
  )

  it.effect("kick of a user of another server: 400 M_BAD_JSON", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const heard = yield* post(path("kick", elsewhere), accessToken, { user_id: "@bob:other.org" })
      assert.strictEqual(verdict(heard), "400 M_BAD_JSON")
    }).pipe(inMemory)
  )

  it.effect("any more, since everybody left, still takes the refusal of an invite", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const alice = yield* fake.register("alice")
      const bob = yield* fake.register("bob")
      const roomId = yield* fake.createRoom({ creator: "alice", joinRule: "public", members: { bob: "invite" } })
      yield* post(path("leave", roomId), alice.accessToken)
      assert.strictEqual(verdict(yield* post(path("leave", roomId), bob.accessToken)), ok)
      assert.strictEqual(verdict(yield* post(path("join", roomId), bob.accessToken)), "404 M_UNKNOWN")
    }).pipe(inMemory)
  )

  it.effect.each([
    { name: "neither an id nor an alias", at: "hall", answer: unknown },
    { name: "a room id without server that is no hash", at: "!hall", answer: unknown },
    { name: "an unknown alias", at: "#hall:localhost", answer: "404 M_NOT_FOUND" },
    { name: "an alias of a server that cannot be asked", at: "#hall:other.org", answer: "502 M_UNKNOWN" }
  ])("joined by $name: $answer", ({ answer, at }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      assert.strictEqual(verdict(yield* post(`/join/${encodeURIComponent(at)}`, accessToken)), answer)
    }).pipe(inMemory)
  )
})

describe("a room that the administrator blocked", () => {
  it.effect("lets nobody in, and everybody out", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      yield* fake.blockRoom(roomId)
      const invite = yield* post(path("invite", roomId), tokens.mod, { user_id: "@new:localhost" })
      assert.strictEqual(verdict(invite), "403 M_UNKNOWN")
      assert.strictEqual(verdict(yield* post(path("leave", roomId), tokens.plain)), ok)
    }).pipe(inMemory)
  )
})
