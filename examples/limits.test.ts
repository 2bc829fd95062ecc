import { assert, it } from "@effect/vitest"
import { Membership } from "@matrix-membership/core"
import { FakeHomeserver, RateLimits, VirtualClock } from "@matrix-membership/testkit"
import { Clock, Effect, Layer } from "effect"

it.effect("invites thirty people as fast as Synapse lets it, and no faster", () =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const membership = yield* Membership
    const roomId = yield* fake.room({ creator: "alice" })

    for (let guest = 1; guest <= 30; guest++) {
      const { userId } = yield* fake.user(`guest${guest}`)
      yield* membership.inviteUser({ roomId, userId })
    }

    // Ten at once, and then one in five seconds; the test itself takes no time at all.
    assert.isAtLeast(yield* Clock.currentTimeMillis, 100_000)
  }).pipe(
    Effect.provide(
      FakeHomeserver.layerTest({ user: "alice", limits: RateLimits.synapseDefaults }).pipe(
        Layer.provideMerge(VirtualClock.layer())
      )
    )
  )
)
