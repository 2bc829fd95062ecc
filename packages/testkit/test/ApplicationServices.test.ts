import { assert, describe, it } from "@effect/vitest"
import { Masquerade, MatrixId, Membership } from "@matrix-membership/core"
import { FakeHomeserver, RateLimits, VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { inMemory, ok } from "./Stage.ts"
import { key, post, talk, verdict } from "./Talk.ts"

const bots = { sender: "bridge", users: ["@bot_.*:localhost"] }

const whoami = "/_matrix/client/v3/account/whoami"

const spokenFor = (userId: string, path = whoami) => `${path}?user_id=${encodeURIComponent(userId)}`

const scene = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const { accessToken: token } = yield* fake.applicationService(bots)
  yield* fake.user("bot_a")
  return { fake, token }
})

describe("an application service", () => {
  it.effect("is its sender, who has no device, unless it names another user", () =>
    Effect.gen(function* () {
      const { token } = yield* scene
      const sender = yield* talk("GET", whoami, { token })
      assert.deepStrictEqual(sender.body, { user_id: "@bridge:localhost", is_guest: false })
      const bot = yield* talk("GET", spokenFor("@bot_a:localhost"), { token })
      assert.deepStrictEqual(bot.body, { user_id: "@bot_a:localhost", is_guest: false })
    }).pipe(inMemory)
  )

  it.effect("speaks for nobody outside its namespace, and for nobody who has no account", () =>
    Effect.gen(function* () {
      const { fake, token } = yield* scene
      yield* fake.user("alice")
      for (const userId of ["@alice:localhost", "@bot_b:localhost", "nonsense"])
        assert.strictEqual(verdict(yield* talk("GET", spokenFor(userId), { token })), "403 M_FORBIDDEN")
    }).pipe(inMemory)
  )

  it.effect("names a device that the user has, or is refused", () =>
    Effect.gen(function* () {
      const { fake, token } = yield* scene
      const { deviceId } = yield* fake.user("bot_a")
      const known = yield* talk("GET", `${spokenFor("@bot_a:localhost")}&device_id=${deviceId}`, { token })
      assert.strictEqual(key(known, "device_id"), deviceId)
      for (const gone of ["GONE", ""]) {
        const unknown = yield* talk("GET", `${spokenFor("@bot_a:localhost")}&device_id=${gone}`, { token })
        assert.strictEqual(verdict(unknown), "400 M_UNKNOWN_DEVICE")
      }
    }).pipe(inMemory)
  )

  it.effect("registers its users, which nobody else may, without a password", () =>
    Effect.gen(function* () {
      const { fake, token } = yield* scene
      const register = (username: string, token?: string) =>
        talk("POST", "/_matrix/client/v3/register", {
          body: { type: "m.login.application_service", username },
          ...(token === undefined ? {} : { token })
        })
      const made = yield* register("bot_New", token)
      assert.strictEqual(key(made, "user_id"), "@bot_New:localhost")
      assert.strictEqual(verdict(yield* register("bot_New", token)), "400 M_USER_IN_USE")
      assert.strictEqual(verdict(yield* register("alice", token)), "400 M_EXCLUSIVE")
      assert.strictEqual(verdict(yield* register("bot_c", "nobody's")), "401 M_UNKNOWN_TOKEN")
      const other = yield* fake.applicationService({ sender: "other", users: ["@bot_.*"], exclusive: false })
      assert.strictEqual(verdict(yield* register("bot_c", other.accessToken)), "400 M_EXCLUSIVE")
      const body = { username: "bot_c", password: "x", auth: { type: "m.login.dummy" } }
      assert.strictEqual(verdict(yield* talk("POST", "/_matrix/client/v3/register", { body })), "400 M_EXCLUSIVE")
    }).pipe(inMemory)
  )

  it.effect("logs its users in with its token alone", () =>
    Effect.gen(function* () {
      const { fake, token } = yield* scene
      yield* fake.user("alice")
      const login = (user: string) =>
        post("/login", token, { type: "m.login.application_service", identifier: { type: "m.id.user", user } })
      const heard = yield* login("bot_a")
      assert.strictEqual(key(heard, "user_id"), "@bot_a:localhost")
      const again = yield* talk("GET", whoami, { token: String(key(heard, "access_token")) })
      assert.strictEqual(key(again, "device_id"), key(heard, "device_id"))
      assert.strictEqual(verdict(yield* login("alice")), "403 M_FORBIDDEN")
      assert.strictEqual(verdict(yield* login("bot_b")), "404 M_UNKNOWN")
    }).pipe(inMemory)
  )

  it.effect("cannot log out, and its users keep their sessions when it tries", () =>
    Effect.gen(function* () {
      const { fake, token } = yield* scene
      const bot = yield* fake.user("bot_a")
      const logout = talk("POST", spokenFor("@bot_a:localhost", "/_matrix/client/v3/logout"), { token })
      assert.strictEqual(verdict(yield* logout), "401 M_UNKNOWN")
      assert.strictEqual(verdict(yield* talk("GET", whoami, { token })), ok)
      assert.strictEqual(verdict(yield* talk("GET", whoami, { token: bot.accessToken })), ok)
      yield* fake.revoke(token)
      assert.strictEqual(verdict(yield* talk("GET", whoami, { token })), "401 M_UNKNOWN_TOKEN")
    }).pipe(inMemory)
  )

  it.effect("is recorded as the user whom it speaks for", () =>
    Effect.gen(function* () {
      const { fake, token } = yield* scene
      yield* talk("GET", spokenFor("@bot_a:localhost"), { token })
      yield* talk("GET", whoami, { token })
      const callers = (yield* fake.requests).map(({ userId }) => userId)
      assert.deepStrictEqual(callers, ["@bot_a:localhost", "@bridge:localhost"])
    }).pipe(inMemory)
  )
})

