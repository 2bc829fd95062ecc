/**
 * `POST /_matrix/client/{version}/join/{roomIdOrAlias}`
 *
 * Joins a room by id or alias, through the servers named where ours is not in the room. The answer's `room_id` tells
 * which room an alias led to. Unknown aliases are answered with 404, although the specification lists none here.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3joinroomidoralias
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId, RoomIdOrAlias, ServerName } from "../MatrixId.ts"
import { ThirdPartySigned } from "../ThirdPartySigned.ts"

export const joinRoom = HttpApiEndpoint.post("joinRoom", "/join/:roomIdOrAlias", {
  params: { roomIdOrAlias: RoomIdOrAlias },
  query: {
    via: Schema.optionalKey(Schema.Array(ServerName)),
    /** The name of `via` before v1.12; gone from the specification since v1.14. */
    server_name: Schema.optionalKey(Schema.Array(ServerName))
  },
  payload: Schema.Struct({
    reason: Schema.optionalKey(Schema.String),
    third_party_signed: Schema.optionalKey(ThirdPartySigned)
  }),
  success: Schema.Struct({ room_id: RoomId })
})

export const failures = ["BadState", "RoomVersionUnsupported", "JoinPending"] as const
