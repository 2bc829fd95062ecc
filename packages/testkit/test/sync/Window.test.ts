import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { brief, note, said, sync } from "../Follower.ts"
import { inMemory, path } from "../Stage.ts"
import { get, post, talk } from "../Talk.ts"

/** Alice with a room of her own. */
const scene = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const alice = (yield* fake.register("alice")).accessToken
  const roomId = yield* fake.createRoom({ creator: "alice" })
  const invite = post(path("invite", roomId), alice, { user_id: "@bob:localhost" })
  return { alice, invite, roomId }
})

describe("a gap", () => {
  it.effect("leaves events out, but no state that changed in it", () =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* scene
      const { next_batch: since } = yield* sync(alice)
      yield* note(alice, roomId, 1)
      yield* talk("PUT", `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state/m.room.topic`, {
        token: alice,
        body: { topic: "new" }
      })
      yield* note(alice, roomId, 2)
      yield* note(alice, roomId, 3)
      const filter = '{"room":{"timeline":{"limit":2}}}'
      const answer = yield* sync(alice, { since, filter })
      assert.deepStrictEqual(said(answer, roomId), { join: ["m.room.topic", "|", "m.note 2", "m.note 3"] })
      const { prev_batch: from = "" } = answer.rooms?.join?.[roomId]?.timeline ?? {}
      const page = yield* get(
        `${path("messages", roomId)}?${new URLSearchParams({ dir: "b", limit: "2", from })}`,
        alice
      )
      assert.include(JSON.stringify(page.body), '"n":1')
      assert.notInclude(JSON.stringify(page.body), '"n":2')
    }).pipe(inMemory)
  )

  it.effect("is none where everything fits in", () =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* scene
      const { next_batch: since } = yield* sync(alice)
      for (let n = 1; n <= 3; n++) yield* note(alice, roomId, n)
      const { rooms } = yield* sync(alice, { since })
      assert.isFalse(rooms?.join?.[roomId]?.timeline.limited)
      assert.strictEqual(rooms?.join?.[roomId]?.timeline.events.length, 3)
    }).pipe(inMemory)
  )
})

describe("a filter", () => {
  it.effect.each([
    { what: "types", filter: { room: { timeline: { types: ["m.note"] } } }, left: ["m.note 1"] },
    { what: "types left out", filter: { room: { timeline: { not_types: ["m.note"] } } }, left: ["m.other 2"] },
    { what: "types by their beginning", filter: { room: { timeline: { types: ["m.o*"] } } }, left: ["m.other 2"] },
    { what: "senders left out", filter: { room: { timeline: { not_senders: ["@alice:localhost"] } } }, left: [] },
    { what: "no event at all", filter: { room: { timeline: { limit: 0 } } }, left: [] }
  ])("of $what", ({ filter, left }) =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* scene
      const { next_batch: since } = yield* sync(alice)
      yield* note(alice, roomId, 1)
      const other = `${path("send", roomId)}/m.other/1`
      yield* talk("PUT", `/_matrix/client/v3${other}`, { token: alice, body: { n: 2 } })
      const { rooms } = yield* sync(alice, { since, filter: JSON.stringify(filter) })
      assert.deepStrictEqual(rooms?.join?.[roomId]?.timeline.events.map(brief) ?? [], left)
    }).pipe(inMemory)
  )

  it.effect("that was kept is found by its id", () =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* scene
      const kept = yield* post(`/user/@alice:localhost/filter`, alice, { room: { timeline: { limit: 1 } } })
      assert.deepStrictEqual(kept.body, { filter_id: "0" })
      const { rooms } = yield* sync(alice, { filter: "0" })
      assert.strictEqual(rooms?.join?.[roomId]?.timeline.events.length, 1)
    }).pipe(inMemory)
  )

  it.effect("for lazy members brings the numbers that name a room", () =>
    Effect.gen(function* () {
      const { alice, invite, roomId } = yield* scene
      yield* invite
      const { rooms } = yield* sync(alice, { filter: '{"room":{"state":{"lazy_load_members":true}}}' })
      assert.deepStrictEqual(rooms?.join?.[roomId]?.summary, {
        "m.joined_member_count": 1,
        "m.invited_member_count": 1,
        "m.heroes": ["@bob:localhost"]
      })
    }).pipe(inMemory)
  )
})
