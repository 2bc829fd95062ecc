import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { note } from "../Follower.ts"
import { forbidden, inMemory, ok, path } from "../Stage.ts"
import { get, type Heard, key, post, verdict } from "../Talk.ts"

/** `m.note 1`, `m.room.member @bob:localhost join`, in the order of the page. */
const page = (heard: Heard): ReadonlyArray<string> => {
  const chunk = key(heard, "chunk")
  assert(Array.isArray(chunk))
  return chunk.map(({ content, state_key, type }) =>
    [type, state_key, content.membership ?? content.n].filter((part) => part !== undefined && part !== "").join(" ")
  )
}

const token = (heard: Heard, name: "start" | "end") => String(key(heard, name))

const messages = (roomId: string, accessToken: string, query: Readonly<Record<string, string>> = {}) =>
  get(`${path("messages", roomId)}?${new URLSearchParams({ dir: "b", limit: "100", ...query })}`, accessToken)

const scene = Effect.fnUntraced(function* (historyVisibility?: string) {
  const fake = yield* FakeHomeserver
  const alice = (yield* fake.register("alice")).accessToken
  const bob = (yield* fake.register("bob")).accessToken
  const state =
    historyVisibility === undefined
      ? []
      : [{ type: "m.room.history_visibility", content: { history_visibility: historyVisibility } }]
  const roomId = yield* fake.createRoom({ creator: "alice", joinRule: "public", state })
  return { fake, alice, bob, roomId }
})

describe("pages", () => {
  it.effect("go back from the end, and forth again from where one stopped", () =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* scene()
      for (let n = 1; n <= 4; n++) yield* note(alice, roomId, n)
      const last = yield* messages(roomId, alice, { limit: "2" })
      assert.deepStrictEqual(page(last), ["m.note 4", "m.note 3"])
      const from = token(last, "end")
      assert.deepStrictEqual(page(yield* messages(roomId, alice, { limit: "2", from })), ["m.note 2", "m.note 1"])
      assert.deepStrictEqual(page(yield* messages(roomId, alice, { dir: "f", from })), ["m.note 3", "m.note 4"])
      assert.deepStrictEqual(page(yield* messages(roomId, alice, { to: from })), ["m.note 4", "m.note 3"])
    }).pipe(inMemory)
  )

  it.effect("begin with the room when one goes forth, and end without an end", () =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* scene()
      const first = yield* messages(roomId, alice, { dir: "f", limit: "1" })
      assert.deepStrictEqual(page(first), ["m.room.create"])
      const rest = yield* messages(roomId, alice, { dir: "f", from: token(first, "end") })
      const none = yield* messages(roomId, alice, { dir: "f", from: token(rest, "end") })
      assert.deepStrictEqual(page(none), [])
      assert.isUndefined(key(none, "end"))
    }).pipe(inMemory)
  )

  it.effect("hold what a filter lets through", () =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* scene()
      yield* note(alice, roomId, 1)
      const filter = JSON.stringify({ not_types: ["m.room.*"] })
      assert.deepStrictEqual(page(yield* messages(roomId, alice, { filter })), ["m.note 1"])
    }).pipe(inMemory)
  )

  it.effect.each([
    { query: { dir: "x" }, answer: "400 M_INVALID_PARAM" },
    { query: { limit: "x" }, answer: "400 M_INVALID_PARAM" },
    { query: { limit: "-1" }, answer: "400 M_INVALID_PARAM" },
    { query: { from: "nonsense" }, answer: "400 M_UNKNOWN" },
    { query: { filter: "xx" }, answer: "400 M_NOT_JSON" }
  ])("are refused for $query: $answer", ({ answer, query }) =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* scene()
      assert.strictEqual(verdict(yield* messages(roomId, alice, query)), answer)
    }).pipe(inMemory)
  )
})

