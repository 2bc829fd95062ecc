/**
 * `POST /_matrix/client/{version}/rooms/{roomId}/leave`
 *
 * Leaves a room, rejects an invitation or withdraws a knock, whichever applies. The specification names no error but
 * 429; servers answer a leave without membership with 403, 404 or 400, some with 200.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidleave
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId } from "../MatrixId.ts"
import { defined } from "./defined.ts"
import { NoContent } from "./NoContent.ts"

export interface Parameters {
  readonly roomId: RoomId
  readonly reason?: string | undefined
}

export const leaveRoom = HttpApiEndpoint.post("leaveRoom", "/rooms/:roomId/leave", {
  params: { roomId: RoomId },
  payload: Schema.Struct({ reason: Schema.optionalKey(Schema.String) }),
  success: NoContent
})

export const failures = ["OutcomeUnknown"] as const

export const request = ({ reason, roomId }: Parameters) => ({ params: { roomId }, payload: defined({ reason }) })
