import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, RateLimits, VirtualClock } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { forbidden, ok, path, populated, unknown } from "../Stage.ts"
import { key, post, talk, verdict } from "../Talk.ts"
import { as, cells } from "./Cells.ts"

const unkickable = "403 M_UNKNOWN"
const nowhere = "404 M_UNRECOGNIZED"
const badJson = "400 M_BAD_JSON"

cells("dendrite", [
  { operation: "invite", answers: [ok, ok, forbidden, ok, forbidden, ok] },
  { operation: "join", joinRule: "public", answers: [ok, ok, ok, ok, forbidden, ok], silent: ["join"] },
  { operation: "join", answers: [forbidden, ok, ok, forbidden, forbidden, forbidden], silent: ["join"] },
  { operation: "knock", joinRule: "knock", answers: Array.from({ length: 6 }, () => nowhere) },
  { operation: "leave", answers: [unknown, ok, ok, unknown, unknown, unknown] },
  { operation: "forget", answers: [ok, ok, unknown, ok, ok, ok] },
  { operation: "kick", answers: [unkickable, ok, ok, unkickable, unkickable, unkickable] },
  { operation: "ban", answers: [ok, ok, ok, ok, ok, ok] },
  { operation: "unban", answers: [unknown, unknown, unknown, unknown, ok, unknown] }
])

