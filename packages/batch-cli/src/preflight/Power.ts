/**
 * Who may do what in a room, by its `m.room.power_levels` and `m.room.create` (client-server API "m.room.power_levels" and
 * room version 12, specification v1.19). Pure.
 */
import * as Schema from "effect/Schema"
import type { Traits } from "../Operations.ts"

export interface Power {
  /** Somebody's level; infinite for the creators of a room of version 12 or later. */
  readonly of: (user: string) => number
  /** The level that each action takes. */
  readonly takes: { readonly [A in Action]: number }
  /** The same room has the same text as long as nothing here changes. */
  readonly print: string
}

export type Action = NonNullable<Traits["power"]>

type Content = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Content =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** `m.room.create` as a whole event, or its content alone from servers that do not give events. */
const Creation = Schema.Struct({
  sender: Schema.optionalKey(Schema.String),
  content: Schema.Struct({
    creator: Schema.optionalKey(Schema.Unknown),
    room_version: Schema.optionalKey(Schema.String),
    additional_creators: Schema.optionalKey(Schema.Array(Schema.String))
  })
})

const decodeCreation = Schema.decodeUnknownOption(Creation)

/** Before version 10 levels were also written as texts. Nothing for what is no level. */
const levelOf = (value: unknown): number | undefined => {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined
  return typeof value === "string" && /^\s*[+-]?\d{1,16}\s*$/.test(value) ? Number(value) : undefined
}

/** Versions that are no numbers are somebody's own, about which nothing is known. */
const isFrom12On = (version: string) => (/^\d+$/.test(version) ? Number(version) >= 12 : undefined)

const defaults: { readonly [A in Action]: number } = { invite: 0, kick: 50, ban: 50 }

/**
 * What the two events say; nothing where they cannot be made out.
 *
 * @param creation `m.room.create`, event or content
 * @param levels the content of `m.room.power_levels`; null where the room has none
 */
export const make = (creation: unknown, levels: Content | null): Power | undefined => {
  const event = isObject(creation) && isObject(creation["content"]) ? creation : { content: creation }
  const decoded = decodeCreation(event)
  if (decoded._tag === "None") return undefined
  const { content, sender } = decoded.value
  const infinite = isFrom12On(content.room_version ?? "1")
  // without the event it cannot be told who made the room
  if (infinite === undefined || (infinite && sender === undefined)) return undefined
  const creators = new Set([...(sender === undefined ? [] : [sender]), ...(content.additional_creators ?? [])])

  if (levels === null) {
    // the creator alone has any power, and up to version 10 the content names them
    const creator = typeof content.creator === "string" ? content.creator : sender
    if (creator === undefined) return undefined
    const of = (user: string) =>
      infinite ? (creators.has(user) ? Number.POSITIVE_INFINITY : 0) : user === creator ? 100 : 0
    return { of, takes: defaults, print: JSON.stringify([infinite, [...creators], creator]) }
  }

  const { ban, invite, kick, users = {}, users_default: usersDefault = 0 } = levels
  if (!isObject(users)) return undefined
  const everybody = levelOf(usersDefault)
  const takes = {
    invite: levelOf(invite ?? defaults.invite),
    kick: levelOf(kick ?? defaults.kick),
    ban: levelOf(ban ?? defaults.ban)
  }
  const named = new Map(Object.entries(users).map(([user, level]) => [user, levelOf(level)]))
  if (takes.invite === undefined || takes.kick === undefined || takes.ban === undefined) return undefined
  if (everybody === undefined || [...named.values()].includes(undefined)) return undefined
  const of = (user: string) =>
    infinite && creators.has(user) ? Number.POSITIVE_INFINITY : (named.get(user) ?? everybody)
  const print = JSON.stringify([infinite && [...creators].sort(), takes, everybody, [...named].sort()])
  return { of, takes: { invite: takes.invite, kick: takes.kick, ban: takes.ban }, print }
}
