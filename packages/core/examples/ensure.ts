import { type MatrixId, Membership } from "@matrix-membership/core"
import { Effect } from "effect"

export const admitAll = (roomId: MatrixId.RoomId, guests: ReadonlyArray<MatrixId.UserId>) =>
  Effect.gen(function* () {
    const membership = yield* Membership
    const outcomes = yield* Effect.forEach(guests, (userId) =>
      membership.ensure({ roomId, userId, membership: "invite" })
    )
    return outcomes.filter((outcome) => outcome === "changed").length
  })
