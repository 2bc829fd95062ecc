import { Credentials, type MatrixError, MatrixId, Membership } from "@matrix-membership/core"
import { Config, Duration, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"

const later = ({ retryAfter = Duration.zero }: MatrixError.RateLimited) => `later, in ${Duration.format(retryAfter)}`

/** Invites somebody, and says in a word how it went. */
export const invite = Effect.fn("invite")(function* (room: string, user: string) {
  const membership = yield* Membership
  return yield* membership.inviteUser({ roomId: MatrixId.RoomId.make(room), userId: MatrixId.UserId.make(user) }).pipe(
    Effect.as("invited"),
    Effect.catchTags({
      Forbidden: ({ detail }) => Effect.succeed(`refused: ${detail}`),
      RateLimited: (error) => Effect.succeed(later(error))
    })
  )
})

/** The homeserver at `url`, with the access token from the environment. */
export const at = (url: string) =>
  Membership.layer({ homeserver: new URL(url) }).pipe(
    Layer.provide(Layer.unwrap(Effect.map(Config.Redacted("MATRIX_ACCESS_TOKEN"), Credentials.layer))),
    Layer.provide(FetchHttpClient.layer)
  )
