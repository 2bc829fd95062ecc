import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { inMemory, ok } from "../Stage.ts"
import { get, type Heard, key, post, talk, verdict } from "../Talk.ts"

const unknownToken = "401 M_UNKNOWN_TOKEN"

const login = (body: object = {}) =>
  talk("POST", "/_matrix/client/v3/login", {
    body: { type: "m.login.password", user: "alice", password: "secret", refresh_token: true, ...body }
  })

const refresh = (body: unknown) => talk("POST", "/_matrix/client/v3/refresh", { body })

const access = (heard: Heard) => String(key(heard, "access_token"))
const renewal = (heard: Heard) => ({ refresh_token: key(heard, "refresh_token") })

const whoami = (heard: Heard) => get("/account/whoami", access(heard))

const alice = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  yield* fake.register("alice", { password: "secret" })
  return yield* login()
})

describe("a token that came with a refresh token", () => {
  it.effect("is good for five minutes, and then asks to be renewed", () =>
    Effect.gen(function* () {
      const session = yield* alice
      assert.strictEqual(key(session, "expires_in_ms"), 300_000)
      yield* TestClock.adjust("299999 millis")
      assert.strictEqual(verdict(yield* whoami(session)), ok)
      yield* TestClock.adjust("1 millis")
      const refused = yield* whoami(session)
      assert.strictEqual(verdict(refused), unknownToken)
      assert.isTrue(key(refused, "soft_logout"))
      const renewed = yield* refresh(renewal(session))
      assert.strictEqual(verdict(yield* whoami(renewed)), ok)
      assert.deepStrictEqual((yield* whoami(renewed)).body, {
        user_id: "@alice:localhost",
        device_id: key(session, "device_id"),
        is_guest: false
      })
    }).pipe(inMemory)
  )

  it.effect("is good for as long as the test wants", () =>
    Effect.gen(function* () {
      const session = yield* alice
      assert.strictEqual(key(session, "expires_in_ms"), 2_000)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(verdict(yield* whoami(session)), unknownToken)
    }).pipe(
      Effect.provide(
        FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer({ accessTokenLifetime: "2 seconds" })))
      )
    )
  )

  it.effect("is only handed out to those who ask for it", () =>
    Effect.gen(function* () {
      yield* alice
      const session = yield* login({ refresh_token: false })
      assert.isUndefined(key(session, "refresh_token"))
      assert.isUndefined(key(session, "expires_in_ms"))
      yield* TestClock.adjust("365 days")
      assert.strictEqual(verdict(yield* whoami(session)), ok)
    }).pipe(inMemory)
  )

  it.effect("is handed out at registration, too", () =>
    Effect.gen(function* () {
      const registered = yield* talk("POST", "/_matrix/client/v3/register", {
        body: { username: "bob", password: "secret", refresh_token: true, auth: { type: "m.login.dummy" } }
      })
      assert.strictEqual(verdict(yield* whoami(yield* refresh(renewal(registered)))), ok)
    }).pipe(inMemory)
  )
})

describe("a refresh token", () => {
  it.effect("can be exchanged again as long as what came of it is unused, which is void then", () =>
    Effect.gen(function* () {
      const session = yield* alice
      const lost = yield* refresh(renewal(session))
      assert.strictEqual(verdict(yield* whoami(session)), ok)
      const renewed = yield* refresh(renewal(session))
      assert.strictEqual(verdict(renewed), ok)
      assert.strictEqual(verdict(yield* whoami(lost)), unknownToken)
      assert.strictEqual(verdict(yield* refresh(renewal(lost))), unknownToken)
      assert.strictEqual(verdict(yield* whoami(renewed)), ok)
    }).pipe(inMemory)
  )

  it.effect("is spent once the new access token is used", () =>
    Effect.gen(function* () {
      const session = yield* alice
      yield* whoami(yield* refresh(renewal(session)))
      assert.strictEqual(verdict(yield* refresh(renewal(session))), "403 M_FORBIDDEN")
    }).pipe(inMemory)
  )

  it.effect("is spent once the new refresh token is used, and forgotten after the one after that", () =>
    Effect.gen(function* () {
      const session = yield* alice
      const second = yield* refresh(renewal(session))
      const third = yield* refresh(renewal(second))
      assert.strictEqual(verdict(yield* refresh(renewal(session))), unknownToken)
      assert.strictEqual(verdict(yield* whoami(third)), ok)
      assert.strictEqual(verdict(yield* refresh(renewal(second))), "403 M_FORBIDDEN")
    }).pipe(inMemory)
  )

  it.effect("outlives its access token, and that one the exchange", () =>
    Effect.gen(function* () {
      const session = yield* alice
      const renewed = yield* refresh(renewal(session))
      yield* whoami(renewed)
      assert.strictEqual(verdict(yield* whoami(session)), ok)
      yield* TestClock.adjust("1 day")
      assert.strictEqual(verdict(yield* refresh(renewal(renewed))), ok)
    }).pipe(inMemory)
  )

  it.effect.each([
    { what: "one that was never handed out", body: { refresh_token: "syr_x_y" }, answer: unknownToken },
    { what: "none", body: {}, answer: "400 M_MISSING_PARAM" },
    { what: "a number", body: { refresh_token: 3 }, answer: "400 M_INVALID_PARAM" },
    { what: "a list", body: [], answer: "400 M_BAD_JSON" }
  ])("that is $what: $answer, without a word on logging out", ({ answer, body }) =>
    Effect.gen(function* () {
      const refused = yield* refresh(body)
      assert.strictEqual(verdict(refused), answer)
      assert.isUndefined(key(refused, "soft_logout"))
    }).pipe(inMemory)
  )
})

describe("logging out", () => {
  it.effect("ends a device with all its tokens, and no other device", () =>
    Effect.gen(function* () {
      const session = yield* alice
      const other = yield* login()
      const renewed = yield* refresh(renewal(session))
      assert.strictEqual(verdict(yield* post("/logout", access(renewed))), ok)
      const refused = yield* whoami(session)
      assert.strictEqual(verdict(refused), unknownToken)
      assert.isFalse(key(refused, "soft_logout"))
      assert.strictEqual(verdict(yield* refresh(renewal(renewed))), unknownToken)
      assert.strictEqual(verdict(yield* whoami(other)), ok)
    }).pipe(inMemory)
  )

  it.effect("of all devices spares nobody but other users", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const session = yield* alice
      const other = yield* login()
      const bob = yield* fake.register("bob")
      assert.strictEqual(verdict(yield* post("/logout/all", access(session))), ok)
      assert.strictEqual(verdict(yield* whoami(session)), unknownToken)
      assert.strictEqual(verdict(yield* whoami(other)), unknownToken)
      assert.strictEqual(verdict(yield* refresh(renewal(other))), unknownToken)
      assert.strictEqual(verdict(yield* get("/account/whoami", bob.accessToken)), ok)
    }).pipe(inMemory)
  )

  it.effect("is open to those whose token has expired, and to the locked", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const session = yield* alice
      const other = yield* login()
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(verdict(yield* post("/logout", access(session))), ok)
      yield* fake.mark("alice", { locked: true })
      assert.strictEqual(verdict(yield* post("/logout/all", access(other))), ok)
      assert.strictEqual(verdict(yield* post("/logout", access(other))), unknownToken)
    }).pipe(inMemory)
  )
})
