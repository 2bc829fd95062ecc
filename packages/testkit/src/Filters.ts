/** What a client wants to see of rooms and their events (specification v1.19, "Filtering"), as far as the fake heeds it. */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isObject } from "./Body.ts"
import type { Content } from "./rules/Event.ts"
import type { Refusal } from "./rules/Refusal.ts"
import { make } from "./rules/Refusal.ts"
import type * as World from "./World.ts"

const strings = Schema.optionalKey(Schema.Array(Schema.String))

const EventFilter = Schema.Struct({
  limit: Schema.optionalKey(Schema.Finite),
  types: strings,
  not_types: strings,
  senders: strings,
  not_senders: strings,
  rooms: strings,
  not_rooms: strings,
  lazy_load_members: Schema.optionalKey(Schema.Boolean)
})
export type EventFilter = typeof EventFilter.Type

const Filter = Schema.Struct({
  account_data: Schema.optionalKey(EventFilter),
  room: Schema.optionalKey(
    Schema.Struct({
      rooms: strings,
      not_rooms: strings,
      include_leave: Schema.optionalKey(Schema.Boolean),
      timeline: Schema.optionalKey(EventFilter),
      state: Schema.optionalKey(EventFilter),
      account_data: Schema.optionalKey(EventFilter)
    })
  )
})
export type Filter = typeof Filter.Type

const invalid = make(400, "M_BAD_JSON", "That is no filter.")
const notJson = make(400, "M_NOT_JSON", "The filter is not JSON.")
const missing = make(400, "M_INVALID_PARAM", "There is no such filter.")

const decodeFilter = Schema.decodeUnknownResult(Filter)
const decodeEventFilter = Schema.decodeUnknownResult(EventFilter)

export const decode = (content: Content): Result.Result<Filter, Refusal> =>
  Result.mapError(decodeFilter(content), () => invalid)

const parsed = (json: string): Result.Result<Content, Refusal> => {
  try {
    const value: unknown = JSON.parse(json)
    return isObject(value) ? Result.succeed(value) : Result.fail(notJson)
  } catch {
    return Result.fail(notJson)
  }
}

/** The filter of a call: in full, by the id it was kept under, or none. */
export const read = (world: World.World, userId: string, given: string | null): Result.Result<Filter, Refusal> => {
  if (given === null) return Result.succeed({})
  if (given.startsWith("{")) return Result.flatMap(parsed(given), decode)
  const content = find(world, userId, given)
  return content === undefined ? Result.fail(missing) : decode(content)
}

/** Lists of events take a filter for events. */
export const readEvents = (given: string | null): Result.Result<EventFilter, Refusal> =>
  given === null
    ? Result.succeed({})
    : Result.flatMap(parsed(given), (content) => Result.mapError(decodeEventFilter(content), () => invalid))

const of = (world: World.World, userId: string): ReadonlyArray<Content> =>
  Option.getOrElse(HashMap.get(world.filters, userId), () => [])

export const find = (world: World.World, userId: string, id: string): Content | undefined =>
  /^\d{1,9}$/u.test(id) ? of(world, userId)[Number(id)] : undefined

/** The id to find it by. The same filter keeps its id. */
export const keep = (world: World.World, userId: string, content: Content): readonly [string, World.World] => {
  const filters = of(world, userId)
  const text = JSON.stringify(content)
  const known = filters.findIndex((filter) => JSON.stringify(filter) === text)
  return known >= 0
    ? [`${known}`, world]
    : [`${filters.length}`, { ...world, filters: HashMap.set(world.filters, userId, [...filters, content]) }]
}

interface Matched {
  readonly type: string
  readonly sender?: string
  readonly roomId?: string | undefined
}

/** Types may end in `*`. */
const isLike = (type: string) => (pattern: string) =>
  new RegExp(`^${pattern.split("*").map(literally).join(".*")}$`, "su").test(type)

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/gu, (sign) => `\\${sign}`)

export const passes =
  (filter: EventFilter = {}) =>
  ({ roomId = "", sender = "", type }: Matched): boolean =>
    (filter.types === undefined || filter.types.some(isLike(type))) &&
    !(filter.not_types ?? []).some(isLike(type)) &&
    (filter.senders === undefined || filter.senders.includes(sender)) &&
    !(filter.not_senders ?? []).includes(sender) &&
    passesRoom(filter, roomId)

export const passesRoom = (
  { not_rooms, rooms }: { readonly rooms?: ReadonlyArray<string>; readonly not_rooms?: ReadonlyArray<string> } = {},
  roomId: string
): boolean => (rooms === undefined || rooms.includes(roomId)) && !(not_rooms ?? []).includes(roomId)
