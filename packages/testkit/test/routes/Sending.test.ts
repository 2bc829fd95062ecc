import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, RateLimits } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { note, sync } from "../Follower.ts"
import { forbidden, inMemory, ok, path } from "../Stage.ts"
import { get, key, post, talk, verdict } from "../Talk.ts"

const put = (rest: string, token: string, body: unknown = {}) =>
  talk("PUT", `/_matrix/client/v3${rest}`, { token, body })

const scene = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const alice = (yield* fake.register("alice")).accessToken
  const bob = (yield* fake.register("bob")).accessToken
  const roomId = yield* fake.createRoom({ creator: "alice", members: { bob: "join" } })
  const send = (type: string, token: string, body: unknown, txnId = "t") =>
    put(`${path("send", roomId)}/${type}/${txnId}`, token, body)
  return { fake, alice, bob, roomId, send }
})

const text = { msgtype: "m.text", body: "hello" }

describe("sending", () => {
  it.effect("writes once for each transaction, whatever is said the second time", () =>
    Effect.gen(function* () {
      const { alice, bob, fake, roomId, send } = yield* scene
      const first = key(yield* send("m.room.message", alice, text), "event_id")
      assert.strictEqual(key(yield* send("m.room.message", alice, { ...text, body: "again" }), "event_id"), first)
      assert.strictEqual(key(yield* send("m.other", alice, {}), "event_id"), first)
      assert.notStrictEqual(key(yield* send("m.room.message", bob, text), "event_id"), first)
      assert.notStrictEqual(key(yield* send("m.room.message", alice, text, "u"), "event_id"), first)
      assert.deepStrictEqual(
        (yield* fake.messages(roomId)).map(({ sender }) => sender),
        ["@alice:localhost", "@bob:localhost", "@alice:localhost"]
      )
    }).pipe(inMemory)
  )

  it.effect("is known again by the device that sent, and by no other", () =>
    Effect.gen(function* () {
      const { alice, bob, fake, roomId, send } = yield* scene
      const other = (yield* fake.register("alice")).accessToken
      yield* send("m.room.message", alice, text, "mine")
      const transaction = (token: string) =>
        Effect.map(
          sync(token),
          ({ rooms }) => rooms?.join?.[roomId]?.timeline.events.at(-1)?.unsigned?.["transaction_id"]
        )
      assert.strictEqual(yield* transaction(alice), "mine")
      assert.isUndefined(yield* transaction(other))
      assert.isUndefined(yield* transaction(bob))
    }).pipe(inMemory)
  )

  it.effect.each([
    { what: "a list", type: "m.note", body: [], answer: "400 M_BAD_JSON" },
    { what: "a message without text", type: "m.room.message", body: { body: "x" }, answer: "400 M_UNKNOWN" },
    { what: "a topic", type: "m.room.topic", body: { topic: "x" }, answer: "400 M_UNKNOWN" },
    { what: "a membership", type: "m.room.member", body: { membership: "join" }, answer: "500 M_UNKNOWN" },
    { what: "too much", type: "m.note", body: { n: "x".repeat(70_000) }, answer: "413 M_TOO_LARGE" }
  ])("$what: $answer", ({ answer, body, type }) =>
    Effect.gen(function* () {
      const { alice, fake, roomId, send } = yield* scene
      assert.strictEqual(verdict(yield* send(type, alice, body)), answer)
      assert.deepStrictEqual(yield* fake.messages(roomId), [])
    }).pipe(inMemory)
  )

  it.effect("takes membership, and the power that the type needs", () =>
    Effect.gen(function* () {
      const { bob, fake } = yield* scene
      const carol = (yield* fake.register("carol")).accessToken
      const powerLevels = { events_default: 50, events: { "m.note": 0 } }
      const roomId = yield* fake.createRoom({ creator: "alice", members: { bob: "join" }, powerLevels })
      const send = (type: string, token: string) => post(`${path("send", roomId)}/${type}`, token, text)
      assert.strictEqual(verdict(yield* send("m.note", carol)), forbidden)
      assert.strictEqual(verdict(yield* send("m.room.message", bob)), forbidden)
      assert.strictEqual(verdict(yield* send("m.note", bob)), ok)
      assert.strictEqual(verdict(yield* note(bob, "!nowhere:localhost", 1)), forbidden)
    }).pipe(inMemory)
  )

  it.effect("is refused to the suspended, and pretended to the shadow-banned", () =>
    Effect.gen(function* () {
      const { alice, bob, fake, roomId } = yield* scene
      yield* fake.mark("alice", { suspended: true })
      yield* fake.mark("bob", { shadowBanned: true })
      assert.strictEqual(verdict(yield* note(alice, roomId, 1)), "403 M_USER_SUSPENDED")
      assert.strictEqual(verdict(yield* note(bob, roomId, 2)), ok)
      assert.deepStrictEqual(yield* fake.messages(roomId), [])
    }).pipe(inMemory)
  )

  it.effect("counts as an event, but for what is refused or was sent before", () =>
    Effect.gen(function* () {
      const { alice, send } = yield* scene
      assert.strictEqual(verdict(yield* send("m.room.message", alice, {})), "400 M_UNKNOWN")
      assert.strictEqual(verdict(yield* send("m.note", alice, {})), ok)
      assert.strictEqual(verdict(yield* send("m.note", alice, {})), ok)
      assert.strictEqual(verdict(yield* send("m.note", alice, {}, "u")), "429 M_LIMIT_EXCEEDED")
    }).pipe(
      Effect.provide(
        FakeHomeserver.layerClient.pipe(
          Layer.provideMerge(
            FakeHomeserver.layer({ limits: RateLimits.make({ rc_message: { per_second: 0.001, burst_count: 1 } }) })
          )
        )
      )
    )
  )
})

