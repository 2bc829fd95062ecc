import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { forbidden, inMemory, ok, path, populated } from "../Stage.ts"
import { get, type Heard, key, post, talk, verdict } from "../Talk.ts"

const memberships = ["none", "invite", "join", "leave", "ban", "knock"] as const

/** `["@alice:localhost join"]` of a chunk of member events. */
const chunk = (heard: Heard): ReadonlyArray<string> => {
  const events = key(heard, "chunk")
  assert(Array.isArray(events))
  return events.map((event) => `${event.state_key} ${event.content.membership}`)
}

describe("members", () => {
  const answers = { none: forbidden, invite: forbidden, join: ok, leave: ok, ban: forbidden, knock: forbidden }

  it.effect.each(memberships.map((before) => ({ before, answer: answers[before] })))(
    "asked from $before: $answer",
    ({ answer, before }) =>
      Effect.gen(function* () {
        const fake = yield* FakeHomeserver
        const { accessToken } = yield* fake.register("bob")
        const members = before === "none" ? {} : { bob: before }
        const roomId = yield* fake.createRoom({ creator: "alice", members })
        assert.strictEqual(verdict(yield* get(path("members", roomId), accessToken)), answer)
        const joined = yield* get(path("joined_members", roomId), accessToken)
        assert.strictEqual(verdict(joined), before === "join" ? ok : forbidden)
      }).pipe(inMemory)
  )

  it.effect("are shown to a former member as they were, until the room is forgotten", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      yield* post(path("leave", roomId), tokens.plain)
      yield* post(path("kick", roomId), tokens.mod, { user_id: "@other:localhost" })
      const seen = chunk(yield* get(path("members", roomId), tokens.plain))
      assert.include(seen, "@plain:localhost leave")
      assert.include(seen, "@other:localhost join")
      assert.strictEqual(yield* fake.membershipOf(roomId, "other"), "leave")
      yield* post(path("forget", roomId), tokens.plain)
      assert.strictEqual(verdict(yield* get(path("members", roomId), tokens.plain)), forbidden)
    }).pipe(inMemory)
  )

  it.effect("come back into sight of who forgot the room with the next invite", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      yield* post(path("leave", roomId), tokens.plain)
      yield* post(path("forget", roomId), tokens.plain)
      yield* post(path("invite", roomId), tokens.mod, { user_id: "@plain:localhost" })
      yield* post(path("leave", roomId), tokens.plain)
      assert.strictEqual(verdict(yield* get(path("members", roomId), tokens.plain)), ok)
    }).pipe(inMemory)
  )

  it.effect("have to pass both filters", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const ask = (query: string) => Effect.map(get(`${path("members", roomId)}${query}`, tokens.plain), chunk)
      assert.deepStrictEqual(yield* ask("?membership=ban"), ["@banned:localhost ban"])
      assert.deepStrictEqual(yield* ask("?membership=ban&not_membership=leave"), ["@banned:localhost ban"])
      assert.deepStrictEqual(yield* ask("?membership=ban&not_membership=ban"), [])
      assert.deepStrictEqual((yield* ask("?not_membership=join")).toSorted(), [
        "@banned:localhost ban",
        "@gone:localhost leave"
      ])
    }).pipe(inMemory)
  )

  it.effect("at a token are as they were then", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const token = yield* fake.streamToken
      yield* post(path("ban", roomId), tokens.mod, { user_id: "@other:localhost" })
      const ask = (at: string) => get(`${path("members", roomId)}?membership=join&at=${at}`, tokens.plain)
      assert.include(chunk(yield* ask(token)), "@other:localhost join")
      assert.notInclude(chunk(yield* ask(yield* fake.streamToken)), "@other:localhost join")
      assert.strictEqual(verdict(yield* ask("s0")), "404 M_NOT_FOUND")
      assert.strictEqual(verdict(yield* ask("yesterday")), "400 M_UNKNOWN")
    }).pipe(inMemory)
  )

  it.effect("of a world-readable room are shown to strangers", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("stranger")
      const roomId = yield* fake.createRoom({
        creator: "alice",
        state: [{ type: "m.room.history_visibility", content: { history_visibility: "world_readable" } }]
      })
      assert.deepStrictEqual(chunk(yield* get(path("members", roomId), accessToken)), ["@alice:localhost join"])
      assert.strictEqual(verdict(yield* get(path("joined_members", roomId), accessToken)), ok)
    }).pipe(inMemory)
  )
})

describe("joined members", () => {
  it.effect("always have a name and a picture, null where there is none", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice", { displayname: "Alice", avatarUrl: "mxc://localhost/a" })
      const roomId = yield* fake.createRoom({
        creator: "alice",
        members: { "@bob:other.org": "join", carol: "invite" }
      })
      const heard = yield* get(path("joined_members", roomId), accessToken)
      assert.deepStrictEqual(key(heard, "joined"), {
        "@alice:localhost": { display_name: "Alice", avatar_url: "mxc://localhost/a" },
        "@bob:other.org": { display_name: null, avatar_url: null }
      })
    }).pipe(inMemory)
  )
})

describe("joined rooms", () => {
  it.effect("are those the user is joined to, and no others", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("bob")
      const joined = yield* fake.createRoom({ creator: "alice", members: { bob: "join" } })
      yield* fake.createRoom({ creator: "alice", members: { bob: "invite" } })
      yield* fake.createRoom({ creator: "alice" })
      assert.deepStrictEqual(key(yield* get("/joined_rooms", accessToken), "joined_rooms"), [joined])
    }).pipe(inMemory)
  )
})

describe("the directory", () => {
  it.effect("resolves an alias without a token", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const roomId = yield* fake.createRoom({ creator: "alice", alias: "hall" })
      const at = (alias: string) => talk("GET", `/_matrix/client/v3/directory/room/${encodeURIComponent(alias)}`)
      assert.deepStrictEqual((yield* at("#hall:localhost")).body, { room_id: roomId, servers: ["localhost"] })
      assert.strictEqual(verdict(yield* at("#attic:localhost")), "404 M_NOT_FOUND")
      assert.strictEqual(verdict(yield* at("hall")), "400 M_INVALID_PARAM")
    }).pipe(inMemory)
  )
})
