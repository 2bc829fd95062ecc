import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, Listening } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import { inMemory, ok } from "./Stage.ts"
import { key, talk, verdict } from "./Talk.ts"

const memory = Layer.merge(FakeHomeserver.layerClient, Layer.succeed(Listening, { baseUrl: "http://localhost" }))

/** The three doors, each as a base URL and an `HttpClient` of its own. */
const doors = [
  { door: "memory", layer: memory },
  {
    door: "fetch",
    layer: Layer.mergeAll(
      FetchHttpClient.layer,
      FakeHomeserver.layerFetch,
      Layer.succeed(Listening, { baseUrl: "http://localhost" })
    )
  },
  { door: "port", layer: Layer.merge(FetchHttpClient.layer, FakeHomeserver.layerServer) }
].map(({ door, layer }) => ({ door, through: Effect.provide(Layer.provideMerge(layer, FakeHomeserver.layer())) }))

const scene = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const { baseUrl } = yield* Listening
  const { accessToken: token } = yield* fake.register("alice")
  const roomId = yield* fake.createRoom({ creator: "alice" })
  const invite = talk("POST", `/_matrix/client/v3/rooms/${roomId}/invite`, {
    baseUrl,
    token,
    body: { user_id: "@bob:localhost" }
  })
  const bob = fake.membershipOf(roomId, "bob")
  return { fake, invite, bob }
})

/** What befalls twenty invitations, one after the other. */
const fates = Effect.gen(function* () {
  const { fake, invite } = yield* scene
  const among = [Faults.reset, Faults.loseResponse, Faults.html502]
  yield* fake.faults.random({ rate: 0.5, seed: "monday", among })
  yield* Effect.repeat(Effect.exit(invite), { times: 19 })
  return (yield* fake.requests).map(({ fault }) => fault?._tag ?? "-")
})

const hit = { path: "/rooms/{roomId}/invite" }

const hasNoAnswer = (error: HttpClientError.HttpClientError) => error.response === undefined

describe.each(doors)("through $door", ({ through }) => {
  it.live("a scripted answer takes the place of the effect, once", () =>
    Effect.gen(function* () {
      const { bob, fake, invite } = yield* scene
      yield* fake.faults.next(hit, Faults.respond(503, { errcode: "M_UNKNOWN" }, { "retry-after": "7" }))
      const heard = yield* invite
      assert.strictEqual(verdict(heard), "503 M_UNKNOWN")
      assert.strictEqual(heard.headers["retry-after"], "7")
      assert.isUndefined(yield* bob)
      assert.strictEqual(verdict(yield* invite), ok)
      assert.strictEqual(yield* bob, "invite")
    }).pipe(through)
  )

  it.live.each([
    { hint: "header", header: /^2$/u, inBody: undefined },
    { hint: "body", header: undefined, inBody: 1500 },
    { hint: "date", header: / GMT$/u, inBody: undefined },
    { hint: "neither", header: undefined, inBody: undefined }
  ] as const)("a refusal says in $hint how long to wait", ({ header, hint, inBody }) =>
    Effect.gen(function* () {
      const { bob, fake, invite } = yield* scene
      yield* fake.faults.next(hit, Faults.rateLimited("1500 millis", hint))
      const heard = yield* invite
      assert.strictEqual(verdict(heard), "429 M_LIMIT_EXCEEDED")
      if (header === undefined) assert.isUndefined(heard.headers["retry-after"])
      else assert.match(String(heard.headers["retry-after"]), header)
      assert.strictEqual(key(heard, "retry_after_ms"), inBody)
      assert.isUndefined(yield* bob)
    }).pipe(through)
  )

  it.live("faults by chance befall the same requests in every run", () =>
    Effect.gen(function* () {
      const inMemory = yield* Effect.provide(fates, Layer.provideMerge(memory, FakeHomeserver.layer()))
      assert.isAbove(new Set(inMemory).size, 2)
      assert.deepStrictEqual(yield* through(fates), inMemory)
    })
  )

  it.live("a proxy's 502 is HTML", () =>
    Effect.gen(function* () {
      const { fake, invite } = yield* scene
      yield* fake.faults.next(hit, Faults.html502)
      const heard = yield* invite
      assert.strictEqual(heard.status, 502)
      assert.include(heard.headers["content-type"], "text/html")
      assert.include(String(heard.body), "<h1>502 Bad Gateway</h1>")
    }).pipe(through)
  )

  it.live("a reset comes before the effect", () =>
    Effect.gen(function* () {
      const { bob, fake, invite } = yield* scene
      yield* fake.faults.next(hit, Faults.reset)
      assert.isTrue(hasNoAnswer(yield* Effect.flip(invite)))
      assert.isUndefined(yield* bob)
      assert.strictEqual(verdict(yield* invite), ok)
      const [first] = yield* fake.requests
      assert.deepInclude(first, { answer: undefined, delivered: false })
    }).pipe(through)
  )

  it.live("a lost response comes after the effect", () =>
    Effect.gen(function* () {
      const { bob, fake, invite } = yield* scene
      yield* fake.faults.next(hit, Faults.loseResponse)
      assert.isTrue(hasNoAnswer(yield* Effect.flip(invite)))
      assert.strictEqual(yield* bob, "invite")
      const [first] = yield* fake.requests
      assert.deepInclude(first, { answer: { status: 200, errcode: undefined }, delivered: false })
    }).pipe(through)
  )

  it.live("a truncated body has a status, and no end", () =>
    Effect.gen(function* () {
      const { bob, fake, invite } = yield* scene
      yield* fake.faults.next(hit, Faults.truncate(1))
      const error = yield* Effect.flip(invite)
      assert.strictEqual(error.response?.status, 200)
      assert.strictEqual(yield* bob, "invite")
      const [first] = yield* fake.requests
      assert.deepInclude(first, { answer: { status: 200, errcode: undefined }, delivered: false })
    }).pipe(through)
  )
})

