/**
 * `GET /_matrix/client/{version}/rooms/{roomId}/state/m.room.member/{userId}`
 *
 * The content of one user's member event. 404 `M_NOT_FOUND` when they never had one.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidstateeventtypestatekey
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import { RoomId, UserId } from "../MatrixId.ts"
import { MemberContent } from "../MemberEvent.ts"

export interface Parameters {
  readonly roomId: RoomId
  readonly userId: UserId
}

export const getMembership = HttpApiEndpoint.get("getMembership", "/rooms/:roomId/state/m.room.member/:userId", {
  params: { roomId: RoomId, userId: UserId },
  success: MemberContent
})

export const failures = [] as const

export const request = ({ roomId, userId }: Parameters) => ({ params: { roomId, userId } })
