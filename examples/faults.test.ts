import { assert, it } from "@effect/vitest"
import { Membership } from "@matrix-membership/core"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import { Effect, Layer } from "effect"

it.effect("invites Bob once, although the first answer is lost", () =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const membership = yield* Membership
    const bob = yield* fake.user("bob")
    const roomId = yield* fake.room({ creator: "alice" })
    yield* fake.faults.next({ path: "/rooms/{roomId}/invite" }, Faults.loseResponse)

    yield* membership.inviteUser({ roomId, userId: bob.userId })

    yield* fake.expectMembership(roomId, "bob", "invite")
    const invites = (yield* fake.timeline(roomId)).filter(({ stateKey }) => stateKey === bob.userId)
    assert.lengthOf(invites, 1)
  }).pipe(Effect.provide(FakeHomeserver.layerTest({ user: "alice" }).pipe(Layer.provideMerge(VirtualClock.layer()))))
)
