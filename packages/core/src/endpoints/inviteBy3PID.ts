/**
 * `POST /_matrix/client/{version}/rooms/{roomId}/invite`
 *
 * Invites the owner of an e-mail address or phone number: directly when the identity server knows them, by an
 * `m.room.third_party_invite` event when not. The same path as `inviteUser`; servers tell them apart by the body's keys.
 * Not idempotent: sent twice, it makes two invitations. It takes no reason.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#post_matrixclientv3roomsroomidinvite-1
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { RoomId } from "../MatrixId.ts"
import { NoContent } from "./NoContent.ts"

export interface Parameters {
  readonly roomId: RoomId
  /** `host[:port]` of the identity server. */
  readonly idServer: string
  /** An access token of the identity server, not of the homeserver. */
  readonly idAccessToken: Redacted.Redacted
  /** `email` or `msisdn`. */
  readonly medium: string
  readonly address: string
}

export const inviteBy3PID = HttpApiEndpoint.post("inviteBy3PID", "/rooms/:roomId/invite", {
  params: { roomId: RoomId },
  payload: Schema.Struct({
    id_server: Schema.String,
    id_access_token: Schema.String,
    medium: Schema.String,
    address: Schema.String
  }),
  success: NoContent
})

export const failures = ["BadState", "InviteBlocked", "RoomVersionUnsupported", "OutcomeUnknown"] as const

export const request = ({ address, idAccessToken, idServer, medium, roomId }: Parameters) => ({
  params: { roomId },
  payload: { id_server: idServer, id_access_token: Redacted.value(idAccessToken), medium, address }
})
