/** May this user write that message? Everything that is no state. */
import * as Result from "effect/Result"
import { unexpected } from "../Body.ts"
import type { Content } from "./Event.ts"
import * as Power from "./Power.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden, make } from "./Refusal.ts"
import * as Room from "./Room.ts"

export interface Note {
  readonly type: string
  readonly sender: string
  readonly content: Content
}

/** What Synapse insists on being state. */
const stateOnly = ["m.room.topic", "m.room.name", "m.room.tombstone"]

export const check = (room: Room.Room | undefined, note: Note): Result.Result<Room.Room, Refusal> =>
  Result.gen(function* () {
    if (room === undefined || Room.membership(room, note.sender) !== "join")
      return yield* Result.fail(forbidden(`${note.sender} is not in the room.`, "NOT_JOINED"))
    if (note.type === "m.room.member" || note.type === "m.room.create") return yield* Result.fail(unexpected)
    if (stateOnly.includes(note.type))
      return yield* Result.fail(make(400, "M_UNKNOWN", `${note.type} has to be state.`))
    if (note.type === "m.room.message" && !["body", "msgtype"].every((key) => typeof note.content[key] === "string"))
      return yield* Result.fail(make(400, "M_UNKNOWN", "A message has the texts body and msgtype."))
    return Power.ofUser(room, note.sender) < toSend(room, note.type)
      ? yield* Result.fail(forbidden(`You have too little power to send ${note.type}.`, "INSUFFICIENT_POWER"))
      : room
  })

const toSend = (room: Room.Room, type: string): number => {
  const levels = Room.content(room, "m.room.power_levels")
  return Power.asLevel(Power.asObject(levels["events"])[type]) ?? Power.asLevel(levels["events_default"]) ?? 0
}

/** Everybody may take back what is one's own; for the rest it takes power. */
export const checkRedaction = (
  room: Room.Room,
  sender: string,
  target: { readonly sender: string } | undefined
): Result.Result<void, Refusal> => {
  const needed = Power.asLevel(Room.content(room, "m.room.power_levels")["redact"]) ?? 50
  return target === undefined || target.sender === sender || Power.ofUser(room, sender) >= needed
    ? Result.succeed(undefined)
    : Result.fail(forbidden("You have too little power to redact what others wrote.", "INSUFFICIENT_POWER"))
}
