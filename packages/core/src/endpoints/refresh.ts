/**
 * `POST /_matrix/client/v3/refresh`
 *
 * A new access token for a refresh token. Without a new refresh token in the answer the old one stays good. Sends no
 * access token. New in v1.3, so never under `r0`.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3refresh
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"

export const refresh = HttpApiEndpoint.post("refresh", "/_matrix/client/v3/refresh", {
  payload: Schema.Struct({ refresh_token: Schema.String }),
  success: Schema.Struct({
    access_token: Schema.String,
    refresh_token: Schema.optionalKey(Schema.String),
    /** Milliseconds until the new access token expires. */
    expires_in_ms: Schema.optionalKey(Schema.Number)
  })
})

export const failures = [] as const
