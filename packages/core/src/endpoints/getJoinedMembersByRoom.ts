/**
 * `GET /_matrix/client/{version}/rooms/{roomId}/joined_members`
 *
 * Who is joined, with their names and pictures. Only members may ask; an application service needs one of its users in
 * the room. Servers send `null` for what is not set.
 *
 * Specification v1.19: https://spec.matrix.org/v1.19/client-server-api/#get_matrixclientv3roomsroomidjoined_members
 */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as Schema from "effect/Schema"
import { RoomId, UserId } from "../MatrixId.ts"
import { ProfileText } from "../MemberEvent.ts"

export interface Parameters {
  readonly roomId: RoomId
}

const Text = Schema.optionalKey(ProfileText)

export const getJoinedMembersByRoom = HttpApiEndpoint.get("getJoinedMembersByRoom", "/rooms/:roomId/joined_members", {
  params: { roomId: RoomId },
  success: Schema.Struct({
    // `display_name` here, `displayname` in member events
    joined: Schema.Record(UserId, Schema.Struct({ display_name: Text, avatar_url: Text }))
  })
})

export const failures = [] as const

export const request = ({ roomId }: Parameters) => ({ params: { roomId } })
