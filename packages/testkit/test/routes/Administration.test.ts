import { createHmac } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, RateLimits } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { note } from "../Follower.ts"
import { forbidden, inMemory, ok, path } from "../Stage.ts"
import { key, post, talk, verdict } from "../Talk.ts"

const register = "/_synapse/admin/v1/register"

const withSecret = Effect.provide(
  FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer({ registrationSecret: "shared" })))
)

const nonce = Effect.map(talk("GET", register), (heard) => String(key(heard, "nonce")))

const signed = (secret: string, given: string, admin: boolean, username = "root") => ({
  nonce: given,
  username,
  password: "pw",
  admin,
  mac: createHmac("sha1", secret)
    .update([given, username, "pw", admin ? "admin" : "notadmin"].join("\0"))
    .digest("hex")
})

describe("registration by a shared secret", () => {
  it.effect("makes an administrator, who can log in", () =>
    Effect.gen(function* () {
      const made = yield* talk("POST", register, { body: signed("shared", yield* nonce, true) })
      assert.strictEqual(key(made, "user_id"), "@root:localhost")
      const overrides = overrideOf("@root:localhost")
      assert.strictEqual(verdict(yield* talk("GET", overrides, { token: String(key(made, "access_token")) })), ok)
      const login = { type: "m.login.password", user: "root", password: "pw" }
      assert.strictEqual(verdict(yield* talk("POST", "/_matrix/client/v3/login", { body: login })), ok)
    }).pipe(withSecret)
  )

  it.effect("takes another secret for none, and a nonce once, whatever came of it", () =>
    Effect.gen(function* () {
      const given = yield* nonce
      const attempt = (secret: string) => talk("POST", register, { body: signed(secret, given, true) })
      assert.strictEqual(verdict(yield* attempt("guessed")), "403 M_UNKNOWN")
      assert.strictEqual(verdict(yield* attempt("shared")), "400 M_UNKNOWN")
    }).pipe(withSecret)
  )

  it.effect("signs what is asked for: whoever asks for more is refused", () =>
    Effect.gen(function* () {
      const body = { ...signed("shared", yield* nonce, false), admin: true }
      assert.strictEqual(verdict(yield* talk("POST", register, { body })), "403 M_UNKNOWN")
    }).pipe(withSecret)
  )

  it.effect("takes no name twice", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      yield* fake.register("root")
      const body = signed("shared", yield* nonce, false)
      assert.strictEqual(verdict(yield* talk("POST", register, { body })), "400 M_USER_IN_USE")
    }).pipe(withSecret)
  )

  it.effect.each([
    { what: "nonce", answer: "400 M_BAD_JSON" },
    { what: "username", answer: "400 M_BAD_JSON" },
    { what: "password", answer: "400 M_BAD_JSON" },
    { what: "mac", answer: "400 M_BAD_JSON" }
  ])("without $what: $answer", ({ answer, what }) =>
    Effect.gen(function* () {
      const body = { ...signed("shared", yield* nonce, false), [what]: undefined }
      assert.strictEqual(verdict(yield* talk("POST", register, { body })), answer)
    }).pipe(withSecret)
  )

  it.effect("is Synapse's alone", () =>
    Effect.gen(function* () {
      assert.strictEqual(verdict(yield* talk("GET", register)), "404 M_UNRECOGNIZED")
    }).pipe(
      Effect.provide(
        FakeHomeserver.layerClient.pipe(
          Layer.provideMerge(FakeHomeserver.layer({ flavour: "dendrite", registrationSecret: "shared" }))
        )
      )
    )
  )

  it.effect("is closed without a secret", () =>
    Effect.gen(function* () {
      assert.strictEqual(verdict(yield* talk("GET", register)), "400 M_UNKNOWN")
      assert.strictEqual(verdict(yield* talk("POST", register, { body: signed("", "x", true) })), "400 M_UNKNOWN")
    }).pipe(inMemory)
  )
})

const overrideOf = (userId: string) => `/_synapse/admin/v1/users/${encodeURIComponent(userId)}/override_ratelimit`

