/** A client that follows its rooms by syncing, and says in a few words what it is told. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { path } from "./Stage.ts"
import { get, post } from "./Talk.ts"

const Event = Schema.Struct({
  type: Schema.String,
  state_key: Schema.optionalKey(Schema.String),
  content: Schema.Record(Schema.String, Schema.Unknown),
  event_id: Schema.optionalKey(Schema.String),
  unsigned: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
})
export type Event = typeof Event.Type

const Events = Schema.Struct({ events: Schema.Array(Event) })

const Entry = Schema.Struct({
  timeline: Schema.Struct({ events: Schema.Array(Event), limited: Schema.Boolean, prev_batch: Schema.String }),
  state: Events,
  account_data: Events,
  summary: Schema.optionalKey(Schema.Record(Schema.String, Schema.Unknown))
})

const sectionOf = <Inner extends Schema.Top>(inner: Inner) => Schema.optionalKey(Schema.Record(Schema.String, inner))

const Answer = Schema.Struct({
  next_batch: Schema.String,
  account_data: Schema.optionalKey(Events),
  rooms: Schema.optionalKey(
    Schema.Struct({
      join: sectionOf(Entry),
      leave: sectionOf(Entry),
      invite: sectionOf(Schema.Struct({ invite_state: Events })),
      knock: sectionOf(Schema.Struct({ knock_state: Events }))
    })
  )
})
export type Answer = typeof Answer.Type

/** `m.room.member @bob:localhost join`, `m.room.topic`, `m.note 1`. */
export const brief = ({ content, state_key, type }: Event): string =>
  [type, state_key, content["membership"] ?? content["n"]].filter((part) => part !== undefined && part !== "").join(" ")

/** What is said of a room, and in which section. */
export const said = (answer: Answer, roomId: string): Readonly<Record<string, ReadonlyArray<string>>> => {
  const { invite, join, knock, leave } = answer.rooms ?? {}
  const whole = (entry: typeof Entry.Type) => [
    ...entry.state.events.map(brief),
    "|",
    ...entry.timeline.events.map(brief)
  ]
  return {
    ...(join?.[roomId] === undefined ? {} : { join: whole(join[roomId]) }),
    ...(leave?.[roomId] === undefined ? {} : { leave: whole(leave[roomId]) }),
    ...(invite?.[roomId] === undefined ? {} : { invite: invite[roomId].invite_state.events.map(brief) }),
    ...(knock?.[roomId] === undefined ? {} : { knock: knock[roomId].knock_state.events.map(brief) })
  }
}

export const sync = (token: string, query: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(get(`/sync?${new URLSearchParams(query)}`, token), ({ body }) =>
    Schema.decodeUnknownEffect(Answer)(body)
  )

/** Writes a note into a room. */
export const note = (token: string, roomId: string, n: number | string) =>
  post(`${path("send", roomId)}/m.note`, token, { n })
