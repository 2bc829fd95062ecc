/**
 * `GET /_matrix/client/{version}/joined_rooms`
 *
 * The rooms the user is joined to, in no order and without pages.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3joined_rooms
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId } from "../MatrixId.ts"

export const getJoinedRooms = HttpApiEndpoint.get("getJoinedRooms", "/joined_rooms", {
  success: Schema.Struct({ joined_rooms: Schema.Array(RoomId) })
})

export const failures = [] as const
