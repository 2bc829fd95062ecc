/**
 * `POST /_matrix/client/{version}/rooms/{roomId}/forget`
 *
 * Gives up the history of a room that was left. Refused with 400 `M_UNKNOWN` while the user has not left.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidforget
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId } from "../MatrixId.ts"
import { NoContent } from "./NoContent.ts"

export interface Parameters {
  readonly roomId: RoomId
}

export const forgetRoom = HttpApiEndpoint.post("forgetRoom", "/rooms/:roomId/forget", {
  params: { roomId: RoomId },
  // every POST carries an object (v1.1, "API standards"), this one an empty one
  payload: Schema.Struct({}),
  success: NoContent
})

export const failures = [] as const

export const request = ({ roomId }: Parameters) => ({ params: { roomId }, payload: {} })
