/** What is left of an event when it is redacted (specification v1.19, "Redactions", and each room version's list). */
import type { Content } from "./Event.ts"
import { asObject } from "./Power.ts"
import type { RoomVersion } from "./RoomVersion.ts"

/** `implicitCreator` marks the versions since 11, which keep a little more. */
const kept = (type: string, { implicitCreator, restricted }: RoomVersion): ReadonlyArray<string> => {
  switch (type) {
    case "m.room.member":
      return ["membership", ...(restricted ? ["join_authorised_via_users_server"] : [])]
    case "m.room.create":
      return ["creator"]
    case "m.room.join_rules":
      return ["join_rule", ...(restricted ? ["allow"] : [])]
    case "m.room.power_levels":
      return [
        ...["ban", "events", "events_default", "kick", "redact", "state_default", "users", "users_default"],
        ...(implicitCreator ? ["invite"] : [])
      ]
    case "m.room.history_visibility":
      return ["history_visibility"]
    case "m.room.redaction":
      return implicitCreator ? ["redacts"] : []
    default:
      return []
  }
}

export const pruned = (
  { content, type }: { readonly content: Content; readonly type: string },
  version: RoomVersion
): Content => {
  if (type === "m.room.create" && version.implicitCreator) return content
  const keys = kept(type, version)
  const left = Object.fromEntries(Object.entries(content).filter(([key]) => keys.includes(key)))
  const { signed } = asObject(content["third_party_invite"])
  return type === "m.room.member" && version.implicitCreator && signed !== undefined
    ? { ...left, third_party_invite: { signed } }
    : left
}
