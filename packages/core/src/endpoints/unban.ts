/**
 * `POST /_matrix/client/{version}/rooms/{roomId}/unban`
 *
 * Lifts a ban. The result is `leave`, never `join`. Servers answer an unban of somebody who is not banned with 403
 * `M_BAD_STATE`, 403 `M_FORBIDDEN`, 400 `M_UNKNOWN` or even 200.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidunban
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId, UserId } from "../MatrixId.ts"
import { defined } from "./defined.ts"
import { NoContent } from "./NoContent.ts"

export interface Parameters {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly reason?: string | undefined
}

export const unban = HttpApiEndpoint.post("unban", "/rooms/:roomId/unban", {
  params: { roomId: RoomId },
  payload: Schema.Struct({ user_id: UserId, reason: Schema.optionalKey(Schema.String) }),
  success: NoContent
})

export const failures = ["BadState", "OutcomeUnknown"] as const

export const request = ({ reason, roomId, userId }: Parameters) => ({
  params: { roomId },
  payload: defined({ user_id: userId, reason })
})
