import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { brief, note, said, sync } from "../Follower.ts"
import { inMemory, path } from "../Stage.ts"
import { get, post, talk, verdict } from "../Talk.ts"

const bobs = (membership: string) => `m.room.member @bob:localhost ${membership}`

/** Alice with a room of her own, and Bob, who has synced once. */
const scene = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const alice = (yield* fake.register("alice")).accessToken
  const bob = (yield* fake.register("bob")).accessToken
  const roomId = yield* fake.createRoom({ creator: "alice", powerLevels: { invite: 0 } })
  const { next_batch: since } = yield* sync(bob)
  const change = (operation: string, token = alice) =>
    post(path(operation, roomId), token, token === alice ? { user_id: "@bob:localhost" } : {})
  return { fake, alice, bob, roomId, since, change }
})

describe("the first sync", () => {
  it.effect("of a newcomer says where to go on, and that nobody is notified of anything", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const { account_data, rooms } = yield* sync(accessToken)
      assert.isUndefined(rooms)
      assert.deepStrictEqual(account_data?.events.map(brief), ["m.push_rules"])
    }).pipe(inMemory)
  )

  it.effect("has the last events of a room, and the state before them", () =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* scene
      for (let n = 1; n <= 8; n++) yield* note(alice, roomId, n)
      const answer = yield* sync(alice)
      const { state, timeline } = answer.rooms?.join?.[roomId] ?? assert.fail("no such room")
      assert.deepStrictEqual(state.events.map(brief), [
        "m.room.create",
        "m.room.member @alice:localhost join",
        "m.room.power_levels"
      ])
      assert.strictEqual(timeline.events.length, 10)
      assert.strictEqual(timeline.events.map(brief).at(-1), "m.note 8")
      assert.isTrue(timeline.limited)
    }).pipe(inMemory)
  )

  it.effect("is not told of rooms that one left by oneself, unless one asks", () =>
    Effect.gen(function* () {
      const { bob, change, roomId } = yield* scene
      yield* change("invite")
      yield* change("leave", bob)
      assert.deepStrictEqual(said(yield* sync(bob), roomId), {})
      const withLeft = yield* sync(bob, { filter: '{"room":{"include_leave":true}}' })
      assert.strictEqual(said(withLeft, roomId)["leave"]?.at(-1), bobs("leave"))
      yield* change("forget", bob)
      assert.deepStrictEqual(said(yield* sync(bob, { filter: '{"room":{"include_leave":true}}' }), roomId), {})
    }).pipe(inMemory)
  )

  it.effect.each(["kick", "ban"])("is told of a room after a %s", (operation) =>
    Effect.gen(function* () {
      const { bob, change, roomId } = yield* scene
      yield* change("invite")
      yield* change("join", bob)
      yield* change(operation)
      assert.property(said(yield* sync(bob), roomId), "leave")
    }).pipe(inMemory)
  )
})

describe("a membership as its owner is told of it", () => {
  it.effect("goes from invite over join to leave", () =>
    Effect.gen(function* () {
      const { alice, bob, change, roomId, since } = yield* scene
      yield* change("invite")
      const invited = yield* sync(bob, { since })
      assert.deepStrictEqual(said(invited, roomId), {
        invite: [
          ...["m.room.create", "m.room.join_rules"],
          ...["m.room.member @alice:localhost join", "m.room.member @bob:localhost invite"]
        ]
      })
      yield* change("join", bob)
      const joined = yield* sync(bob, { since: invited.next_batch })
      assert.strictEqual(said(joined, roomId)["join"]?.at(-1), bobs("join"))
      assert.include(said(joined, roomId)["join"] ?? [], "m.room.create")
      yield* note(alice, roomId, 1)
      const news = yield* sync(bob, { since: joined.next_batch })
      assert.deepStrictEqual(said(news, roomId), { join: ["|", "m.note 1"] })
      yield* change("kick")
      yield* note(alice, roomId, "after")
      const left = yield* sync(bob, { since: news.next_batch })
      assert.deepStrictEqual(said(left, roomId), { leave: ["|", bobs("leave")] })
      const later = yield* sync(bob, { since: left.next_batch })
      assert.isUndefined(later.rooms)
    }).pipe(inMemory)
  )

  it.effect("goes from knock to leave when it is denied", () =>
    Effect.gen(function* () {
      const { alice, bob, fake } = yield* scene
      const roomId = yield* fake.createRoom({ creator: "alice", joinRule: "knock" })
      const { next_batch: since } = yield* sync(bob)
      yield* post(path("knock", roomId), bob)
      const knocked = yield* sync(bob, { since })
      assert.deepStrictEqual(said(knocked, roomId), { knock: ["m.room.create", "m.room.join_rules", bobs("knock")] })
      yield* post(path("kick", roomId), alice, { user_id: "@bob:localhost" })
      const denied = yield* sync(bob, { since: knocked.next_batch })
      assert.deepStrictEqual(said(denied, roomId), { leave: ["|", bobs("leave")] })
    }).pipe(inMemory)
  )

  it.effect("is told to the end though all of it happened between two syncs", () =>
    Effect.gen(function* () {
      const { bob, change, roomId, since } = yield* scene
      yield* change("invite")
      yield* change("leave", bob)
      const refused = yield* sync(bob, { since })
      assert.deepStrictEqual(said(refused, roomId), { leave: ["|", bobs("invite"), bobs("leave")] })
      yield* change("invite")
      yield* change("join", bob)
      yield* change("leave", bob)
      const left = said(yield* sync(bob, { since: refused.next_batch }), roomId)["leave"] ?? []
      assert.deepStrictEqual(left.slice(-3), [bobs("invite"), bobs("join"), bobs("leave")])
      assert.include(left, "m.room.create")
    }).pipe(inMemory)
  )

  it.effect("comes with the whole room again after an absence", () =>
    Effect.gen(function* () {
      const { bob, change, fake, roomId } = yield* scene
      yield* change("invite")
      yield* change("join", bob)
      const { next_batch: since } = yield* sync(bob)
      yield* change("leave", bob)
      yield* change("invite")
      yield* change("join", bob)
      const { rooms } = yield* sync(bob, { since })
      assert.isTrue(rooms?.join?.[roomId]?.timeline.limited)
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "join")
      assert.include(rooms?.join?.[roomId]?.timeline.events.map(brief), "m.room.create")
    }).pipe(inMemory)
  )
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
      const { alice, change, roomId } = yield* scene
      yield* change("invite")
      const { rooms } = yield* sync(alice, { filter: '{"room":{"state":{"lazy_load_members":true}}}' })
      assert.deepStrictEqual(rooms?.join?.[roomId]?.summary, {
        "m.joined_member_count": 1,
        "m.invited_member_count": 1,
        "m.heroes": ["@bob:localhost"]
      })
    }).pipe(inMemory)
  )
})

