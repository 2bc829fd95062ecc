/**
 * `POST /_matrix/client/{version}/rooms/{roomId}/kick`
 *
 * Removes a user from a room, revokes an invitation or denies a knock. Needs more power than the target, and at least the
 * room's `kick` level. The specification lists no 429, servers send it all the same.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidkick
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

export const kick = HttpApiEndpoint.post("kick", "/rooms/:roomId/kick", {
  params: { roomId: RoomId },
  payload: Schema.Struct({ user_id: UserId, reason: Schema.optionalKey(Schema.String) }),
  success: NoContent
})

export const failures = ["BadState", "OutcomeUnknown"] as const

export const request = ({ reason, roomId, userId }: Parameters) => ({
  params: { roomId },
  payload: defined({ user_id: userId, reason })
})
