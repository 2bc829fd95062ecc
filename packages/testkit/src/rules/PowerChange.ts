/** May this user change the power levels like this? Nobody gives, takes or changes what is above oneself. */
import * as Result from "effect/Result"
import type { Content, Draft } from "./Event.ts"
import * as Power from "./Power.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden, make } from "./Refusal.ts"
import * as Room from "./Room.ts"

const single = ["users_default", "events_default", "state_default", "ban", "redact", "kick", "invite"]

const tables = ["users", "events", "notifications"]

export const check = (room: Room.Room, draft: Draft): Result.Result<void, Refusal> => {
  const malformed = problem(room, draft.content)
  if (malformed !== undefined) return Result.fail(make(400, "M_UNKNOWN", malformed))
  const before = Room.stateEvent(room, "m.room.power_levels")
  if (before === undefined) return Result.succeed(undefined)
  const own = Power.ofUser(room, draft.sender)
  for (const change of changes(room, before.content, draft.content)) {
    if (change.user !== undefined && change.user !== draft.sender && change.before === own)
      return Result.fail(forbidden("The power of an equal cannot be changed."))
    if ((change.before ?? -Infinity) > own || (change.after ?? -Infinity) > own)
      return Result.fail(forbidden("Power above your own cannot be given or taken."))
  }
  return Result.succeed(undefined)
}

interface Change {
  readonly user: string | undefined
  readonly before: number | undefined
  readonly after: number | undefined
}

const changes = (room: Room.Room, before: Content, after: Content): ReadonlyArray<Change> => {
  const limited = tables.filter((table) => room.version.limitsNotifications || table !== "notifications")
  return [
    ...differences(before, after, single),
    ...limited.flatMap((table) => {
      const [old, young] = [Power.asObject(before[table]), Power.asObject(after[table])]
      const keys = new Set([...Object.keys(old), ...Object.keys(young)])
      return differences(old, young, [...keys], table === "users")
    })
  ]
}

const differences = (
  before: Content,
  after: Content,
  keys: ReadonlyArray<string>,
  areUsers = false
): ReadonlyArray<Change> =>
  keys
    .map((key) => ({
      user: areUsers ? key : undefined,
      before: Power.asLevel(before[key]),
      after: Power.asLevel(after[key])
    }))
    .filter((change) => change.before !== change.after)

/** What makes no power levels in any room, and is refused before anybody's power is looked at. */
export const checkShape = (content: Content): Result.Result<void, Refusal> => {
  const given = single.filter((key) => key in content).map((key) => content[key])
  const listed = tables.flatMap((table) => Object.values(Power.asObject(content[table])))
  return [...given, ...listed].every(Number.isSafeInteger)
    ? Result.succeed(undefined)
    : Result.fail(make(400, "M_BAD_JSON", "A power level has to be a whole number."))
}

const problem = (room: Room.Room, content: Content): string | undefined => {
  const users = Object.keys(Power.asObject(content["users"]))
  const stranger = users.find((id) => !id.startsWith("@") || !id.includes(":"))
  if (stranger !== undefined) return `${stranger} is not a user id.`
  return room.version.supremeCreators && Power.creators(room).some((creator) => users.includes(creator))
    ? "A creator has all power anyway, and cannot be given any."
    : undefined
}
