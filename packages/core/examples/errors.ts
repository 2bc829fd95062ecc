import { type MatrixId, Membership } from "@matrix-membership/core"
import { Duration, Effect } from "effect"

export const inviteAndExplain = (roomId: MatrixId.RoomId, userId: MatrixId.UserId) =>
  Effect.gen(function* () {
    const membership = yield* Membership
    yield* membership.inviteUser({ roomId, userId })
    return "invited"
  }).pipe(
    Effect.catchTags({
      Forbidden: ({ detail }) => Effect.succeed(`the server says no: ${detail}`),
      BadState: () => Effect.succeed("they are banned"),
      InviteBlocked: () => Effect.succeed("they take no invitations"),
      RateLimited: ({ retryAfter = Duration.minutes(1) }) =>
        Effect.succeed(`come back in ${Duration.format(retryAfter)}`)
    })
  )
