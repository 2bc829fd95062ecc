/**
 * `GET /_matrix/client/versions`
 *
 * Which versions of the specification a server speaks. No path version and no access token.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientversions
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"

export const versions = HttpApiEndpoint.get("versions", "/_matrix/client/versions", {
  success: Schema.Struct({
    versions: Schema.Array(Schema.String),
    /** Booleans by name. Not validated: an odd flag of an experiment must not make the server unusable. */
    unstable_features: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
  })
})

export const failures = [] as const
