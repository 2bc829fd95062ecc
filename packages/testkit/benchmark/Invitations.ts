/** A thousand invitations that take more than ten hours under Synapse's default limits, whoever makes them. */
import { MatrixId, Membership } from "@matrix-membership/core"
import { FakeHomeserver, RateLimits, VirtualClock } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export const guests = Array.from({ length: 8 }, (_, guest) => MatrixId.UserId.make(`@guest${guest}:localhost`))

/** Every guest into each of so many rooms. Five invitations at once, and then one in 1000 / 3 seconds. */
export const rounds = 125

export const leastHours = ((rounds - 5) * 1000) / 3 / 3600

/** One after the other, by Alice with core's operations. Answers with the rooms. */
export const all = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const membership = yield* Membership
  const rooms = yield* Effect.forEach(Array.from({ length: rounds }), () => fake.room({ creator: "alice" }))
  for (const roomId of rooms) for (const userId of guests) yield* membership.inviteUser({ roomId, userId })
  return rooms
})

export const layer = FakeHomeserver.layerTest({ limits: RateLimits.synapseDefaults }).pipe(
  Layer.provideMerge(VirtualClock.layer())
)