describe("redacting", () => {
  const redact = (roomId: string, eventId: unknown, token: string, body: unknown = {}) =>
    put(`${path("redact", roomId)}/${encodeURIComponent(String(eventId))}/r`, token, body)

  it.effect("takes away what was said, and says who did it", () =>
    Effect.gen(function* () {
      const { alice, bob, roomId } = yield* scene
      const eventId = key(yield* note(bob, roomId, 1), "event_id")
      const redaction = key(yield* redact(roomId, eventId, alice, { reason: "no" }), "event_id")
      const { rooms } = yield* sync(bob)
      const [redacted, because] = rooms?.join?.[roomId]?.timeline.events.slice(-2) ?? []
      assert.deepStrictEqual(redacted?.content, {})
      assert.strictEqual(redacted?.unsigned?.["redacted_by"], redaction)
      assert.deepStrictEqual(because?.content, { reason: "no", redacts: eventId })
    }).pipe(inMemory)
  )

  it.effect("is for one's own, or takes power", () =>
    Effect.gen(function* () {
      const { alice, bob, roomId } = yield* scene
      const hers = key(yield* note(alice, roomId, 1), "event_id")
      const his = key(yield* note(bob, roomId, 2), "event_id")
      assert.strictEqual(verdict(yield* redact(roomId, hers, bob)), forbidden)
      assert.strictEqual(verdict(yield* redact(roomId, his, bob)), ok)
    }).pipe(inMemory)
  )

  it.effect("leaves of a membership what the rules need", () =>
    Effect.gen(function* () {
      const { alice, bob, fake, roomId } = yield* scene
      yield* post(path("leave", roomId), bob, { reason: "bored" })
      const [event] = (yield* fake.timeline(roomId)).slice(-1)
      yield* redact(roomId, event?.eventId, alice)
      assert.deepStrictEqual((yield* fake.timeline(roomId)).at(-1)?.content, { membership: "leave" })
      const state = yield* get(`${path("state", roomId)}/m.room.member/@bob:localhost`, alice)
      assert.deepStrictEqual(state.body, { membership: "leave" })
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "leave")
    }).pipe(inMemory)
  )

  it.effect.each([
    { version: "10", kept: ["creator"] },
    { version: "11", kept: ["m.federate", "room_version"] }
  ])("leaves of a room's beginning what version $version says", ({ kept, version }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const alice = (yield* fake.register("alice")).accessToken
      const created = yield* post("/createRoom", alice, {
        room_version: version,
        creation_content: { "m.federate": true }
      })
      const roomId = String(key(created, "room_id"))
      const [create] = yield* fake.timeline(roomId)
      assert.strictEqual(verdict(yield* redact(roomId, create?.eventId, alice)), ok)
      assert.deepStrictEqual(Object.keys((yield* fake.timeline(roomId))[0]?.content ?? {}).toSorted(), kept)
    }).pipe(inMemory)
  )

  it.effect("names one event, not two", () =>
    Effect.gen(function* () {
      const { alice, roomId } = yield* scene
      const eventId = key(yield* note(alice, roomId, 1), "event_id")
      assert.strictEqual(verdict(yield* redact(roomId, eventId, alice, { redacts: "$other" })), "400 M_INVALID_PARAM")
    }).pipe(inMemory)
  )
})
