import { assert, it } from "@effect/vitest"
import { Credentials, Membership } from "@matrix-membership/core"
import { FakeHomeserver } from "@matrix-membership/testkit"
import { Effect, Layer, Redacted } from "effect"
import { welcome } from "./welcome.ts"

it.effect("welcomes Bob to the hall", () =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const { accessToken } = yield* fake.register("alice")
    yield* fake.createRoom({
      creator: "host",
      alias: "#hall:example.org",
      joinRule: "public",
      powerLevels: { invite: 0 }
    })

    const membership = Membership.layer({ homeserver: new URL("http://localhost") }).pipe(
      Layer.provide([Credentials.layer(Redacted.make(accessToken)), FakeHomeserver.layerClient])
    )
    const roomId = yield* Effect.provide(welcome, membership)

    assert.strictEqual(yield* fake.membershipOf(roomId, "alice"), "join")
    assert.strictEqual(yield* fake.membershipOf(roomId, "@bob:example.org"), "invite")
  }).pipe(Effect.provide(FakeHomeserver.layer()))
)