const inScene = Effect.provide(Layer.succeed(Listening, { baseUrl: "http://localhost" }))

describe("a delay", () => {
  it.effect("holds up the effect", () =>
    Effect.gen(function* () {
      const { bob, fake, invite } = yield* scene
      yield* fake.faults.next(hit, Faults.delay("10 seconds"))
      const fiber = yield* Effect.forkChild(invite)
      yield* TestClock.adjust("9 seconds")
      assert.isUndefined(yield* bob)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(verdict(yield* Fiber.join(fiber)), ok)
    }).pipe(inScene, inMemory)
  )

  it.effect("of the answer alone holds up nothing but the answer", () =>
    Effect.gen(function* () {
      const { bob, fake, invite } = yield* scene
      yield* fake.faults.next(hit, Faults.delayAnswer("10 seconds"))
      const fiber = yield* Effect.forkChild(invite)
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual(yield* bob, "invite")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 second")
      assert.strictEqual(verdict(yield* Fiber.join(fiber)), ok)
    }).pipe(inScene, inMemory)
  )

  it.effect("may be cut short, and the request then never has its effect", () =>
    Effect.gen(function* () {
      const { bob, fake, invite } = yield* scene
      yield* fake.faults.next(hit, Faults.delay("10 seconds"))
      const fiber = yield* Effect.forkChild(Effect.exit(Effect.timeout(invite, "5 seconds")))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "Failure")
      assert.isUndefined(yield* bob)
      const [first] = yield* fake.requests
      assert.deepInclude(first, { answer: undefined, delivered: false })
    }).pipe(inScene, inMemory)
  )

  it.effect("may end in another fault", () =>
    Effect.gen(function* () {
      const { fake, invite } = yield* scene
      yield* fake.faults.next(hit, Faults.delay("10 seconds", Faults.respond(500, { errcode: "M_UNKNOWN" })))
      const fiber = yield* Effect.forkChild(invite)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(verdict(yield* Fiber.join(fiber)), "500 M_UNKNOWN")
    }).pipe(inScene, inMemory)
  )
})

describe("the script", () => {
  it.effect("is matched by method, path and what a request says", () =>
    Effect.gen(function* () {
      const { fake, invite } = yield* scene
      const down = Faults.respond(500, { errcode: "M_UNKNOWN" })
      const misses: ReadonlyArray<Faults.Match> = [
        { method: "GET" },
        { path: "/rooms/{roomId}/kick" },
        { path: /\/_matrix\/client\/r0\// },
        { where: ({ userId }) => userId === "@bob:localhost" }
      ]
      for (const miss of misses) yield* fake.faults.every(miss, down)
      assert.strictEqual(verdict(yield* invite), ok)
      const hits: ReadonlyArray<Faults.Match> = [
        {},
        { method: "POST" },
        hit,
        { path: /invite$/ },
        { where: ({ body, userId }) => userId === "@alice:localhost" && JSON.stringify(body).includes("@bob") }
      ]
      for (const match of hits) {
        yield* fake.faults.next(match, down)
        assert.strictEqual(verdict(yield* invite), "500 M_UNKNOWN")
        assert.strictEqual(verdict(yield* invite), ok)
      }
    }).pipe(inScene, inMemory)
  )

  it.effect("hits as often as it says, and not after it is cleared", () =>
    Effect.gen(function* () {
      const { fake, invite } = yield* scene
      const busy = Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 5 })
      yield* fake.faults.every(hit, busy, 2)
      assert.deepStrictEqual(
        [yield* invite, yield* invite, yield* invite].map((heard) => heard.status),
        [429, 429, 200]
      )
      yield* fake.faults.every(hit, busy)
      assert.strictEqual(key(yield* invite, "retry_after_ms"), 5)
      yield* fake.faults.clear
      assert.strictEqual(verdict(yield* invite), ok)
    }).pipe(inScene, inMemory)
  )
})
