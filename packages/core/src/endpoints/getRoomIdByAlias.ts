/**
 * `GET /_matrix/client/{version}/directory/room/{roomAlias}`
 *
 * Which room an alias stands for. 404 `M_NOT_FOUND` for an unknown one. Needs no access token, and may be sent with one.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3directoryroomroomalias
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomAlias, RoomId } from "../MatrixId.ts"

export interface Parameters {
  readonly roomAlias: RoomAlias
}

export const getRoomIdByAlias = HttpApiEndpoint.get("getRoomIdByAlias", "/directory/room/:roomAlias", {
  params: { roomAlias: RoomAlias },
  success: Schema.Struct({
    room_id: RoomId,
    /** Servers that are in the room, fit for `via`. Not validated: one odd name must not hide the room. */
    servers: Schema.optionalKey(Schema.Array(Schema.String))
  })
})

export const failures = [] as const

export const request = ({ roomAlias }: Parameters) => ({ params: { roomAlias } })
