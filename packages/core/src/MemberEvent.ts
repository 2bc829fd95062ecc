/** `m.room.member`: the state event that a membership is (client-server API "Room membership" and its schema, v1.19). */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { RoomId, UserId } from "./MatrixId.ts"

/** What the specification calls `membership`. A user without a member event counts as `leave`. */
export const MembershipState = Schema.Literals(["join", "invite", "knock", "leave", "ban"])
export type MembershipState = typeof MembershipState.Type

/**
 * A text that other people's servers vouch for no further than that it is JSON. Anything else than a text reads as
 * `null`, so that one member with an odd profile does not hide a whole room.
 */
export const ProfileText = Schema.Unknown.pipe(
  Schema.decodeTo(
    Schema.NullOr(Schema.String),
    SchemaTransformation.transform({
      decode: (value) => (typeof value === "string" ? value : null),
      encode: (text): unknown => text
    })
  )
)

const Text = Schema.optionalKey(ProfileText)

/** Keys that nobody here reads may stand beside these. */
export const MemberContent = Schema.Struct({
  membership: MembershipState,
  displayname: Text,
  avatar_url: Text,
  reason: Text
})
export type MemberContent = typeof MemberContent.Type

/** A member event as the lists of members give it; unknown keys are dropped. */
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

const isReadable = Schema.decodeUnknownOption(MemberEvent)

/** Those that are member events: one that no rule of Matrix explains must not hide a whole room. */
export const MemberEvents = Schema.Array(Schema.Unknown).pipe(
  Schema.decodeTo(
    Schema.mutable(Schema.Array(MemberEvent)),
    SchemaTransformation.transform({
      decode: (events) =>
        events.filter((event): event is typeof MemberEvent.Encoded => Option.isSome(isReadable(event))),
      encode: (events) => events
    })
  )
)