describe("waiting for news", () => {
  it.effect("ends with the first event that concerns the waiter", () =>
    Effect.gen(function* () {
      const { alice, bob, change, fake, roomId, since } = yield* scene
      const waiting = yield* Effect.forkChild(sync(bob, { since, timeout: "30000" }))
      yield* TestClock.adjust("10 seconds")
      yield* fake.createRoom({ creator: "carol" })
      yield* note(alice, roomId, 1)
      yield* TestClock.adjust("1 second")
      assert.isUndefined(waiting.pollUnsafe())
      yield* change("invite")
      yield* TestClock.adjust(0)
      assert.property(said(yield* Fiber.join(waiting), roomId), "invite")
    }).pipe(inMemory)
  )

  it.effect("ends with what the test does to the world, too", () =>
    Effect.gen(function* () {
      const { bob, fake, since } = yield* scene
      const waiting = yield* Effect.forkChild(sync(bob, { since, timeout: "30000" }))
      yield* TestClock.adjust("1 second")
      const roomId = yield* fake.createRoom({ creator: "carol", members: { bob: "join" } })
      assert.property(said(yield* Fiber.join(waiting), roomId), "join")
    }).pipe(inMemory)
  )

  it.effect("ends with nothing new when the time is up, and not before", () =>
    Effect.gen(function* () {
      const { bob, since } = yield* scene
      const waiting = yield* Effect.forkChild(sync(bob, { since, timeout: "30000" }))
      yield* TestClock.adjust("29999 millis")
      assert.isUndefined(waiting.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* Fiber.join(waiting), { next_batch: since })
    }).pipe(inMemory)
  )

  it.effect("loses nothing that happens between two syncs", () =>
    Effect.gen(function* () {
      const { bob, change, roomId, since } = yield* scene
      yield* change("invite")
      const answer = yield* sync(bob, { since, timeout: "30000" })
      assert.property(said(answer, roomId), "invite")
    }).pipe(inMemory)
  )

  it.effect.each([{ full_state: "true" }, {}])("does not hold up who asks for all there is: %j", (query) =>
    Effect.gen(function* () {
      const { bob, since } = yield* scene
      const answer = yield* sync(bob, { ...query, ...("full_state" in query ? { since } : {}), timeout: "30000" })
      assert.isDefined(answer.account_data)
    }).pipe(inMemory)
  )

  it.effect("ends with a refusal when the waiter is logged out", () =>
    Effect.gen(function* () {
      const { bob, since } = yield* scene
      const waiting = yield* Effect.forkChild(get(`/sync?since=${since}&timeout=30000`, bob))
      yield* TestClock.adjust("1 second")
      yield* post("/logout", bob)
      assert.strictEqual(verdict(yield* Fiber.join(waiting)), "401 M_UNKNOWN_TOKEN")
    }).pipe(inMemory)
  )
})

describe("a sync that is malformed", () => {
  it.effect.each([
    { query: "since=nonsense", answer: "400 M_UNKNOWN" },
    { query: "since=", answer: "400 M_UNKNOWN" },
    { query: "from=s1", answer: "400 M_UNKNOWN" },
    { query: "timeout=soon", answer: "400 M_INVALID_PARAM" },
    { query: "timeout=-5", answer: "400 M_INVALID_PARAM" },
    { query: "filter=99", answer: "400 M_INVALID_PARAM" },
    { query: "filter=mine", answer: "400 M_INVALID_PARAM" },
    { query: "filter=%7Bx", answer: "400 M_NOT_JSON" },
    { query: "set_presence=here", answer: "400 M_INVALID_PARAM" },
    { query: "full_state=1", answer: "400 M_INVALID_PARAM" }
  ])("?$query: $answer", ({ answer, query }) =>
    Effect.gen(function* () {
      const { bob } = yield* scene
      assert.strictEqual(verdict(yield* get(`/sync?${query}`, bob)), answer)
    }).pipe(inMemory)
  )
})
