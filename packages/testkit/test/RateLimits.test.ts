import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, RateLimits } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { ok, path } from "./Stage.ts"
import { key, post, verdict } from "./Talk.ts"

const limited = (limits: RateLimits.RateLimits) =>
  Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer({ limits }))))

const tooMany = "429 M_LIMIT_EXCEEDED"

/** One per second after a burst. */
const slow = (burst_count: number): RateLimits.Setting => ({ per_second: 1, burst_count })

const hall = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const alice = yield* fake.register("alice")
  const bob = yield* fake.register("bob")
  const members = { bob: "join" } as const
  const room = () => fake.createRoom({ creator: "alice", joinRule: "public", powerLevels: { invite: 0 }, members })
  const act = (token: string, operation: string, roomId: string, target = "nobody") =>
    Effect.map(post(path(operation, roomId), token, { user_id: `@${target}:localhost` }), verdict)
  return { fake, alice: alice.accessToken, bob: bob.accessToken, first: yield* room(), second: yield* room(), act }
})

describe("rc_message", () => {
  it.effect("lets a burst pass, and then one event at a time", () =>
    Effect.gen(function* () {
      const { alice, first } = yield* hall
      const invite = (name: string) => post(path("invite", first), alice, { user_id: `@${name}:localhost` })
      assert.strictEqual(verdict(yield* invite("b")), ok)
      assert.strictEqual(verdict(yield* invite("c")), ok)
      const refused = yield* invite("d")
      assert.strictEqual(verdict(refused), tooMany)
      assert.strictEqual(key(refused, "retry_after_ms"), 2500)
      assert.strictEqual(refused.headers["retry-after"], "3")
      yield* TestClock.adjust("2499 millis")
      assert.strictEqual(key(yield* invite("d"), "retry_after_ms"), 1)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(verdict(yield* invite("d")), ok)
    }).pipe(limited(RateLimits.make({ rc_message: { per_second: 0.4, burst_count: 2 } })))
  )

  it.effect.each(["invite", "kick", "ban", "unban", "leave", "join", "knock"])("counts %s", (operation) =>
    Effect.gen(function* () {
      const { act, alice, fake } = yield* hall
      const carol = yield* fake.register("carol")
      const before = operation === "unban" ? "ban" : "join"
      const members = ["kick", "unban", "leave"].includes(operation) ? ({ carol: before } as const) : {}
      const joinRule = operation === "knock" ? "knock" : "public"
      const roomId = yield* fake.createRoom({ creator: "alice", joinRule, members })
      const isOwn = ["leave", "join", "knock"].includes(operation)
      const token = isOwn ? carol.accessToken : alice
      const other = yield* fake.createRoom({ creator: isOwn ? "carol" : "alice" })
      const to = operation === "knock" ? `/knock/${encodeURIComponent(roomId)}` : path(operation, roomId)
      assert.strictEqual(verdict(yield* post(to, token, { user_id: "@carol:localhost" })), ok)
      assert.strictEqual(yield* act(token, "invite", other), tooMany)
    }).pipe(limited(RateLimits.make({ rc_message: slow(1) })))
  )

  it.effect("counts neither repetitions nor refusals", () =>
    Effect.gen(function* () {
      const { act, alice, first } = yield* hall
      assert.strictEqual(yield* act(alice, "invite", first, "bob"), "403 M_FORBIDDEN")
      assert.strictEqual(yield* act(alice, "invite", first, "carol"), ok)
      assert.strictEqual(yield* act(alice, "invite", first, "carol"), ok)
      assert.strictEqual(yield* act(alice, "invite", first, "dan"), tooMany)
    }).pipe(limited(RateLimits.make({ rc_message: slow(1) })))
  )

  it.effect("comes after the rules: what is forbidden stays forbidden", () =>
    Effect.gen(function* () {
      const { act, alice, first } = yield* hall
      yield* act(alice, "invite", first, "carol")
      assert.strictEqual(yield* act(alice, "invite", first, "bob"), "403 M_FORBIDDEN")
    }).pipe(limited(RateLimits.make({ rc_message: slow(1) })))
  )
})

