import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { type Actor, forbidden, inMemory, ok, path, populated } from "../Stage.ts"
import { get, key, post, talk, verdict } from "../Talk.ts"

const put = (roomId: string, type: string, stateKey: string, token: string, body: unknown) =>
  talk("PUT", `/_matrix/client/v3${path(`state/${type}/${encodeURIComponent(stateKey)}`, roomId)}`, { token, body })

describe("a membership written as state", () => {
  it.effect("does what its endpoint does, and answers with the event", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const invited = yield* put(roomId, "m.room.member", "@new:localhost", tokens.mod, { membership: "invite" })
      const [last] = (yield* fake.timeline(roomId)).slice(-1)
      assert.deepStrictEqual(invited.body, { event_id: last?.eventId })
      assert.strictEqual(yield* fake.membershipOf(roomId, "new"), "invite")
    }).pipe(inMemory)
  )

  it.effect("unbans with leave, which kick would not", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const leave = put(roomId, "m.room.member", "@banned:localhost", tokens.mod, { membership: "leave" })
      assert.strictEqual(verdict(yield* leave), ok)
      assert.strictEqual(yield* fake.membershipOf(roomId, "banned"), "leave")
    }).pipe(inMemory)
  )

  it.effect("has to be a membership, of a user", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const write = (stateKey: string, body: unknown) =>
        Effect.map(put(roomId, "m.room.member", stateKey, tokens.admin, body), verdict)
      assert.strictEqual(yield* write("@new:localhost", { membership: "asleep" }), "400 M_UNKNOWN")
      assert.strictEqual(yield* write("@new:localhost", {}), "400 M_UNKNOWN")
      assert.strictEqual(yield* write("new", { membership: "invite" }), "400 M_INVALID_PARAM")
    }).pipe(inMemory)
  )
})

describe("state", () => {
  it.effect("is read as content or as an event", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const at = path("state/m.room.join_rules", roomId)
      assert.deepStrictEqual((yield* get(at, tokens.plain)).body, { join_rule: "invite" })
      assert.deepStrictEqual((yield* get(`${at}/`, tokens.plain)).body, { join_rule: "invite" })
      assert.strictEqual(key(yield* get(`${at}?format=event`, tokens.plain), "sender"), "@admin:localhost")
      assert.strictEqual(verdict(yield* get(path("state/m.room.topic", roomId), tokens.plain)), "404 M_NOT_FOUND")
      assert.strictEqual(verdict(yield* get(at, tokens.outsider)), forbidden)
    }).pipe(inMemory)
  )

  it.effect("is read whole, in the order in which it was written", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const { body } = yield* get(path("state", roomId), tokens.plain)
      assert(Array.isArray(body))
      assert.strictEqual(body[0].type, "m.room.create")
      assert.strictEqual(body.filter((event) => event.type === "m.room.member").length, 7)
    }).pipe(inMemory)
  )

  it.effect("is written by those with enough power", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const open = (actor: Actor) =>
        Effect.map(put(roomId, "m.room.join_rules", "", tokens[actor], { join_rule: "public" }), verdict)
      assert.strictEqual(yield* open("plain"), forbidden)
      assert.strictEqual(yield* open("outsider"), forbidden)
      assert.strictEqual(yield* open("mod"), ok)
      assert.strictEqual(verdict(yield* post(path("join", roomId), tokens.outsider)), ok)
    }).pipe(inMemory)
  )

  it.effect("that bears a user's id is that user's own", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const write = (stateKey: string) => put(roomId, "org.example.mood", stateKey, tokens.mod, { mood: "fine" })
      assert.strictEqual(verdict(yield* write("@mod:localhost")), ok)
      assert.strictEqual(verdict(yield* write("@other:localhost")), forbidden)
    }).pipe(inMemory)
  )
})

describe("power levels", () => {
  const levels = { users: { "@admin:localhost": 100, "@mod:localhost": 50, "@peer:localhost": 50 } }
  const users = (changed: Readonly<Record<string, unknown>>) => ({ users: { ...levels.users, ...changed } })
  const cases: ReadonlyArray<{ what: string; actor: Actor; before?: object; after: object; answer: string }> = [
    { what: "raising somebody to one's own level", actor: "mod", after: users({ "@plain:localhost": 50 }), answer: ok },
    {
      what: "raising somebody above oneself",
      actor: "mod",
      after: users({ "@plain:localhost": 51 }),
      answer: forbidden
    },
    { what: "lowering an equal", actor: "mod", after: users({ "@peer:localhost": 0 }), answer: forbidden },
    { what: "lowering oneself", actor: "mod", after: users({ "@mod:localhost": 1 }), answer: ok },
    { what: "lowering somebody above", actor: "mod", after: users({ "@admin:localhost": 0 }), answer: forbidden },
    { what: "asking for more than one has", actor: "mod", after: { ...levels, ban: 51 }, answer: forbidden },
    { what: "asking for as much as one has", actor: "mod", after: { ...levels, ban: 50 }, answer: ok },
    {
      what: "text for a user's level",
      actor: "admin",
      after: users({ "@plain:localhost": "50" }),
      answer: "400 M_BAD_JSON"
    },
    { what: "text for a level", actor: "admin", after: { ...levels, ban: "50" }, answer: "400 M_BAD_JSON" },
    { what: "a level for no user", actor: "admin", after: users({ plain: 1 }), answer: "400 M_UNKNOWN" }
  ]

  it.effect.each(cases)("$what: $answer", ({ actor, after, answer }) =>
    Effect.gen(function* () {
      const { fake, tokens } = yield* populated
      const members = { mod: "join", peer: "join", plain: "join" } as const
      const roomId = yield* fake.createRoom({
        creator: "admin",
        roomVersion: "11",
        members,
        state: [{ type: "m.room.power_levels", content: { ...levels, events: { "m.room.power_levels": 50 } } }]
      })
      const body = { ...after, events: { "m.room.power_levels": 50 } }
      assert.strictEqual(verdict(yield* put(roomId, "m.room.power_levels", "", tokens[actor], body)), answer)
    }).pipe(inMemory)
  )

  it.effect("written as text, as old rooms have them, count as numbers", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const invited = (invite: string) =>
        Effect.gen(function* () {
          const roomId = yield* fake.createRoom({ creator: "alice", roomVersion: "9", powerLevels: { invite } })
          return verdict(yield* post(path("invite", roomId), accessToken, { user_id: "@bob:localhost" }))
        })
      assert.strictEqual(yield* invited("100"), ok)
      assert.strictEqual(yield* invited("101"), forbidden)
    }).pipe(inMemory)
  )

  it.effect("of room version 12 do not name creators", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const roomId = yield* fake.createRoom({ creator: "alice", roomVersion: "12" })
      const write = (body: unknown) => put(roomId, "m.room.power_levels", "", accessToken, body)
      assert.strictEqual(verdict(yield* write({ users: { "@alice:localhost": 100 } })), "400 M_UNKNOWN")
      assert.strictEqual(verdict(yield* write({ users: { "@bob:localhost": 100 } })), ok)
    }).pipe(inMemory)
  )
})
