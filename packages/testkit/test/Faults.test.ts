import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { post, verdict } from "./Talk.ts"

const inMemory = Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer())))

describe("a scripted answer", () => {
  it.effect("takes the place of the effect, for one matching request", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const roomId = yield* fake.createRoom({ creator: "alice" })
      const invite = post(`/rooms/${roomId}/invite`, accessToken, { user_id: "@bob:localhost" })
      yield* fake.faults.next({ path: "/rooms/{roomId}/invite" }, Faults.respond(500, { errcode: "M_UNKNOWN" }))
      assert.strictEqual(verdict(yield* post(`/rooms/${roomId}/kick`, accessToken)), "400 M_MISSING_PARAM")
      assert.strictEqual(verdict(yield* invite), "500 M_UNKNOWN")
      assert.isUndefined(yield* fake.membershipOf(roomId, "bob"))
      assert.strictEqual(verdict(yield* invite), "200")
      assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "invite")
    }).pipe(inMemory)
  )
})