describe("rc_invites", () => {
  it.effect("per_room counts a room's invites, whoever sends them", () =>
    Effect.gen(function* () {
      const { act, alice, bob, first, second } = yield* hall
      assert.strictEqual(yield* act(alice, "invite", first, "a1"), ok)
      assert.strictEqual(yield* act(bob, "invite", first, "a2"), tooMany)
      assert.strictEqual(yield* act(bob, "invite", second, "a2"), ok)
    }).pipe(limited(RateLimits.make({ rc_invites: { per_room: slow(1) } })))
  )

  it.effect("per_user counts what one user is invited to", () =>
    Effect.gen(function* () {
      const { act, alice, bob, first, second } = yield* hall
      assert.strictEqual(yield* act(alice, "invite", first, "a1"), ok)
      assert.strictEqual(yield* act(bob, "invite", second, "a1"), tooMany)
      assert.strictEqual(yield* act(bob, "invite", second, "a2"), ok)
    }).pipe(limited(RateLimits.make({ rc_invites: { per_user: slow(1) } })))
  )

  it.effect("per_issuer counts what one user sends", () =>
    Effect.gen(function* () {
      const { act, alice, bob, first, second } = yield* hall
      assert.strictEqual(yield* act(alice, "invite", first, "a1"), ok)
      assert.strictEqual(yield* act(alice, "invite", second, "a2"), tooMany)
      assert.strictEqual(yield* act(bob, "invite", second, "a2"), ok)
    }).pipe(limited(RateLimits.make({ rc_invites: { per_issuer: slow(1) } })))
  )

  it.effect("count before anything is checked: a forbidden invite and a repetition cost as much", () =>
    Effect.gen(function* () {
      const { act, alice, first } = yield* hall
      assert.strictEqual(yield* act(alice, "invite", first, "bob"), "403 M_FORBIDDEN")
      assert.strictEqual(yield* act(alice, "invite", first, "carol"), ok)
      assert.strictEqual(yield* act(alice, "invite", first, "carol"), ok)
      assert.strictEqual(yield* act(alice, "invite", first, "carol"), tooMany)
    }).pipe(limited(RateLimits.make({ rc_invites: { per_room: slow(3) } })))
  )

  it.effect("a later limit's refusal does not refund the earlier one", () =>
    Effect.gen(function* () {
      const { act, alice, first } = yield* hall
      assert.strictEqual(yield* act(alice, "invite", first, "carol"), ok)
      assert.strictEqual(yield* act(alice, "invite", first, "carol"), tooMany)
      assert.strictEqual(yield* act(alice, "invite", first, "dan"), tooMany)
    }).pipe(limited(RateLimits.make({ rc_invites: { per_room: slow(2), per_user: slow(1) } })))
  )
})

describe("rc_joins", () => {
  it.effect("local counts the joins of one user, but not of one who is joined", () =>
    Effect.gen(function* () {
      const { act, fake, first, second } = yield* hall
      const { accessToken } = yield* fake.register("carol")
      assert.strictEqual(yield* act(accessToken, "join", first), ok)
      assert.strictEqual(yield* act(accessToken, "join", second), tooMany)
      assert.strictEqual(yield* act(accessToken, "join", first), ok)
    }).pipe(limited(RateLimits.make({ rc_joins: { local: slow(1) } })))
  )

  it.effect("remote counts on top of local, for rooms the server is not in", () =>
    Effect.gen(function* () {
      const { act, bob, fake } = yield* hall
      const created = yield* fake.createRoom({ creator: "alice", joinRule: "public" })
      assert.strictEqual(yield* act(bob, "join", "!a:other.org"), "404 M_UNKNOWN")
      assert.strictEqual(yield* act(bob, "join", "!b:other.org"), tooMany)
      assert.strictEqual(yield* act(bob, "join", created), ok)
    }).pipe(limited(RateLimits.make({ rc_joins: { remote: slow(1) } })))
  )

  it.effect("per room count only joins that came about", () =>
    Effect.gen(function* () {
      const { act, fake } = yield* hall
      const carol = (yield* fake.register("carol")).accessToken
      const dan = (yield* fake.register("dan")).accessToken
      const eve = (yield* fake.register("eve")).accessToken
      const roomId = yield* fake.createRoom({ creator: "alice", members: { carol: "invite", eve: "invite" } })
      assert.strictEqual(yield* act(dan, "join", roomId), "403 M_FORBIDDEN")
      assert.strictEqual(yield* act(carol, "join", roomId), ok)
      assert.strictEqual(yield* act(eve, "join", roomId), tooMany)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* act(eve, "join", roomId), ok)
    }).pipe(limited(RateLimits.make({ rc_joins_per_room: slow(1) })))
  )
})

