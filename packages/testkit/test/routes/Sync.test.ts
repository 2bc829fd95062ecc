import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { brief, note, said, sync } from "../Follower.ts"
import { inMemory, path } from "../Stage.ts"
import { get, post, verdict } from "../Talk.ts"

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

  it.effect("lasts its time on a clock that jumps, and no longer than it has to", () =>
    Effect.gen(function* () {
      const { bob, change, since } = yield* scene
      yield* sync(bob, { since, timeout: "30000" })
      assert.strictEqual(yield* Clock.currentTimeMillis, 30_000)
      yield* Effect.forkChild(Effect.delay(change("invite"), "7 seconds"))
      yield* sync(bob, { since, timeout: "30000" })
      assert.strictEqual(yield* Clock.currentTimeMillis, 37_000)
    }).pipe(inMemory, Effect.provide(VirtualClock.layer()))
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
