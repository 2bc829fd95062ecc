/**
 * `GET /_matrix/client/{version}/account/whoami`
 *
 * Whose access token this is.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3accountwhoami
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { UserId } from "../MatrixId.ts"

export const whoami = HttpApiEndpoint.get("whoami", "/account/whoami", {
  success: Schema.Struct({
    user_id: UserId,
    /** Since v1.1; absent for an application service that names no device. */
    device_id: Schema.optionalKey(Schema.String),
    /** Since v1.2. */
    is_guest: Schema.optionalKey(Schema.Boolean)
  })
})

export const failures = [] as const