describe("rc_joins_per_room", () => {
  it.effect("does not count what a joined user changes about the own membership", () =>
    Effect.gen(function* () {
      const { act, bob, fake, first } = yield* hall
      const { accessToken } = yield* fake.register("carol")
      assert.strictEqual(verdict(yield* post(path("join", first), bob, { reason: "new name" })), ok)
      assert.strictEqual(yield* act(accessToken, "join", first), ok)
    }).pipe(limited(RateLimits.make({ rc_joins_per_room: slow(1) })))
  )
})

describe("other limits", () => {
  it.effect("rc_third_party_invite counts invites of addresses, which rc_message does not", () =>
    Effect.gen(function* () {
      const { alice, first } = yield* hall
      const address = { medium: "email", address: "a@b.org", id_server: "id", id_access_token: "t" }
      const invite = Effect.map(post(path("invite", first), alice, address), verdict)
      assert.deepStrictEqual([yield* invite, yield* invite, yield* invite], [ok, ok, tooMany])
    }).pipe(limited(RateLimits.make({ rc_third_party_invite: slow(2), rc_message: slow(1) })))
  )

  it.effect("rc_room_creation counts a new room, and rc_message counts it once", () =>
    Effect.gen(function* () {
      const { alice } = yield* hall
      const create = Effect.map(post("/createRoom", alice, { invite: ["@bob:localhost"] }), verdict)
      assert.deepStrictEqual([yield* create, yield* create], [ok, tooMany])
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([yield* create, yield* create], [ok, tooMany])
    }).pipe(limited(RateLimits.make({ rc_room_creation: slow(1), rc_message: slow(2) })))
  )

  it.effect("too many invitees of a new room are an error, and not a limit to wait for", () =>
    Effect.gen(function* () {
      const { alice } = yield* hall
      const create = (invite: ReadonlyArray<string>) => Effect.map(post("/createRoom", alice, { invite }), verdict)
      assert.strictEqual(yield* create(["@b:localhost", "@c:localhost"]), ok)
      assert.strictEqual(yield* create(["@b:localhost", "@c:localhost", "@d:localhost"]), "400 M_UNKNOWN")
    }).pipe(limited(RateLimits.make({ rc_invites: { per_room: slow(2) } })))
  )

  it.effect("do not hold for an account that is exempt", () =>
    Effect.gen(function* () {
      const { act, alice, fake, first } = yield* hall
      yield* fake.mark("alice", { unlimited: true })
      for (const name of ["b1", "b2", "b3"]) assert.strictEqual(yield* act(alice, "invite", first, name), ok)
    }).pipe(limited(RateLimits.make({ rc_message: slow(1), rc_invites: { per_room: slow(1) } })))
  )
})

describe("presets", () => {
  it.effect(
    "synapseDefaults: ten invites, the eleventh after 3.4 s in which a refusal is held back half a second",
    () =>
      Effect.gen(function* () {
        const { alice, first } = yield* hall
        const invite = (name: string) => post(path("invite", first), alice, { user_id: `@${name}:localhost` })
        for (let count = 0; count < 10; count++) assert.strictEqual(verdict(yield* invite(`n${count}`)), ok)
        const fiber = yield* Effect.forkChild(invite("late"))
        yield* TestClock.adjust("499 millis")
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 millis")
        const refused = yield* Fiber.join(fiber)
        assert.strictEqual(key(refused, "retry_after_ms"), 3334)
        assert.strictEqual(refused.headers["retry-after"], "4")
      }).pipe(limited(RateLimits.synapseDefaults))
  )

  it.effect("dendriteDefaults: five calls at a time per device, kicks aside, and no header", () =>
    Effect.gen(function* () {
      const { act, alice, first, fake } = yield* hall
      for (let count = 0; count < 5; count++) assert.strictEqual(yield* act(alice, "invite", first, `n${count}`), ok)
      const refused = yield* post(path("invite", first), alice, { user_id: "@late:localhost" })
      assert.strictEqual(key(refused, "retry_after_ms"), 500)
      assert.isUndefined(refused.headers["retry-after"])
      assert.strictEqual(yield* act(alice, "kick", first, "n0"), ok)
      const otherDevice = yield* fake.register("alice")
      assert.strictEqual(yield* act(otherDevice.accessToken, "invite", first, "late"), ok)
      yield* TestClock.adjust("500 millis")
      assert.strictEqual(yield* act(alice, "invite", first, "later"), ok)
    }).pipe(limited(RateLimits.dendriteDefaults))
  )
})
