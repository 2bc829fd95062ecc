/**
 * Which changes make no sense from where the target stands? Synapse asks this before the authorisation rules, and so
 * a ban answers `M_BAD_STATE` even to somebody without any power.
 */
import * as Result from "effect/Result"
import type { Membership } from "./Event.ts"
import type { Refusal } from "./Refusal.ts"
import { badState, forbidden } from "./Refusal.ts"

export type Action = "join" | "knock" | "leave" | "invite" | "kick" | "ban" | "unban"

/** The membership an action leads to. */
export const aim = (action: Action): Membership => (action === "kick" || action === "unban" ? "leave" : action)

/** `before` is `undefined` for a target the room has never heard of; such a target can be unbanned, but not kicked. */
export const check = (action: Action, before: Membership | undefined): Result.Result<void, Refusal> => {
  if (action === "unban" && before !== undefined && before !== "ban")
    return Result.fail(badState(`Only a banned user can be unbanned; this one's membership is ${before}.`))
  if (before === "ban" && action !== "ban" && action !== "unban" && action !== "leave")
    return Result.fail(badState(`A banned user is no target for ${action}.`))
  if (action === "kick" && (before === undefined || before === "leave"))
    return Result.fail(forbidden("The user to kick is not in the room."))
  return Result.succeed(undefined)
}
