/**
 * `GET /_matrix/client/{version}/rooms/{roomId}/state/{eventType}/{stateKey}`
 *
 * The content of one state event. For a former member, as it was when they left; 404 `M_NOT_FOUND` when there is none.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidstateeventtypestatekey
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId } from "../MatrixId.ts"

export interface Parameters {
  readonly roomId: RoomId
  /** Such as `m.room.power_levels`. */
  readonly eventType: string
  /** Empty for state of which a room has only one. */
  readonly stateKey: string
}

// both are free text, but a dot segment would lead elsewhere, and a lone surrogate cannot be encoded
const Segment = Schema.String.check(
  Schema.makeFilter((text) => text.isWellFormed() && text !== "." && text !== "..", {
    expected: "text without lone surrogates, and neither . nor .."
  })
)

export const getRoomStateWithKey = HttpApiEndpoint.get(
  "getRoomStateWithKey",
  "/rooms/:roomId/state/:eventType/:stateKey",
  {
    params: { roomId: RoomId, eventType: Segment.check(Schema.isNonEmpty()), stateKey: Segment },
    // what is in it depends on the type, and is whatever some client has written
    success: Schema.Record(Schema.String, Schema.Unknown)
  }
)

export const failures = [] as const

export const request = ({ eventType, roomId, stateKey }: Parameters) => ({ params: { roomId, eventType, stateKey } })
