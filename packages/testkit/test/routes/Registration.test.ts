import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { inMemory } from "../Stage.ts"
import { get, key, talk, verdict } from "../Talk.ts"

const register = (body: unknown, query = "") => talk("POST", `/_matrix/client/v3/register${query}`, { body })
const dummy = { type: "m.login.dummy" }
const alice = { username: "alice", password: "secret" }
const login = (password: string) =>
  talk("POST", "/_matrix/client/v3/login", { body: { type: "m.login.password", user: "alice", password } })

describe("a session of user-interactive authentication", () => {
  it.effect("remembers name and password, so that only the proof is sent", () =>
    Effect.gen(function* () {
      const session = key(yield* register(alice), "session")
      assert.strictEqual(key(yield* register({ auth: { ...dummy, session } }), "user_id"), "@alice:localhost")
      assert.strictEqual(verdict(yield* login("secret")), "200")
    }).pipe(inMemory)
  )

  it.effect("that is done opens another session of the same account at each call", () =>
    Effect.gen(function* () {
      const session = key(yield* register(alice), "session")
      const again = register({ auth: { ...dummy, session } })
      const tokens = [yield* again, yield* again].map((heard) => key(heard, "access_token"))
      assert.strictEqual(new Set(tokens).size, 2)
      for (const token of tokens) assert.strictEqual(verdict(yield* get("/account/whoami", String(token))), "200")
      assert.strictEqual(verdict(yield* register({ username: "bob", auth: { ...dummy, session } })), "400 M_UNKNOWN")
    }).pipe(inMemory)
  )

  it.effect("tells what has been proven, and what went wrong", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      yield* fake.register("bob", { password: "right" })
      const session = key(yield* register(alice), "session")
      const stage = (auth: object) => register({ auth: { ...auth, session } })
      assert.deepStrictEqual(key(yield* stage({}), "completed"), [])
      assert.deepStrictEqual(key(yield* stage({ type: "m.login.terms" }), "completed"), ["m.login.terms"])
      const wrong = yield* stage({ type: "m.login.password", user: "bob", password: "wrong" })
      assert.strictEqual(verdict(wrong), "401 M_FORBIDDEN")
      assert.deepStrictEqual(key(wrong, "completed"), ["m.login.terms"])
      const right = yield* stage({ type: "m.login.password", user: "bob", password: "right" })
      assert.deepStrictEqual(key(right, "completed"), ["m.login.password", "m.login.terms"])
      assert.strictEqual(verdict(yield* stage(dummy)), "200")
    }).pipe(inMemory)
  )

  it.effect("does not keep a name from others", () =>
    Effect.gen(function* () {
      const session = key(yield* register(alice), "session")
      assert.strictEqual(verdict(yield* register({ ...alice, auth: dummy })), "200")
      assert.strictEqual(verdict(yield* register({ auth: { ...dummy, session } })), "400 M_USER_IN_USE")
    }).pipe(inMemory)
  )

  it.effect("takes the password when it comes at last", () =>
    Effect.gen(function* () {
      const session = key(yield* register({ username: "alice" }), "session")
      const missing = yield* register({ auth: { ...dummy, session } })
      assert.strictEqual(verdict(missing), "400 M_MISSING_PARAM")
      // The stage counts all the same.
      const late = yield* register({ username: "alice", password: "late", auth: { session } })
      assert.strictEqual(verdict(late), "200")
      assert.strictEqual(verdict(yield* login("late")), "200")
    }).pipe(inMemory)
  )
})

describe("a registration", () => {
  it.effect.each([
    { name: "a name of digits", body: { username: "123" }, refused: "M_INVALID_USERNAME" },
    { name: "a name that begins with _", body: { username: "_x" }, refused: "M_INVALID_USERNAME" },
    {
      name: "a user id of more than 255 characters",
      body: { username: "x".repeat(245) },
      refused: "M_INVALID_USERNAME"
    },
    { name: "a name of more than 512 characters", body: { username: "x".repeat(513) }, refused: "M_UNKNOWN" },
    { name: "a name that is no text", body: { username: null }, refused: "M_UNKNOWN" },
    { name: "a password that is no text", body: { password: 5 }, refused: "M_UNKNOWN" },
    { name: "an empty password", body: { password: "" }, refused: "M_MISSING_PARAM" },
    { name: "a stage nobody knows", body: { auth: { type: "m.login.dance" } }, refused: "M_INVALID_PARAM" },
    { name: "proof that is no object", body: { auth: "dummy" }, refused: "M_BAD_JSON" },
    { name: "a session nobody knows", body: { auth: { ...dummy, session: "x" } }, refused: "M_UNKNOWN" },
    { name: "a wish that is neither true nor false", body: { refresh_token: "yes" }, refused: "M_UNKNOWN" },
    { name: "another kind of account", body: {}, query: "?kind=robot", refused: "M_UNRECOGNIZED" },
    { name: "a token", body: {}, query: "?access_token=x", refused: "M_UNKNOWN" },
    { name: "a service's form without a token", body: { type: "m.login.application_service" }, refused: "M_UNKNOWN" }
  ])("is refused with $name", ({ body, query, refused }) =>
    Effect.gen(function* () {
      const heard = yield* register({ ...alice, auth: dummy, ...body }, query)
      assert.strictEqual(verdict(heard), `400 ${refused}`)
    }).pipe(inMemory)
  )

  it.effect("opens no session when it is told not to", () =>
    Effect.gen(function* () {
      const { body } = yield* register({ ...alice, auth: dummy, inhibit_login: true })
      assert.deepStrictEqual(body, { user_id: "@alice:localhost", home_server: "localhost" })
    }).pipe(inMemory)
  )

  it.effect("without a name makes one of digits, another each time", () =>
    Effect.gen(function* () {
      const nameless = Effect.map(register({ password: "x", auth: dummy }), (heard) => String(key(heard, "user_id")))
      const [one, other] = [yield* nameless, yield* nameless]
      assert.match(one, /^@\d+:localhost$/u)
      assert.notStrictEqual(one, other)
    }).pipe(inMemory)
  )
})
