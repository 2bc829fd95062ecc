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
import { RoomId, RoomIdOrAlias, type ServerName } from "../MatrixId.ts"
import { ThirdPartySigned } from "../ThirdPartySigned.ts"
import { defined } from "./defined.ts"
import { via, viaQuery } from "./via.ts"

export interface Parameters {
  readonly roomIdOrAlias: RoomIdOrAlias
  /** Servers to join through when ours is not in the room. */
  readonly via?: ReadonlyArray<ServerName> | undefined
  /** The name of `via` before v1.12. The two lists are joined into one. */
  readonly serverName?: ReadonlyArray<ServerName> | undefined
  readonly reason?: string | undefined
  /** Proof that a third-party invitation was meant for this user. */
  readonly thirdPartySigned?: ThirdPartySigned | undefined
}

export const joinRoom = HttpApiEndpoint.post("joinRoom", "/join/:roomIdOrAlias", {
  params: { roomIdOrAlias: RoomIdOrAlias },
  query: viaQuery,
  payload: Schema.Struct({
    reason: Schema.optionalKey(Schema.String),
    third_party_signed: Schema.optionalKey(ThirdPartySigned)
  }),
  success: Schema.Struct({ room_id: RoomId })
})

export const failures = ["BadState", "RoomVersionUnsupported", "JoinPending", "OutcomeUnknown"] as const

export const request = (parameters: Parameters, viaAlone: boolean) => ({
  params: { roomIdOrAlias: parameters.roomIdOrAlias },
  query: via(parameters, viaAlone),
  payload: defined({ reason: parameters.reason, third_party_signed: parameters.thirdPartySigned })
})
