import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Listening, type Options, RateLimits } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { get, key, post, talk, verdict } from "./Talk.ts"

const inMemory = (options: Options = {}) =>
  Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer(options))))

const onPort = Effect.provide(
  Layer.mergeAll(FakeHomeserver.layerServer, FetchHttpClient.layer).pipe(Layer.provideMerge(FakeHomeserver.layer()))
)

describe("a session", () => {
  it.effect("is registered in one step, and known to whoami", () =>
    Effect.gen(function* () {
      const registered = yield* talk("POST", "/_matrix/client/v3/register", {
        body: { auth: { type: "m.login.dummy" }, username: "Alice", password: "secret" }
      })
      assert.strictEqual(key(registered, "user_id"), "@alice:localhost")
      const who = yield* get("/account/whoami", String(key(registered, "access_token")))
      assert.deepStrictEqual(who.body, {
        user_id: "@alice:localhost",
        device_id: key(registered, "device_id"),
        is_guest: false
      })
    }).pipe(inMemory())
  )

  it.effect("is asked for a stage before it is registered", () =>
    Effect.gen(function* () {
      const asked = yield* talk("POST", "/_matrix/client/r0/register", { body: { username: "alice", password: "x" } })
      assert.strictEqual(asked.status, 401)
      assert.deepStrictEqual(key(asked, "flows"), [{ stages: ["m.login.dummy"] }])
    }).pipe(inMemory())
  )

  it.effect("comes from a password, and ends with logout", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      yield* fake.register("alice", { password: "secret" })
      const login = (password: string) =>
        talk("POST", "/_matrix/client/v3/login", {
          body: { type: "m.login.password", identifier: { type: "m.id.user", user: "alice" }, password }
        })
      assert.strictEqual(verdict(yield* login("guess")), "403 M_FORBIDDEN")
      const token = String(key(yield* login("secret"), "access_token"))
      assert.strictEqual(verdict(yield* post("/logout", token)), "200")
      const after = yield* get("/account/whoami", token)
      assert.strictEqual(verdict(after), "401 M_UNKNOWN_TOKEN")
      assert.strictEqual(key(after, "soft_logout"), false)
    }).pipe(inMemory())
  )

  it.effect("that has expired says that the device may log in again", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      yield* fake.expire(accessToken)
      const heard = yield* get("/account/whoami", accessToken)
      assert.strictEqual(verdict(heard), "401 M_UNKNOWN_TOKEN")
      assert.strictEqual(key(heard, "soft_logout"), true)
    }).pipe(inMemory())
  )

  it.effect("needs its token in the header, and nowhere else", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const path = "/_matrix/client/v3/account/whoami"
      assert.strictEqual(verdict(yield* talk("GET", path)), "401 M_MISSING_TOKEN")
      assert.strictEqual(verdict(yield* talk("GET", `${path}?access_token=${accessToken}`)), "401 M_MISSING_TOKEN")
    }).pipe(inMemory())
  )
})

describe("options", () => {
  it.effect("let a token come in the query, but not in both places", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken: token } = yield* fake.register("alice")
      const path = `/_matrix/client/v3/account/whoami?access_token=${token}`
      assert.strictEqual(verdict(yield* talk("GET", path)), "200")
      assert.strictEqual(verdict(yield* talk("GET", path, { token })), "401 M_MISSING_TOKEN")
    }).pipe(inMemory({ tokenInQuery: true }))
  )

  it.effect("cut the server off from others: their users cannot be invited, which is found out last", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const roomId = yield* fake.createRoom({ creator: "alice" })
      const invite = (user_id: string) => Effect.map(post(`/rooms/${roomId}/invite`, accessToken, { user_id }), verdict)
      assert.strictEqual(yield* invite("@bob:other.org"), "403 M_FORBIDDEN")
      assert.isUndefined(yield* fake.membershipOf(roomId, "@bob:other.org"))
      assert.strictEqual(yield* invite("@bob:localhost"), "429 M_LIMIT_EXCEEDED")
    }).pipe(inMemory({ federates: false, limits: RateLimits.make({ rc_message: { per_second: 1, burst_count: 1 } }) }))
  )

  it.effect("keep no requests, for runs that make very many", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      yield* talk("GET", "/_matrix/client/versions")
      assert.deepStrictEqual(yield* fake.requests, [])
    }).pipe(inMemory({ recordRequests: false }))
  )

  it.effect("name the server, and with another seed give other identifiers", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken, userId } = yield* fake.register("alice")
      assert.strictEqual(userId, "@alice:example.org")
      const other = yield* Effect.provide(
        Effect.flatMap(FakeHomeserver, (fake) => fake.register("alice")),
        FakeHomeserver.layer({ serverName: "example.org", seed: "other" })
      )
      assert.notStrictEqual(other.accessToken, accessToken)
    }).pipe(inMemory({ serverName: "example.org" }))
  )
})

