import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { inMemory, ok, path } from "../Stage.ts"
import { get, post, talk, verdict } from "../Talk.ts"

const put = (userId: string, key: string, token: string, body: unknown) =>
  talk("PUT", `/_matrix/client/v3/profile/${encodeURIComponent(userId)}/${key}`, { token, body })

describe("a new name", () => {
  it.effect("goes into the rooms its user is in, and into no others", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken, userId } = yield* fake.register("bob")
      const joined = yield* fake.createRoom({ creator: "alice", members: { bob: "join" } })
      const invited = yield* fake.createRoom({ creator: "alice", members: { bob: "invite" } })
      assert.strictEqual(verdict(yield* put(userId, "displayname", accessToken, { displayname: "Robert" })), ok)
      const nameIn = (roomId: string) =>
        Effect.map(fake.timeline(roomId), (events) => events.at(-1)?.content["displayname"])
      assert.strictEqual(yield* nameIn(joined), "Robert")
      assert.strictEqual(yield* nameIn(invited), "bob")
      assert.deepStrictEqual((yield* get(`/profile/${userId}`, accessToken)).body, { displayname: "Robert" })
    }).pipe(inMemory)
  )

  it.effect("makes a repeated invite a new event", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const alice = yield* fake.register("alice")
      const bob = yield* fake.register("bob")
      const roomId = yield* fake.createRoom({ creator: "alice" })
      const invite = post(path("invite", roomId), alice.accessToken, { user_id: bob.userId })
      const count = Effect.map(fake.timeline(roomId), (events) => events.length)
      yield* invite
      yield* invite
      const before = yield* count
      yield* put(bob.userId, "displayname", bob.accessToken, { displayname: "Robert" })
      yield* invite
      assert.strictEqual(yield* count, before + 1)
    }).pipe(inMemory)
  )

  it.effect.each([
    { what: "of somebody else", userId: "@alice:localhost", body: { displayname: "x" }, answer: "400 M_FORBIDDEN" },
    { what: "left out", userId: "@bob:localhost", body: {}, answer: "400 M_MISSING_PARAM" },
    { what: "that is no text", userId: "@bob:localhost", body: { displayname: 1 }, answer: "400 M_INVALID_PARAM" }
  ])("$what: $answer", ({ answer, body, userId }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("bob")
      assert.strictEqual(verdict(yield* put(userId, "displayname", accessToken, body)), answer)
    }).pipe(inMemory)
  )
})