describe("Dendrite", () => {
  it.effect("looks at who kicks before it looks at whom, and with an unban only at who is in the room", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const by = (actor: keyof typeof tokens, operation: string, target: string) =>
        Effect.map(post(path(operation, roomId), tokens[actor], { user_id: `@${target}:localhost` }), verdict)
      assert.strictEqual(yield* by("plain", "kick", "gone"), forbidden)
      assert.strictEqual(yield* by("outsider", "kick", "gone"), forbidden)
      assert.strictEqual(yield* by("outsider", "unban", "gone"), forbidden)
      assert.strictEqual(yield* by("outsider", "invite", "banned"), forbidden)
      assert.strictEqual(yield* by("plain", "unban", "gone"), unknown)
      assert.strictEqual(yield* by("plain", "unban", "banned"), forbidden)
      assert.strictEqual(yield* by("plain", "kick", "plain"), ok)
      assert.strictEqual(yield* by("mod", "ban", "mod"), forbidden)
    }).pipe(as("dendrite"))
  )

  it.effect("refuses everything in a room that nobody has heard of", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      const answer = (operation: string) =>
        Effect.map(post(path(operation, "!none:localhost"), accessToken, { user_id: "@bob:localhost" }), verdict)
      assert.strictEqual(yield* answer("leave"), unknown)
      assert.strictEqual(yield* answer("forget"), forbidden)
      for (const operation of ["invite", "kick", "ban", "unban"])
        assert.strictEqual(yield* answer(operation), forbidden)
    }).pipe(as("dendrite"))
  )

  it.effect("answers an error of its own, such as an alias that leads nowhere, without any code", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      const heard = yield* post("/join/%23none%3Alocalhost", accessToken)
      assert.strictEqual(heard.status, 500)
      assert.deepStrictEqual(heard.body, { Err: "" })
      const directory = yield* post("/rooms/!none:localhost/kick", accessToken, { user_id: ["@bob:localhost"] })
      assert.strictEqual(verdict(directory), badJson)
    }).pipe(as("dendrite"))
  )

  it.effect("calls every body bad JSON that it cannot read, and reads none to leave or to join", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const send = (operation: string, text: string) =>
        Effect.map(talk("POST", `/_matrix/client/v3${path(operation, roomId)}`, { token: tokens.plain, text }), verdict)
      for (const operation of ["invite", "kick", "ban", "unban"])
        for (const body of ["", "{}", "no json", '{"user_id":7}'])
          assert.strictEqual(yield* send(operation, body), badJson, `${operation} ${body}`)
      assert.strictEqual(yield* send("join", "no json"), ok)
      assert.strictEqual(yield* send("leave", '{"reason":"dropped"}'), ok)
      assert.deepStrictEqual((yield* fake.timeline(roomId)).at(-1)?.content, { membership: "leave" })
    }).pipe(as("dendrite"))
  )

  it.effect("says in the body alone how long to wait", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      const roomId = yield* fake.room({ joinRule: "public" })
      const limits = RateLimits.make({ rc_joins: { local: { per_second: 0.1, burst_count: 1 } } })
      yield* fake.limits.set(limits)
      yield* post(path("join", roomId), accessToken)
      yield* post(path("leave", roomId), accessToken)
      const heard = yield* post(path("join", roomId), accessToken)
      assert.strictEqual(verdict(heard), "429 M_LIMIT_EXCEEDED")
      assert.strictEqual(key(heard, "retry_after_ms"), 10_000)
      assert.isUndefined(heard.headers["retry-after"])
    }).pipe(as("dendrite"))
  )

  it.effect("takes a slot of its limit also for what it refuses", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      const leave = Effect.map(post(path("leave", "!none:localhost"), accessToken), verdict)
      const answers = yield* Effect.all(Array.from({ length: 6 }, () => leave))
      assert.deepStrictEqual(answers, [unknown, unknown, unknown, unknown, unknown, "429 M_LIMIT_EXCEEDED"])
    }).pipe(as("dendrite", { limits: RateLimits.dendriteDefaults }))
  )

  it.effect("lets nobody wait longer than 20 seconds for a join, which goes on without its client", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      const [early, late, answered] = [yield* room, yield* room, yield* room]
      yield* fake.faults.next({ path: `/rooms/${early}/join` }, Faults.delay("19 seconds"))
      yield* fake.faults.next({ path: `/rooms/${late}/join` }, Faults.delay("21 seconds"))
      yield* fake.faults.next({ path: `/rooms/${answered}/join` }, Faults.delayAnswer("21 seconds"))
      const join = (roomId: string) => post(`/rooms/${roomId}/join`, accessToken)
      assert.strictEqual(verdict(yield* join(early)), ok)
      const pending = yield* join(late)
      assert.strictEqual(verdict(pending), "202 M_UNKNOWN")
      assert.isUndefined(key(pending, "room_id"))
      yield* fake.expectMembership(late, "alice", undefined)
      yield* Effect.sleep("1100 millis")
      yield* fake.expectMembership(late, "alice", "join")
      assert.strictEqual(verdict(yield* join(answered)), "202 M_UNKNOWN")
      yield* fake.expectMembership(answered, "alice", "join")
    }).pipe(as("dendrite"), Effect.provide(VirtualClock.layer()))
  )

  it.effect("invites addresses by identity servers that it trusts", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const invite = (body: unknown, room = roomId) =>
        Effect.map(post(path("invite", room), tokens.admin, body), verdict)
      const address = { medium: "email", address: "bob@example.org", id_server: "matrix.org" }
      assert.strictEqual(yield* invite({ medium: "email", address: "bob@example.org" }), badJson)
      assert.strictEqual(yield* invite({ ...address, id_server: "evil.example" }), "400 M_SERVER_NOT_TRUSTED")
      assert.strictEqual(yield* invite(address, "!none:localhost"), "404 M_NOT_FOUND")
      assert.strictEqual(yield* invite(address), ok)
      assert.strictEqual((yield* fake.timeline(roomId)).at(-1)?.type, "m.room.third_party_invite")
    }).pipe(as("dendrite"))
  )

  it.effect("says what it speaks", () =>
    Effect.gen(function* () {
      const heard = yield* talk("GET", "/_matrix/client/versions")
      const versions = key(heard, "versions")
      assert.deepStrictEqual(Array.isArray(versions) && versions.slice(-2), ["v1.1", "v1.2"])
    }).pipe(as("dendrite"))
  )
})

const room = Effect.flatMap(FakeHomeserver, (fake) => fake.room({ joinRule: "public" }))
