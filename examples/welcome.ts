import { Credentials, MatrixId, Membership } from "@matrix-membership/core"
import { Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"

export const welcome = Effect.gen(function* () {
  const membership = yield* Membership
  const roomId = yield* membership.joinRoom({ roomIdOrAlias: MatrixId.RoomAlias.make("#hall:example.org") })
  yield* membership.inviteUser({ roomId, userId: MatrixId.UserId.make("@bob:example.org"), reason: "Welcome" })
  return roomId
}).pipe(Effect.tapErrorTag("Forbidden", (error) => Effect.logWarning(`not allowed: ${error.message}`)))

export const live = Membership.layer({ homeserver: new URL("https://matrix.example.org") }).pipe(
  Layer.provide([Credentials.layerConfig, FetchHttpClient.layer])
)
