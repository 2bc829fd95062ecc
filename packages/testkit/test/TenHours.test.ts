import { assert, it } from "@effect/vitest"
import { MatrixId, Membership } from "@matrix-membership/core"
import { FakeHomeserver, RateLimits, VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"

const guests = Array.from({ length: 8 }, (_, guest) => MatrixId.UserId.make(`@guest${guest}:localhost`))
const rounds = 125

/** 1000 invitations one after the other, of which Synapse lets each guest have one in 333 seconds. */
const inviteAll = Effect.fnUntraced(function* (rooms: ReadonlyArray<MatrixId.RoomId>) {
  const membership = yield* Membership
  for (const roomId of rooms) for (const userId of guests) yield* membership.inviteUser({ roomId, userId })
})

it.effect(
  "ten hours of Synapse's default limits pass while 1000 invitations are made, and core comes back when told",
  () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const rooms = yield* Effect.forEach(Array.from({ length: rounds }), () => fake.room({ creator: "alice" }))
      yield* inviteAll(rooms)

      const hours = Duration.toHours(Duration.millis(yield* Clock.currentTimeMillis))
      // Five at once, then one in 1000 / 3 seconds: nobody could be faster, and core is hardly slower.
      const least = ((rounds - 5) * 1000) / 3 / 3600
      assert.isAbove(least, 10)
      assert.isAtLeast(hours, least)
      assert.isAtMost(hours, least * 1.05)

      for (const roomId of rooms) for (const guest of guests) yield* fake.expectMembership(roomId, guest, "invite")
      const requests = yield* fake.requests
      const answered = (status: number) => requests.filter(({ answer }) => answer?.status === status).length
      // One question about versions; and hardly more than one refusal for each round in which there is a wait.
      assert.strictEqual(answered(200), 1 + 1000)
      assert.isAtLeast(answered(429), rounds - 5)
      assert.isAtMost(answered(429), (rounds - 5) * 1.5)
    }).pipe(
      Effect.provide(FakeHomeserver.layerTest({ limits: RateLimits.synapseDefaults })),
      Effect.provide(VirtualClock.layer())
    )
)
