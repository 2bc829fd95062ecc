import { Credentials, MatrixId, Membership } from "@matrix-membership/core"
import { Effect, Layer, Redacted } from "effect"
import { FetchHttpClient } from "effect/http"

const matrix = Membership.layer({ homeserver: new URL("https://matrix.example.org") }).pipe(
  Layer.provide([Credentials.layer(Redacted.make(process.env["MATRIX_ACCESS_TOKEN"] ?? "")), FetchHttpClient.layer])
)

const whoami = Effect.flatMap(Membership, (membership) => membership.whoami)

export const main = () =>
  Effect.runPromise(Effect.provide(whoami, matrix)).then(({ userId }) => MatrixId.serverOf(userId))