/** Three joins, of which one is more than Synapse lets pass at once. */
const joining = (rateLimited: boolean) =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const membership = yield* Membership
    const { userId } = yield* fake.user("bot_a")
    for (let count = 0; count < 3; count++) {
      const roomId = yield* fake.room({ joinRule: "public" })
      yield* Effect.provideService(membership.joinRoomById({ roomId }), Masquerade.As, { userId })
      yield* fake.expectMembership(roomId, "bot_a", "join")
    }
    return (yield* Clock.currentTimeMillis) / 1000
  }).pipe(
    Effect.provide(FakeHomeserver.layerService({ ...bots, rateLimited })),
    Effect.provide(
      FakeHomeserver.layer({
        limits: RateLimits.make({ rc_joins: { local: { per_second: 0.1, burst_count: 2 } } })
      }).pipe(Layer.provideMerge(VirtualClock.layer()))
    )
  )

describe("limits", () => {
  it.effect("hold for a service's users like for all others", () =>
    Effect.map(joining(true), (seconds) => assert.isAtLeast(seconds, 10))
  )

  it.effect("do not where its registration says so", () =>
    Effect.map(joining(false), (seconds) => assert.strictEqual(seconds, 0))
  )

  const inviting = (user: string | undefined, options: Parameters<typeof FakeHomeserver.layer>[0]) =>
    Effect.gen(function* () {
      const { fake, token } = yield* scene
      const roomId = yield* fake.room({ creator: "bridge", members: { bot_a: "join" }, powerLevels: { invite: 0 } })
      const path = `/_matrix/client/v3/rooms/${roomId}/invite`
      const invite = (name: string) =>
        talk("POST", user === undefined ? path : spokenFor(user, path), {
          token,
          body: { user_id: `@${name}:localhost` }
        })
      return [verdict(yield* invite("one")), verdict(yield* invite("two"))]
    }).pipe(Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer(options)))))

  it.effect("on events do not hold for its sender, only for its users", () =>
    Effect.gen(function* () {
      const limits = RateLimits.make({ rc_message: { per_second: 0.1, burst_count: 1 } })
      assert.deepStrictEqual(yield* inviting(undefined, { limits }), [ok, ok])
      assert.deepStrictEqual(yield* inviting("@bot_a:localhost", { limits }), [ok, "429 M_LIMIT_EXCEEDED"])
    })
  )

  it.effect("of Dendrite hold for no service", () =>
    Effect.gen(function* () {
      const limits = RateLimits.make({ slots: { threshold: 1, cooloff_ms: 500 } }, RateLimits.dendriteDefaults)
      assert.deepStrictEqual(yield* inviting("@bot_a:localhost", { limits, flavour: "dendrite" }), [ok, ok])
    })
  )
})

it.live("an application service speaks for its users on a port, too", () =>
  Effect.gen(function* () {
    const { fake, token } = yield* scene
    const baseUrl = yield* fake.listen()
    const userId = MatrixId.UserId.make("@bot_a:localhost")
    const heard = yield* talk("GET", spokenFor(userId), { token, baseUrl })
    assert.strictEqual(key(heard, "user_id"), userId)
  }).pipe(Effect.provide(Layer.merge(FetchHttpClient.layer, FakeHomeserver.layer())))
)
