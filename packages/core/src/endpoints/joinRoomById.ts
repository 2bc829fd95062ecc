/**
 * `POST /_matrix/client/{version}/rooms/{roomId}/join`
 *
 * Joins a room by id. Takes no `via`: a room our server is not in is reached only through a pending invitation.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidjoin
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId } from "../MatrixId.ts"
import { ThirdPartySigned } from "../ThirdPartySigned.ts"
import { defined } from "./defined.ts"

export interface Parameters {
  readonly roomId: RoomId
  readonly reason?: string | undefined
  /** Proof that a third-party invitation was meant for this user. */
  readonly thirdPartySigned?: ThirdPartySigned | undefined
}

export const joinRoomById = HttpApiEndpoint.post("joinRoomById", "/rooms/:roomId/join", {
  params: { roomId: RoomId },
  payload: Schema.Struct({
    reason: Schema.optionalKey(Schema.String),
    third_party_signed: Schema.optionalKey(ThirdPartySigned)
  }),
  success: Schema.Struct({ room_id: RoomId })
})

export const failures = ["BadState", "RoomVersionUnsupported", "JoinPending", "OutcomeUnknown"] as const

export const request = ({ reason, roomId, thirdPartySigned }: Parameters) => ({
  params: { roomId },
  payload: defined({ reason, third_party_signed: thirdPartySigned })
})
