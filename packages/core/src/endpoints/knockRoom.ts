/**
 * `POST /_matrix/client/v3/knock/{roomIdOrAlias}`
 *
 * Asks to be let into a room. The answer comes out of band: an invitation, or a leave. New in v1.1, so never under `r0`.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3knockroomidoralias
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId, RoomIdOrAlias, type ServerName } from "../MatrixId.ts"
import { defined } from "./defined.ts"
import { via, viaQuery } from "./via.ts"

export interface Parameters {
  readonly roomIdOrAlias: RoomIdOrAlias
  /** Servers to knock through when ours is not in the room. */
  readonly via?: ReadonlyArray<ServerName> | undefined
  /** The name of `via` before v1.12. The two lists are joined into one. */
  readonly serverName?: ReadonlyArray<ServerName> | undefined
  readonly reason?: string | undefined
}

export const knockRoom = HttpApiEndpoint.post("knockRoom", "/knock/:roomIdOrAlias", {
  params: { roomIdOrAlias: RoomIdOrAlias },
  query: viaQuery,
  payload: Schema.Struct({ reason: Schema.optionalKey(Schema.String) }),
  success: Schema.Struct({ room_id: RoomId })
})

export const failures = ["BadState", "RoomVersionUnsupported", "OutcomeUnknown"] as const

export const request = (parameters: Parameters, viaAlone: boolean) => ({
  params: { roomIdOrAlias: parameters.roomIdOrAlias },
  query: via(parameters, viaAlone),
  payload: defined({ reason: parameters.reason })
})