describe("who may read", () => {
  it.effect.each([
    { before: "invite", answer: forbidden },
    { before: "knock", answer: forbidden },
    { before: "ban", answer: forbidden },
    { before: "join", answer: ok },
    { before: "leave", answer: ok }
  ] as const)("from $before: $answer", ({ answer, before }) =>
    Effect.gen(function* () {
      const { bob, fake } = yield* scene()
      const roomId = yield* fake.createRoom({ creator: "alice", members: { bob: before } })
      assert.strictEqual(verdict(yield* messages(roomId, bob)), answer)
    }).pipe(inMemory)
  )

  it.effect("not a stranger, and nobody in a room that is not there", () =>
    Effect.gen(function* () {
      const { bob, roomId } = yield* scene()
      assert.strictEqual(verdict(yield* messages(roomId, bob)), forbidden)
      assert.strictEqual(verdict(yield* messages("!nowhere:localhost", bob)), forbidden)
    }).pipe(inMemory)
  )

  it.effect("a former member up to its leave, until it forgets the room", () =>
    Effect.gen(function* () {
      const { alice, bob, roomId } = yield* scene()
      yield* post(path("join", roomId), bob)
      yield* note(alice, roomId, 1)
      yield* post(path("leave", roomId), bob)
      yield* note(alice, roomId, 2)
      const seen = page(yield* messages(roomId, bob))
      assert.deepStrictEqual(seen.slice(0, 2), ["m.room.member @bob:localhost leave", "m.note 1"])
      yield* post(path("forget", roomId), bob)
      assert.strictEqual(verdict(yield* messages(roomId, bob)), forbidden)
    }).pipe(inMemory)
  )
})

describe("how far back one may look", () => {
  /** Notes 1 to 4: before the invite, between invite and join, while joined, after leaving. */
  const story = Effect.fnUntraced(function* (visibility: string) {
    const { alice, bob, roomId } = yield* scene(visibility)
    yield* note(alice, roomId, 1)
    yield* post(path("invite", roomId), alice, { user_id: "@bob:localhost" })
    yield* note(alice, roomId, 2)
    yield* post(path("join", roomId), bob)
    yield* note(alice, roomId, 3)
    const notes = Effect.map(messages(roomId, bob), (heard) =>
      page(heard)
        .filter((text) => text.startsWith("m.note"))
        .toReversed()
    )
    const joined = yield* notes
    yield* post(path("leave", roomId), bob)
    yield* note(alice, roomId, 4)
    return { joined, left: yield* notes }
  })

  it.effect.each([
    { visibility: "world_readable", seen: ["m.note 1", "m.note 2", "m.note 3"] },
    { visibility: "shared", seen: ["m.note 1", "m.note 2", "m.note 3"] },
    { visibility: "invited", seen: ["m.note 2", "m.note 3"] },
    { visibility: "joined", seen: ["m.note 3"] }
  ])("with $visibility: $seen", ({ seen, visibility }) =>
    Effect.gen(function* () {
      const { joined, left } = yield* story(visibility)
      assert.deepStrictEqual(joined, seen)
      assert.deepStrictEqual(left, seen)
    }).pipe(inMemory)
  )

  it.effect("as a stranger: what was written while the world could read it", () =>
    Effect.gen(function* () {
      const { alice, bob, roomId } = yield* scene("world_readable")
      yield* note(alice, roomId, 1)
      assert.deepStrictEqual(page(yield* messages(roomId, bob)), ["m.note 1", "m.room.history_visibility"])
    }).pipe(inMemory)
  )
})

describe("one event", () => {
  it.effect("is shown to those who may see it", () =>
    Effect.gen(function* () {
      const { alice, bob, roomId } = yield* scene("joined")
      const eventId = String(key(yield* note(alice, roomId, 1), "event_id"))
      const read = (accessToken: string) => get(`${path("event", roomId)}/${encodeURIComponent(eventId)}`, accessToken)
      assert.deepInclude((yield* read(alice)).body, { type: "m.note", content: { n: 1 }, room_id: roomId })
      assert.strictEqual(verdict(yield* read(bob)), forbidden)
      yield* post(path("join", roomId), bob)
      assert.strictEqual(verdict(yield* read(bob)), "404 M_NOT_FOUND")
    }).pipe(inMemory)
  )
})
