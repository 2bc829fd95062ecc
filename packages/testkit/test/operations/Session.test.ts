/** Sessions with tokens that run out every five minutes, on a homeserver that spends its refresh tokens as Synapse does. */
import { assert, describe, it } from "@effect/vitest"
import { Credentials, Membership } from "@matrix-membership/core"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { inMemory } from "../Stage.ts"
import { key, talk } from "../Talk.ts"
import { ending, idOf, room, seen } from "./Person.ts"

const text = (value: unknown) => (typeof value === "string" ? value : "")

/** alice, logged in with a refresh token, and the pairs of tokens that her program has stored since. */
const session = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  yield* fake.register("alice", { password: "secret" })
  const login = yield* talk("POST", "/_matrix/client/v3/login", {
    body: {
      type: "m.login.password",
      identifier: { type: "m.id.user", user: "alice" },
      password: "secret",
      refresh_token: true
    }
  })
  const stored: Array<readonly [access: string, refresh: string]> = []
  const homeserver = new URL("http://localhost")
  const accessToken = text(key(login, "access_token"))
  const context = yield* Layer.build(
    Membership.layer({ homeserver, pathVersion: "v3" }).pipe(
      Layer.provide(
        Credentials.layerRefreshable({
          homeserver,
          accessToken: Redacted.make(accessToken),
          refreshToken: Redacted.make(text(key(login, "refresh_token"))),
          onRefresh: (tokens) =>
            Effect.sync(() => {
              stored.push([Redacted.value(tokens.accessToken), Redacted.value(tokens.refreshToken)])
            })
        })
      ),
      Layer.provide(Layer.succeed(HttpClient.HttpClient, yield* HttpClient.HttpClient))
    )
  )
  return { fake, accessToken, stored, alice: Context.get(context, Membership) }
})

const refreshes = seen(/\/refresh$/u)
const six = TestClock.adjust("6 minutes")

describe("a token that runs out after five minutes", () => {
  it.effect("is renewed as often as it takes, each time with the latest refresh token", () =>
    Effect.gen(function* () {
      const { alice, fake, stored } = yield* session
      const roomId = yield* room({ creator: "alice" })
      for (const name of ["bob", "carol", "dave", "erin"]) {
        assert.strictEqual((yield* ending(alice.inviteUser({ roomId, userId: idOf(name) }))).tag, "success")
        assert.strictEqual(yield* fake.membershipOf(roomId, name), "invite")
        yield* six
      }
      assert.strictEqual((yield* refreshes).length, 3)
      assert.strictEqual(stored.length, 3)
      const sent = (yield* refreshes).slice(1).map(({ body }) => Reflect.get(Object(body), "refresh_token"))
      assert.deepStrictEqual<ReadonlyArray<unknown>>(
        sent,
        stored.slice(0, 2).map(([, refresh]) => refresh)
      )
    }).pipe(inMemory)
  )

  it.effect("is renewed once for twenty who invite at the same moment, and nobody is invited twice", () =>
    Effect.gen(function* () {
      const { alice, fake } = yield* session
      const roomId = yield* room({ creator: "alice" })
      const before = (yield* fake.timeline(roomId)).length
      yield* six
      const names = Array.from({ length: 20 }, (_, nth) => `user${nth}`)
      const { tag } = yield* ending(
        Effect.forEach(names, (name) => alice.inviteUser({ roomId, userId: idOf(name) }), { concurrency: "unbounded" })
      )
      assert.strictEqual(tag, "success")
      assert.strictEqual((yield* refreshes).length, 1)
      assert.strictEqual((yield* fake.timeline(roomId)).length, before + 20)
    }).pipe(inMemory)
  )

  it.effect("is renewed between the look and the act of ensure", () =>
    Effect.gen(function* () {
      const { alice, fake } = yield* session
      const roomId = yield* room({ creator: "alice", members: { bob: "join" } })
      yield* fake.faults.next({ path: "/rooms/{roomId}/kick" }, Faults.respond(429, { retry_after_ms: 330_000 }))
      assert.strictEqual(
        (yield* ending(alice.ensure({ roomId, userId: idOf("bob"), membership: "leave" }))).value,
        "changed"
      )
      assert.strictEqual((yield* refreshes).length, 1)
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "leave")
    }).pipe(inMemory)
  )
})

describe("a refresh whose answer does not arrive", () => {
  it.effect.each([
    { what: "the connection breaks before it is done", fault: Faults.reset },
    { what: "the answer is lost", fault: Faults.loseResponse },
    { what: "the answer breaks off", fault: Faults.truncate() },
    { what: "a proxy answers 502", fault: Faults.html502 },
    { what: "time runs out after it is done", fault: Faults.delayAnswer("1 hour") }
  ])("is asked for again with the same refresh token, which is still good: $what", ({ fault }) =>
    Effect.gen(function* () {
      const { alice, fake, stored } = yield* session
      const roomId = yield* room({ creator: "alice" })
      yield* six
      yield* fake.faults.next({ path: "/refresh" }, fault)
      assert.strictEqual((yield* ending(alice.inviteUser({ roomId, userId: idOf("bob") }))).tag, "success")
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "invite")
      const bodies = (yield* refreshes).map(({ body }) => JSON.stringify(body))
      assert.deepStrictEqual([bodies.length, new Set(bodies).size, stored.length], [2, 1, 1])
      // and what was stored last is what is good
      const whoami = yield* talk("GET", "/_matrix/client/v3/account/whoami", { token: stored[0]?.[0] ?? "" })
      assert.strictEqual(whoami.status, 200)
    }).pipe(inMemory)
  )
})

describe("a session that has ended", () => {
  it.effect("by a logout elsewhere is Unauthorized, at once and for good", () =>
    Effect.gen(function* () {
      const { accessToken, alice } = yield* session
      const roomId = yield* room({ creator: "alice" })
      yield* talk("POST", "/_matrix/client/v3/logout", { token: accessToken })
      for (let time = 0; time < 3; time++) {
        assert.strictEqual((yield* ending(alice.inviteUser({ roomId, userId: idOf("bob") }))).tag, "Unauthorized")
      }
      assert.strictEqual((yield* refreshes).length, 1)
    }).pipe(inMemory)
  )

  it.effect("by a lock is locked, and nothing is renewed", () =>
    Effect.gen(function* () {
      const { alice, fake } = yield* session
      yield* fake.mark("alice", { locked: true })
      const { error } = yield* ending(alice.getJoinedRooms)
      assert.isTrue(error?._tag === "Unauthorized" && error.locked && error.softLogout)
      assert.strictEqual((yield* refreshes).length, 0)
      yield* fake.mark("alice", { locked: false })
      assert.strictEqual((yield* ending(alice.getJoinedRooms)).tag, "success")
    }).pipe(inMemory)
  )
})