describe("a room", () => {
  it.effect("is created, joined by invitation, left and forgotten", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const alice = yield* fake.register("alice")
      const bob = yield* fake.register("bob")
      const roomId = String(key(yield* post("/createRoom", alice.accessToken, {}), "room_id"))
      const path = `/rooms/${encodeURIComponent(roomId)}`
      assert.strictEqual(verdict(yield* post(`${path}/join`, bob.accessToken)), "403 M_FORBIDDEN")
      assert.strictEqual(verdict(yield* post(`${path}/invite`, alice.accessToken, { user_id: bob.userId })), "200")
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "invite")
      const joined = yield* post(`${path}/join`, bob.accessToken)
      assert.deepStrictEqual(joined.body, { room_id: roomId })
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "join")
      assert.strictEqual(verdict(yield* post(`${path}/forget`, bob.accessToken)), "400 M_UNKNOWN")
      assert.strictEqual(verdict(yield* post(`${path}/leave`, bob.accessToken)), "200")
      assert.strictEqual(verdict(yield* post(`${path}/forget`, bob.accessToken)), "200")
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "leave")
    }).pipe(inMemory())
  )

  it.effect("is found by an alias with a slash in it", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const roomId = yield* fake.createRoom({ creator: "bob", alias: "#hall/east:localhost", joinRule: "public" })
      const joined = yield* post("/join/%23hall%2Feast%3Alocalhost", accessToken)
      assert.deepStrictEqual(joined.body, { room_id: roomId })
      const missing = yield* post("/join/%23hall%3Alocalhost", accessToken)
      assert.strictEqual(verdict(missing), "404 M_NOT_FOUND")
    }).pipe(inMemory())
  )

  it.effect("seeded by a test has the members that the test names", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const members = { bob: "join", "@carol:other.org": "ban", dan: "knock", eve: "leave", fay: "invite" } as const
      const roomId = yield* fake.createRoom({ creator: "alice", roomId: "!hall:localhost", members })
      assert.strictEqual(roomId, "!hall:localhost")
      for (const [name, membership] of Object.entries(members))
        assert.strictEqual(yield* fake.membershipOf(roomId, name), membership)
      assert.strictEqual(yield* fake.membershipOf(roomId, "alice"), "join")
      assert.isUndefined(yield* fake.membershipOf(roomId, "nobody"))
    }).pipe(inMemory())
  )
})

describe("the server", () => {
  it.effect("of an older generation has r0 paths only, and no knocking", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken: token } = yield* fake.register("alice")
      assert.deepStrictEqual(key(yield* talk("GET", "/_matrix/client/versions"), "versions"), ["r0.6.1"])
      assert.strictEqual(verdict(yield* talk("GET", "/_matrix/client/r0/account/whoami", { token })), "200")
      assert.strictEqual(verdict(yield* get("/account/whoami", token)), "404 M_UNRECOGNIZED")
      assert.strictEqual(
        verdict(yield* talk("POST", "/_matrix/client/r0/knock/%21a%3Ab", { token })),
        "404 M_UNRECOGNIZED"
      )
    }).pipe(inMemory({ specVersions: ["r0.6.1"] }))
  )

  it.effect("names what it does not know", () =>
    Effect.gen(function* () {
      assert.strictEqual(verdict(yield* talk("GET", "/_matrix/client/v3/nonsense")), "404 M_UNRECOGNIZED")
      assert.strictEqual(verdict(yield* talk("PUT", "/_matrix/client/v3/login")), "405 M_UNRECOGNIZED")
      assert.strictEqual(verdict(yield* talk("GET", "/elsewhere")), "404")
    }).pipe(inMemory())
  )

  it.effect("records requests without their tokens", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const roomId = yield* fake.createRoom({ creator: "alice" })
      yield* post(`/rooms/${roomId}/invite?via=a&via=b`, accessToken, { user_id: "@bob:localhost" })
      yield* post(`/rooms/${roomId}/invite?access_token=${accessToken}`, accessToken, { user_id: "@bob:localhost" })
      const [first, second] = yield* fake.requests
      assert.deepInclude(first, {
        sequence: 0,
        method: "POST",
        path: `/_matrix/client/v3/rooms/${roomId}/invite`,
        query: [
          ["via", "a"],
          ["via", "b"]
        ],
        body: { user_id: "@bob:localhost" },
        userId: "@alice:localhost",
        answer: { status: 200, errcode: undefined },
        delivered: true
      })
      assert.deepInclude(second, { sequence: 1, answer: { status: 401, errcode: "M_MISSING_TOKEN" } })
      assert.notInclude(JSON.stringify(yield* fake.requests), accessToken)
    }).pipe(inMemory())
  )
})

describe("the same routes", () => {
  it.live("on a free port", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { baseUrl } = yield* Listening
      const { accessToken: token, userId } = yield* fake.register("alice")
      const path = "/_matrix/client/v3/account/whoami"
      const who = yield* talk("GET", path, { baseUrl, token })
      assert.strictEqual(key(who, "user_id"), userId)
      assert.strictEqual(who.headers["access-control-allow-origin"], "*")
      const [seen] = yield* fake.requests
      assert.strictEqual(seen?.path, path)
    }).pipe(onPort)
  )

  it.live("as a fetch function", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const response = yield* Effect.promise(() =>
        fake.fetch("http://anywhere/_matrix/client/v3/joined_rooms", {
          method: "OPTIONS",
          headers: { authorization: `Bearer ${accessToken}` }
        })
      )
      assert.strictEqual(response.status, 204)
      const who = yield* get("/account/whoami", accessToken).pipe(
        Effect.provide(Layer.merge(FetchHttpClient.layer, FakeHomeserver.layerFetch))
      )
      assert.strictEqual(key(who, "user_id"), "@alice:localhost")
    }).pipe(inMemory())
  )
})