const limits = RateLimits.make({
  rc_message: { per_second: 0.001, burst_count: 1 },
  rc_invites: { per_issuer: { per_second: 0.001, burst_count: 1 } }
})

/** Alice with a room of her own under narrow limits, and what an administrator may say about her. */
const scene = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const admin = (yield* fake.register("root", { admin: true })).accessToken
  const alice = (yield* fake.register("alice")).accessToken
  const roomId = yield* fake.createRoom({ creator: "alice" })
  const override = (method: "GET" | "POST" | "DELETE", body?: unknown, userId = "@alice:localhost", token = admin) =>
    talk(method, overrideOf(userId), { token, ...(body === undefined ? {} : { body }) })
  const invite = (name: string) => post(path("invite", roomId), alice, { user_id: `@${name}:localhost` })
  return { admin, alice, invite, override, roomId }
})

const limited = Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer({ limits }))))

describe("an overridden rate limit", () => {
  it.effect("of zeros lifts every limit of that sender", () =>
    Effect.gen(function* () {
      const { invite, override } = yield* scene
      yield* invite("a")
      assert.strictEqual(verdict(yield* invite("b")), "429 M_LIMIT_EXCEEDED")
      const zeros = { messages_per_second: 0, burst_count: 0 }
      assert.deepStrictEqual((yield* override("POST", zeros)).body, zeros)
      for (const name of ["b", "c", "d"]) assert.strictEqual(verdict(yield* invite(name)), ok)
      assert.deepStrictEqual((yield* override("GET")).body, zeros)
      assert.deepStrictEqual((yield* override("DELETE")).body, {})
      assert.deepStrictEqual((yield* override("GET")).body, {})
      assert.strictEqual(verdict(yield* invite("e")), "429 M_LIMIT_EXCEEDED")
    }).pipe(limited)
  )

  it.effect("of more than zero is about messages alone", () =>
    Effect.gen(function* () {
      const { alice, invite, override, roomId } = yield* scene
      yield* override("POST", { messages_per_second: 1, burst_count: 3 })
      const answers = [
        verdict(yield* note(alice, roomId, 1)),
        verdict(yield* invite("a")),
        verdict(yield* invite("b")),
        verdict(yield* note(alice, roomId, 2)),
        verdict(yield* note(alice, roomId, 3))
      ]
      assert.deepStrictEqual(answers, [ok, ok, "429 M_LIMIT_EXCEEDED", ok, "429 M_LIMIT_EXCEEDED"])
    }).pipe(limited)
  )

  it.effect("is no business of those who are no administrators", () =>
    Effect.gen(function* () {
      const { alice, invite, override } = yield* scene
      assert.strictEqual(verdict(yield* override("POST", {}, "@alice:localhost", alice)), forbidden)
      yield* invite("a")
      assert.strictEqual(verdict(yield* invite("b")), "429 M_LIMIT_EXCEEDED")
    }).pipe(limited)
  )

  it.effect.each([
    { method: "GET", userId: "@nobody:localhost", answer: "404 M_NOT_FOUND" },
    { method: "POST", userId: "@nobody:localhost", answer: "404 M_NOT_FOUND" },
    { method: "DELETE", userId: "@nobody:elsewhere", answer: "400 M_UNKNOWN" },
    { method: "GET", userId: "nobody", answer: "400 M_UNKNOWN" }
  ] as const)("of $userId, $method: $answer", ({ answer, method, userId }) =>
    Effect.gen(function* () {
      const { override } = yield* scene
      assert.strictEqual(verdict(yield* override(method, method === "POST" ? {} : undefined, userId)), answer)
    }).pipe(limited)
  )

  it.effect.each([{ burst_count: -1 }, { burst_count: "1" }, { messages_per_second: true }, { burst_count: 0.5 }])(
    "is no %j",
    (body) =>
      Effect.gen(function* () {
        const { override } = yield* scene
        assert.strictEqual(verdict(yield* override("POST", body)), "400 M_INVALID_PARAM")
      }).pipe(limited)
  )
})
