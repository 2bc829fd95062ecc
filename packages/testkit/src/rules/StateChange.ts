/** May this user write that state? Everything but memberships, which have rules of their own. */
import * as Result from "effect/Result"
import type { Decision } from "./Decision.ts"
import type { Draft } from "./Event.ts"
import * as Power from "./Power.ts"
import * as PowerChange from "./PowerChange.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden } from "./Refusal.ts"
import * as Repetition from "./Repetition.ts"
import * as Room from "./Room.ts"
import * as Weight from "./Weight.ts"

/** As with memberships, a repetition is looked for before anybody's power is. */
export const decide = (room: Room.Room | undefined, draft: Draft): Result.Result<Decision, Refusal> =>
  Result.gen(function* () {
    if (room === undefined) return yield* Result.fail(forbidden("There is no such room."))
    yield* Weight.check(draft, room.version)
    if (draft.type === "m.room.power_levels") yield* PowerChange.checkShape(draft.content)
    const event = Repetition.find(room, draft)
    if (event !== undefined) return { _tag: "Unchanged", event }
    yield* check(room, draft)
    return { _tag: "Write", room, draft }
  })

export const check = (room: Room.Room, draft: Draft): Result.Result<void, Refusal> => {
  if (Room.membership(room, draft.sender) !== "join")
    return Result.fail(forbidden(`${draft.sender} is not in room ${room.id}.`, "NOT_JOINED"))
  const own = Power.ofUser(room, draft.sender)
  // Whoever may invite may also invite an address whose owner is not known yet.
  if (draft.type === "m.room.third_party_invite")
    return own < Power.toAct(room, "invite")
      ? Result.fail(forbidden("You have too little power to invite.", "INSUFFICIENT_POWER"))
      : Result.succeed(undefined)
  if (own < Power.toSendState(room, draft.type))
    return Result.fail(forbidden(`You have too little power to set ${draft.type}.`, "INSUFFICIENT_POWER"))
  if (draft.stateKey.startsWith("@") && draft.stateKey !== draft.sender)
    return Result.fail(forbidden("State that belongs to another user cannot be set."))
  return draft.type === "m.room.power_levels" ? PowerChange.check(room, draft) : Result.succeed(undefined)
}
