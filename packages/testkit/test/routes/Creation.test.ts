import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { forbidden, inMemory, ok, path } from "../Stage.ts"
import { get, key, post, verdict } from "../Talk.ts"

const create = (token: string, body: unknown) => post("/createRoom", token, body)

const named = <A extends { readonly body: unknown }>(the: A) => ({ ...the, name: JSON.stringify(the.body) })

const alice = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  return { fake, ...(yield* fake.register("alice")) }
})

describe("createRoom", () => {
  it.effect("writes the room's first events in Synapse's order", () =>
    Effect.gen(function* () {
      const { accessToken, fake } = yield* alice
      const roomId = String(
        key(
          yield* create(accessToken, { name: "Hall", room_alias_name: "hall", invite: ["@bob:localhost"] }),
          "room_id"
        )
      )
      const events = yield* fake.timeline(roomId)
      assert.deepStrictEqual(
        events.map(({ stateKey, type }) => `${type} ${stateKey}`.trim()),
        [
          "m.room.create",
          "m.room.member @alice:localhost",
          "m.room.power_levels",
          "m.room.canonical_alias",
          "m.room.join_rules",
          "m.room.history_visibility",
          "m.room.guest_access",
          "m.room.name",
          "m.room.member @bob:localhost"
        ]
      )
      assert.deepStrictEqual(events[0]?.content, { room_version: "12" })
    }).pipe(inMemory)
  )

  it.effect.each(
    [
      { body: {}, joinRule: "invite", invite: 0 },
      { body: { visibility: "public" }, joinRule: "public", invite: 50 },
      { body: { preset: "public_chat" }, joinRule: "public", invite: 50 },
      { body: { preset: "private_chat", power_level_content_override: { invite: 7 } }, joinRule: "invite", invite: 7 },
      {
        body: { initial_state: [{ type: "m.room.join_rules", content: { join_rule: "knock" } }] },
        joinRule: "knock",
        invite: 0
      }
    ].map(named)
  )("$name: rule $joinRule, and $invite to invite", ({ body, invite, joinRule }) =>
    Effect.gen(function* () {
      const { accessToken } = yield* alice
      const roomId = String(key(yield* create(accessToken, body), "room_id"))
      const state = (type: string) => get(path(`state/${type}`, roomId), accessToken)
      assert.strictEqual(key(yield* state("m.room.join_rules"), "join_rule"), joinRule)
      assert.strictEqual(key(yield* state("m.room.power_levels"), "invite"), invite)
    }).pipe(inMemory)
  )

  it.effect("puts the invitees of a trusted chat on a par with the creator", () =>
    Effect.gen(function* () {
      const { accessToken, fake, userId } = yield* alice
      const body = {
        preset: "trusted_private_chat",
        room_version: "11",
        invite: ["@bob:localhost"],
        is_direct: true
      }
      const roomId = String(key(yield* create(accessToken, body), "room_id"))
      const levels = yield* get(path("state/m.room.power_levels", roomId), accessToken)
      assert.deepStrictEqual(key(levels, "users"), { [userId]: 100, "@bob:localhost": 100 })
      const [last] = (yield* fake.timeline(roomId)).slice(-1)
      assert.strictEqual(last?.content["is_direct"], true)
    }).pipe(inMemory)
  )

  it.effect.each(
    [
      { body: { room_version: "13" }, answer: "400 M_UNSUPPORTED_ROOM_VERSION" },
      { body: { preset: "party" }, answer: "400 M_BAD_JSON" },
      { body: { invite: ["bob"] }, answer: "400 M_UNKNOWN" },
      { body: { invite: "bob" }, answer: "400 M_UNKNOWN" },
      { body: { invite_3pid: [{ medium: "email" }] }, answer: "400 M_MISSING_PARAM" },
      { body: { room_version: 12 }, answer: "400 M_BAD_JSON" },
      { body: { initial_state: [{}] }, answer: "500 M_UNKNOWN" },
      { body: { room_alias_name: "taken" }, answer: "400 M_ROOM_IN_USE" },
      { body: { room_alias_name: "#hall:localhost" }, answer: "400 M_UNKNOWN" },
      { body: { power_level_content_override: { invite: "50" } }, answer: "400 M_BAD_JSON" },
      { body: { room_version: "11", power_level_content_override: { users: {} } }, answer: "400 M_UNKNOWN" },
      { body: { power_level_content_override: { state_default: 101 } }, answer: ok },
      { body: { room_version: "11", power_level_content_override: { state_default: 101 } }, answer: forbidden },
      {
        body: { room_version: "11", power_level_content_override: { events: { "m.room.topic": 101 } }, name: "Hall" },
        answer: ok
      },
      {
        body: { room_version: "11", power_level_content_override: { events: { "m.room.topic": 101 } }, topic: "Hall" },
        answer: forbidden
      },
      { body: { invite: ["@shy:localhost"] }, answer: "403 M_INVITE_BLOCKED" }
    ].map(named)
  )("$name: $answer", ({ answer, body }) =>
    Effect.gen(function* () {
      const { accessToken, fake } = yield* alice
      yield* fake.createRoom({ creator: "bob", alias: "taken" })
      yield* fake.mark("shy", { blocksInvites: true })
      assert.strictEqual(verdict(yield* create(accessToken, body)), answer)
    }).pipe(inMemory)
  )

  it.effect("names the creator in the create event up to room version 10", () =>
    Effect.gen(function* () {
      const { accessToken, fake, userId } = yield* alice
      const roomId = String(key(yield* create(accessToken, { room_version: "10" }), "room_id"))
      const [first] = yield* fake.timeline(roomId)
      assert.deepStrictEqual(first?.content, { room_version: "10", creator: userId })
    }).pipe(inMemory)
  )

  it.effect("of a room closed to other servers keeps their users out", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* alice
      const body = { creation_content: { "m.federate": false } }
      const roomId = String(key(yield* create(accessToken, body), "room_id"))
      const invite = (user_id: string) => Effect.map(post(path("invite", roomId), accessToken, { user_id }), verdict)
      assert.strictEqual(yield* invite("@bob:other.org"), forbidden)
      assert.strictEqual(yield* invite("@bob:localhost"), ok)
    }).pipe(inMemory)
  )
})
