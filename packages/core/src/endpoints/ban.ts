/**
 * `POST /_matrix/client/{version}/rooms/{roomId}/ban`
 *
 * Bans a user, whatever their membership; a joined user is removed. They can neither join nor be invited until unbanned.
 * The specification lists no 429, servers send it all the same.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidban
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

export const ban = HttpApiEndpoint.post("ban", "/rooms/:roomId/ban", {
  params: { roomId: RoomId },
  payload: Schema.Struct({ user_id: UserId, reason: Schema.optionalKey(Schema.String) }),
  success: NoContent
})

export const failures = ["BadState", "OutcomeUnknown"] as const

export const request = ({ reason, roomId, userId }: Parameters) => ({
  params: { roomId },
  payload: defined({ user_id: userId, reason })
})
