import { type MatrixId, Membership, RetryPolicy } from "@matrix-membership/core"
import { Effect } from "effect"

export const joinOrGiveUp = (roomIdOrAlias: MatrixId.RoomIdOrAlias) =>
  Effect.gen(function* () {
    const membership = yield* Membership
    return yield* membership.joinRoom({ roomIdOrAlias })
  }).pipe(Effect.provideService(RetryPolicy.Override, RetryPolicy.make({ times: 2, longestWait: "5 seconds" })))
