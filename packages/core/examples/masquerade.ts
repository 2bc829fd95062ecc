import { Masquerade, type MatrixId, Membership } from "@matrix-membership/core"
import { Effect } from "effect"

export const joinAs = (userId: MatrixId.UserId, roomId: MatrixId.RoomId) =>
  Effect.gen(function* () {
    const membership = yield* Membership
    return yield* membership.joinRoomById({ roomId })
  }).pipe(Effect.provideService(Masquerade.As, { userId }))
