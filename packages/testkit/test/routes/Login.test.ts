import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/testing/TestClock"
import { inMemory } from "../Stage.ts"
import { get, key, post, talk, verdict } from "../Talk.ts"

const login = (body: object) =>
  talk("POST", "/_matrix/client/v3/login", { body: { type: "m.login.password", password: "secret", ...body } })
const whoami = (token: unknown) => Effect.map(get("/account/whoami", String(token)), verdict)

const withAlice = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  yield* fake.register("alice", { password: "secret" })
  return fake
})

describe("logging in", () => {
  it.effect.each([
    { name: "a local part", body: { identifier: { type: "m.id.user", user: "alice" } } },
    { name: "a user id", body: { identifier: { type: "m.id.user", user: "@alice:localhost" } } },
    { name: "capital letters", body: { identifier: { type: "m.id.user", user: "ALICE" } } },
    { name: "the key of long ago", body: { user: "alice" } }
  ])("works with $name", ({ body }) =>
    Effect.gen(function* () {
      yield* withAlice
      assert.strictEqual(key(yield* login(body), "user_id"), "@alice:localhost")
    }).pipe(inMemory)
  )

  it.effect.each([
    { name: "another's password", body: { user: "alice", password: "wrong" }, refused: "403 M_FORBIDDEN" },
    { name: "no password", body: { user: "alice", password: null }, refused: "400 M_INVALID_PARAM" },
    { name: "an address", body: { medium: "email", address: "a@b.c" }, refused: "403 M_FORBIDDEN" },
    { name: "an address that is none", body: { medium: "email", address: "x" }, refused: "400 M_UNKNOWN" },
    { name: "half an address", body: { identifier: { type: "m.id.thirdparty" } }, refused: "400 M_UNKNOWN" },
    { name: "half a number", body: { identifier: { type: "m.id.phone" } }, refused: "400 M_INVALID_PARAM" },
    { name: "nobody", body: {}, refused: "400 M_INVALID_PARAM" },
    { name: "an identifier in text", body: { identifier: "alice" }, refused: "400 M_MISSING_PARAM" },
    { name: "an identifier of its own", body: { identifier: { type: "m.id.dance" } }, refused: "400 M_UNKNOWN" },
    { name: "no name", body: { identifier: { type: "m.id.user" } }, refused: "400 M_UNKNOWN" },
    { name: "a type that is no text", body: { user: "alice", type: 5 }, refused: "400 M_INVALID_PARAM" },
    { name: "a type nobody knows", body: { user: "alice", type: "m.login.dance" }, refused: "400 M_UNKNOWN" },
    { name: "a login token", body: { type: "m.login.token", token: "x" }, refused: "403 M_FORBIDDEN" },
    { name: "a service's type", body: { type: "m.login.application_service" }, refused: "401 M_MISSING_TOKEN" },
    {
      name: "a device id too long",
      body: { user: "alice", device_id: "x".repeat(513) },
      refused: "400 M_INVALID_PARAM"
    }
  ])("with $name is refused", ({ body, refused }) =>
    Effect.gen(function* () {
      yield* withAlice
      assert.strictEqual(verdict(yield* login(body)), refused)
    }).pipe(inMemory)
  )

  it.effect("is refused to a locked account", () =>
    Effect.gen(function* () {
      const fake = yield* withAlice
      yield* fake.mark("alice", { locked: true })
      const heard = yield* login({ user: "alice" })
      assert.strictEqual(verdict(heard), "401 M_USER_LOCKED")
      assert.strictEqual(key(heard, "soft_logout"), true)
    }).pipe(inMemory)
  )

  it.effect("again on the same device leaves its older token alone, and logging out ends both", () =>
    Effect.gen(function* () {
      yield* withAlice
      const onDevice = Effect.map(login({ user: "alice", device_id: "D" }), (heard) => key(heard, "access_token"))
      const [one, other] = [yield* onDevice, yield* onDevice]
      assert.deepStrictEqual([yield* whoami(one), yield* whoami(other)], ["200", "200"])
      yield* post("/logout", String(one))
      assert.deepStrictEqual([yield* whoami(one), yield* whoami(other)], Array(2).fill("401 M_UNKNOWN_TOKEN"))
    }).pipe(inMemory)
  )

  it.effect("with the wish for a refresh token gives an access token of five minutes", () =>
    Effect.gen(function* () {
      yield* withAlice
      const heard = yield* login({ user: "alice", refresh_token: true })
      assert.strictEqual(key(heard, "expires_in_ms"), 300_000)
      assert.isString(key(heard, "refresh_token"))
      const token = key(heard, "access_token")
      yield* TestClock.adjust("299 seconds")
      assert.strictEqual(yield* whoami(token), "200")
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* whoami(token), "401 M_UNKNOWN_TOKEN")
    }).pipe(inMemory)
  )

  it.effect("by other means than a password is for application services", () =>
    Effect.gen(function* () {
      const { body } = yield* talk("GET", "/_matrix/client/v3/login")
      assert.deepStrictEqual(body, { flows: [{ type: "m.login.password" }, { type: "m.login.application_service" }] })
    }).pipe(inMemory)
  )
})
