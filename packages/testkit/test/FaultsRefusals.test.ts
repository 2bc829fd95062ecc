import { assert, describe, it } from "@effect/vitest"
import { Membership } from "@matrix-membership/core"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { inMemory } from "./Stage.ts"
import { get, key, talk, verdict } from "./Talk.ts"

const start = Date.UTC(2026, 10, 22, 12, 0, 0, 250)

const virtually = Effect.provide(VirtualClock.layer({ start }))

/** What 4.2 seconds look like: the header rounds up, and a date does so to the next whole second. */
const looks = {
  header: { retryAfter: "5", retryAfterMs: undefined, waited: 5000 },
  body: { retryAfter: undefined, retryAfterMs: 4200, waited: 4200 },
  both: { retryAfter: "5", retryAfterMs: 4200, waited: 5000 },
  date: { retryAfter: "Sun, 22 Nov 2026 12:00:05 GMT", retryAfterMs: undefined, waited: 5000 },
  neither: { retryAfter: undefined, retryAfterMs: undefined, waited: 0 }
} as const

const hints = Object.entries(looks).map(([hint, look]) => ({ hint: hint as Faults.Hint, ...look }))

describe("a refusal by script", () => {
  it.effect.each(hints)("says in $hint how long to wait", ({ hint, retryAfter, retryAfterMs }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      yield* fake.faults.next({}, Faults.rateLimited("4200 millis", hint))
      const heard = yield* get("/account/whoami", accessToken)
      assert.strictEqual(verdict(heard), "429 M_LIMIT_EXCEEDED")
      assert.strictEqual(heard.headers["retry-after"], retryAfter)
      assert.strictEqual(key(heard, "retry_after_ms"), retryAfterMs)
      assert.strictEqual(verdict(yield* get("/account/whoami", accessToken)), "200")
    }).pipe(inMemory, virtually)
  )

  it.effect.each(hints)("in $hint is waited for by core, and never cut short", ({ hint, waited }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const membership = yield* Membership
      yield* fake.faults.next({ path: "/account/whoami" }, Faults.rateLimited("4200 millis", hint))
      yield* membership.whoami
      const passed = (yield* Clock.currentTimeMillis) - start
      assert.isAtLeast(passed, waited)
      assert.isAtMost(passed, waited + 500)
    }).pipe(Effect.provide(FakeHomeserver.layerTest()), virtually)
  )

  it.effect("has no effect", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      const roomId = yield* fake.room({ creator: "alice" })
      yield* fake.faults.next({}, Faults.rateLimited("1 second"))
      const path = `/_matrix/client/v3/rooms/${roomId}/leave`
      assert.strictEqual((yield* talk("POST", path, { token: accessToken })).status, 429)
      yield* fake.expectMembership(roomId, "alice", "join")
    }).pipe(inMemory, virtually)
  )
})
