/** The authorisation rules for a member event: the last word on every membership change. */
import * as Result from "effect/Result"
import * as Admission from "./Admission.ts"
import * as Banning from "./Banning.ts"
import type { Draft } from "./Event.ts"
import * as Inviting from "./Inviting.ts"
import * as Knocking from "./Knocking.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden, make } from "./Refusal.ts"
import * as Removal from "./Removal.ts"
import * as Room from "./Room.ts"
import * as ThirdPartyInvite from "./ThirdPartyInvite.ts"

export const check = (room: Room.Room, draft: Draft): Result.Result<void, Refusal> => {
  if (isUnfederatable(room, draft)) return Result.fail(forbidden("Users of other servers cannot be in this room."))
  switch (draft.content.membership) {
    case "join":
      return Admission.check(room, draft)
    case "knock":
      return Knocking.check(room, draft)
    case "invite":
      if ("third_party_invite" in draft.content) return ThirdPartyInvite.check(room, draft)
      return Result.flatMap(checkPresence(room, draft), () => Inviting.check(room, draft))
    case "ban":
      return Result.flatMap(checkPresence(room, draft), () => Banning.check(room, draft))
    case "leave":
      return declines(room, draft)
        ? Result.succeed(undefined)
        : Result.flatMap(checkPresence(room, draft), () => Removal.check(room, draft))
    default:
      return Result.fail(make(400, "M_UNKNOWN", "There is no such membership."))
  }
}

/** Turning down an invite and taking back a knock need no membership. */
const declines = (room: Room.Room, draft: Draft): boolean => {
  const before = Room.membership(room, draft.sender)
  return draft.sender === draft.stateKey && (before === "invite" || (before === "knock" && room.version.knock))
}

const checkPresence = (room: Room.Room, draft: Draft): Result.Result<void, Refusal> =>
  Room.membership(room, draft.sender) === "join"
    ? Result.succeed(undefined)
    : Result.fail(forbidden(`${draft.sender} is not in room ${room.id}.`, "NOT_JOINED"))

const serverOf = (userId: string): string => userId.slice(userId.indexOf(":") + 1)

const isUnfederatable = (room: Room.Room, draft: Draft): boolean => {
  const create = Room.stateEvent(room, "m.room.create")
  if (create === undefined || create.content["m.federate"] !== false) return false
  return [draft.sender, draft.stateKey].some((userId) => serverOf(userId) !== serverOf(create.sender))
}
