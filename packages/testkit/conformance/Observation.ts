/** What became of memberships, as the participants themselves are told. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Answer } from "./Answer.ts"
import { client, type Scenario } from "./Scenario.ts"
import * as Stage from "./Stage.ts"

const Members = Schema.decodeUnknownOption(
  Schema.Struct({
    chunk: Schema.Array(
      Schema.Struct({ state_key: Schema.String, content: Schema.Struct({ membership: Schema.String }) })
    )
  })
)
const Joined = Schema.decodeUnknownOption(Schema.Struct({ joined_rooms: Schema.Array(Schema.String) }))

/** The membership of everybody in a room, as its watcher is told; the status when the watcher is not told. */
const members = Effect.fnUntraced(function* (stage: Stage.Stage, room: string, watcher: string) {
  const told = yield* Stage.call(stage, { as: watcher, method: "GET", path: client(`/rooms/{${room}}/members`) })
  const found = new Map<string, string>()
  const read = Option.flatMap(told.json, Members)
  if (Option.isNone(read)) return found.set(`{${watcher}}`, `${told.status}`)
  for (const event of read.value.chunk)
    found.set(String(stage.names.canonical(event.state_key)), event.content.membership)
  return found
})

const joined = Effect.fnUntraced(function* (stage: Stage.Stage, user: string) {
  const told = yield* Stage.call(stage, { as: user, method: "GET", path: client("/joined_rooms") })
  const read = Joined(Option.getOrNull(Option.map(told.json, stage.names.canonical)))
  return Option.match(read, { onNone: () => [`${told.status}`], onSome: ({ joined_rooms }) => joined_rooms })
})

/** A look at rooms and users that tells only what is not as it was at the last look. */
export const make = (stage: Stage.Stage, scenario: Scenario) => {
  const seen = new Map<string, string>()
  const isNews = (place: string, value: string) => {
    const before = seen.get(place)
    seen.set(place, value)
    return before !== value
  }
  return Effect.fnUntraced(function* (watched: {
    readonly rooms: ReadonlyArray<string>
    readonly users: ReadonlyArray<string>
  }) {
    const moved: Record<string, Record<string, string>> = {}
    for (const room of watched.rooms) {
      // no step has created it yet
      if (!stage.names.has(room)) continue
      for (const [user, membership] of yield* members(stage, room, scenario.watch[room] ?? "")) {
        if (isNews(`${room} ${user}`, membership)) moved[room] = { ...moved[room], [user]: membership }
      }
    }
    const homes: Record<string, ReadonlyArray<string>> = {}
    for (const user of watched.users) {
      const rooms = yield* joined(stage, user)
      if (isNews(user, rooms.join(" "))) homes[user] = rooms
    }
    const news: Pick<Answer, "members" | "joined"> = {
      ...(Object.keys(moved).length === 0 ? {} : { members: moved }),
      ...(Object.keys(homes).length === 0 ? {} : { joined: homes })
    }
    return news
  })
}
