/** `m.room.member`: the state event that a membership is (client-server API "Room membership" and its schema, v1.19). */
import * as Schema from "effect/Schema"
import { RoomId, UserId } from "./MatrixId.ts"

/** What the specification calls `membership`. A user without a member event counts as `leave`. */
export const MembershipState = Schema.Literals(["join", "invite", "knock", "leave", "ban"])
export type MembershipState = typeof MembershipState.Type

const Text = Schema.optionalKey(Schema.NullOr(Schema.String))

/** Keys that nobody here reads may stand beside these. */
export const MemberContent = Schema.Struct({
  membership: MembershipState,
  displayname: Text,
  avatar_url: Text,
  reason: Text
})
export type MemberContent = typeof MemberContent.Type

export const MemberEvent = Schema.Struct({
  content: MemberContent,
  /** Who caused the event: for a kick or a ban somebody else than `state_key`. */
  sender: UserId,
  /** Whose membership this is. */
  state_key: UserId,
  event_id: Schema.optionalKey(Schema.String),
  room_id: Schema.optionalKey(RoomId),
  /** Milliseconds since the epoch, by the sending server's clock. */
  origin_server_ts: Schema.optionalKey(Schema.Number)
})
export type MemberEvent = typeof MemberEvent.Type
