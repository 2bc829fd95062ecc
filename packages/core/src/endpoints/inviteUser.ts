/**
 * `POST /_matrix/client/{version}/rooms/{roomId}/invite`
 *
 * Invites a user by id. Answers 200 also for a user who is invited already (stated since v1.4). Servers that distrust the
 * inviter, or whose user ignores them, may answer 200 and do nothing: the proof is the member event.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidinvite
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

export const inviteUser = HttpApiEndpoint.post("inviteUser", "/rooms/:roomId/invite", {
  params: { roomId: RoomId },
  payload: Schema.Struct({ user_id: UserId, reason: Schema.optionalKey(Schema.String) }),
  success: NoContent
})

export const failures = ["BadState", "InviteBlocked", "RoomVersionUnsupported", "OutcomeUnknown"] as const

export const request = ({ reason, roomId, userId }: Parameters) => ({
  params: { roomId },
  payload: defined({ user_id: userId, reason })
})
