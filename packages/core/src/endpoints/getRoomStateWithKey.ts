/**
 * `GET /_matrix/client/{version}/rooms/{roomId}/state/{eventType}/{stateKey}`
 *
 * One state event, by default its content alone. For a former member, as it was when they left; 404 `M_NOT_FOUND` when
 * there is none.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidstateeventtypestatekey
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId } from "../MatrixId.ts"
import { defined } from "./defined.ts"

export interface Parameters {
  readonly roomId: RoomId
  /** Such as `m.room.power_levels`. */
  readonly eventType: string
  /** Empty for state of which a room has only one. */
  readonly stateKey: string
  /** `event` (v1.16) asks for the whole event; a server that does not know it gives the content. */
  readonly format?: "content" | "event" | undefined
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
    query: { format: Schema.optionalKey(Schema.Literals(["content", "event"])) },
    // what is in it depends on the type, and is whatever some client has written
    success: Schema.Record(Schema.String, Schema.Unknown)
  }
)

export const failures = [] as const

export const request = ({ eventType, format, roomId, stateKey }: Parameters) => ({
  params: { roomId, eventType, stateKey },
  query: defined({ format })
})
