import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, Listening, RateLimits } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import { ok } from "../Stage.ts"
import { talk, verdict } from "../Talk.ts"

const onPort = (limits = RateLimits.unlimited) =>
  Effect.provide(
    Layer.merge(FetchHttpClient.layer, FakeHomeserver.layerServer).pipe(
      Layer.provideMerge(FakeHomeserver.layer({ limits }))
    )
  )

const scene = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const { baseUrl } = yield* Listening
  const { accessToken: token } = yield* fake.register("alice")
  const roomId = yield* fake.createRoom({ creator: "alice" })
  const invite = (name: string) =>
    talk("POST", `/_matrix/client/v3/rooms/${roomId}/invite`, {
      baseUrl,
      token,
      body: { user_id: `@${name}:localhost` }
    })
  return { baseUrl, fake, invite, roomId }
})

const soon = { schedule: Schedule.spaced("5 millis"), times: 400 }

describe("the port", () => {
  it.live("is on the loopback interface", () =>
    Effect.gen(function* () {
      const { baseUrl } = yield* scene
      assert.match(baseUrl, /^http:\/\/127\.0\.0\.1:\d+$/u)
    }).pipe(onPort())
  )

  it.live("answers preflight requests with nothing but headers", () =>
    Effect.gen(function* () {
      const { baseUrl } = yield* scene
      const response = yield* Effect.promise(() =>
        fetch(`${baseUrl}/_matrix/client/v3/anything`, { method: "OPTIONS" })
      )
      assert.strictEqual(response.status, 204)
      assert.include(response.headers.get("access-control-allow-headers"), "Authorization")
    }).pipe(onPort())
  )

  it.live("notices a client that hangs up, and spares the effect", () =>
    Effect.gen(function* () {
      const { fake, invite, roomId } = yield* scene
      yield* fake.faults.next({}, Faults.delay("1 hour"))
      yield* Effect.exit(Effect.timeout(invite("bob"), "50 millis"))
      const requests = yield* Effect.retry(
        Effect.filterOrFail(
          fake.requests,
          (all) => all.length === 1,
          () => "still open" as const
        ),
        soon
      )
      assert.deepInclude(requests[0], { answer: undefined, delivered: false })
      assert.isUndefined(yield* fake.membershipOf(roomId, "bob"))
    }).pipe(onPort())
  )

  it.live("closes with its scope, though a request is under way", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.gen(function* () {
        const { fake, invite } = yield* scene
        yield* fake.faults.next({}, Faults.delay("1 hour"))
        const fiber = yield* Effect.forkDetach(Effect.exit(invite("bob")))
        yield* Effect.sleep("50 millis")
        return fiber
      }).pipe(onPort())
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "Failure")
    })
  )

  it.live("goes down and comes back, and the fake has forgotten nothing", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken: token } = yield* fake.user("alice")
      const roomId = yield* fake.room({ creator: "alice" })
      const invite = (baseUrl: string, name: string) =>
        talk("POST", `/_matrix/client/v3/rooms/${roomId}/invite`, {
          baseUrl,
          token,
          body: { user_id: `@${name}:localhost` }
        })
      const first = yield* Effect.scoped(Effect.tap(fake.listen(), (baseUrl) => invite(baseUrl, "bob")))
      const meanwhile = yield* Effect.flip(invite(first, "carol"))
      assert.isUndefined(meanwhile.response)
      const port = Number(new URL(first).port)
      const second = yield* Effect.scoped(Effect.tap(fake.listen(port), (baseUrl) => invite(baseUrl, "dan")))
      assert.strictEqual(second, first)
      const members = Object.keys(yield* fake.memberHistory(roomId))
      assert.deepStrictEqual(members, ["@alice:localhost", "@bob:localhost", "@dan:localhost"])
    }).pipe(Effect.provide(Layer.merge(FetchHttpClient.layer, FakeHomeserver.layer())))
  )

  it.live("as a layer is opened anew where it is provided anew", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const opened = Effect.map(Listening, ({ baseUrl }) => baseUrl).pipe(
        Effect.tap((baseUrl) => talk("GET", "/_matrix/client/versions", { baseUrl })),
        Effect.provide(FakeHomeserver.layerServer)
      )
      yield* opened
      yield* opened
      assert.lengthOf(yield* fake.requests, 2)
    }).pipe(Effect.provide(Layer.merge(FetchHttpClient.layer, FakeHomeserver.layer())))
  )

  it.live("that is taken is an error that says so", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const port = Number(new URL(yield* fake.listen()).port)
      const error = yield* Effect.flip(fake.listen(port))
      assert.strictEqual(error._tag, "ServeError")
      assert.include(String(error.cause), "EADDRINUSE")
    }).pipe(Effect.provide(FakeHomeserver.layer()))
  )

  it.effect("keeps the time of the clock it was opened on", () =>
    Effect.gen(function* () {
      const { invite } = yield* scene
      assert.strictEqual(verdict(yield* invite("b")), ok)
      assert.strictEqual(verdict(yield* invite("c")), "429 M_LIMIT_EXCEEDED")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(verdict(yield* invite("c")), ok)
    }).pipe(onPort(RateLimits.make({ rc_message: { per_second: 0.001, burst_count: 1 } })))
  )
})
