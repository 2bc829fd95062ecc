/**
 * `GET /_matrix/client/{version}/rooms/{roomId}/members`
 *
 * The member events of a room; for a former member, as they were when they left. Given both filters, the specification
 * wants events that pass either, servers give those that pass both: give one.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidmembers
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId } from "../MatrixId.ts"
import { MemberEvents, MembershipState } from "../MemberEvent.ts"
import { defined } from "./defined.ts"

export interface Parameters {
  readonly roomId: RoomId
  /** A point in time: a `prev_batch` token of `/sync`. Now, when absent. */
  readonly at?: string | undefined
  readonly membership?: MembershipState | undefined
  readonly notMembership?: MembershipState | undefined
}

export const getMembersByRoom = HttpApiEndpoint.get("getMembersByRoom", "/rooms/:roomId/members", {
  params: { roomId: RoomId },
  query: {
    at: Schema.optionalKey(Schema.String),
    membership: Schema.optionalKey(MembershipState),
    not_membership: Schema.optionalKey(MembershipState)
  },
  success: Schema.Struct({ chunk: Schema.optionalKey(MemberEvents) })
})

export const failures = [] as const

export const request = ({ at, membership, notMembership, roomId }: Parameters) => ({
  params: { roomId },
  query: defined({ at, membership, not_membership: notMembership })
})
