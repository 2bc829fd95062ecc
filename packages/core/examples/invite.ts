import { Credentials, MatrixId, Membership } from "@matrix-membership/core"
import { Config, Effect, Layer } from "effect"
import { FetchHttpClient } from "effect/http"

export const invite = Effect.gen(function* () {
  const membership = yield* Membership
  yield* membership.inviteUser({
    roomId: MatrixId.RoomId.make("!hall:example.org"),
    userId: MatrixId.UserId.make("@bob:example.org"),
    reason: "Welcome"
  })
})

export const live = Layer.unwrap(
  Effect.map(Config.URL("MATRIX_HOMESERVER"), (homeserver) => Membership.layer({ homeserver }))
).pipe(Layer.provide([Credentials.layerConfig, FetchHttpClient.layer]))
