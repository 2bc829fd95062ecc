/** Plays scenarios on a homeserver and writes down what it answered. */
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Answer from "./Answer.ts"
import * as Names from "./Names.ts"
import type { Scenario, Step } from "./Scenario.ts"
import { client, touched } from "./Scenario.ts"
import type { Account, Subject } from "./Subject.ts"

const fromText = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Json))
const Saved = Schema.decodeUnknownOption(Schema.Record(Schema.String, Schema.Unknown))
const Members = Schema.decodeUnknownOption(
  Schema.Struct({
    chunk: Schema.Array(
      Schema.Struct({ state_key: Schema.String, content: Schema.Struct({ membership: Schema.String }) })
    )
  })
)
const Joined = Schema.decodeUnknownOption(Schema.Struct({ joined_rooms: Schema.Array(Schema.String) }))

interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly json: Option.Option<Schema.Json>
  readonly text: string
}

/** One play: who is who, and how the names of the scenario are to be read. */
interface Stage {
  readonly subject: Subject
  readonly accounts: ReadonlyMap<string, Account>
  readonly names: Names.Names
}

const url = ({ names, subject }: Stage, step: Step) => {
  const encode = (segment: string) => encodeURIComponent(names.fill(segment))
  const path = step.rawPath ? names.fill(step.path) : step.path.split("/").map(encode).join("/")
  const query = (step.query ?? []).map(([name, value]) => [name, names.fill(value)].map(encodeURIComponent).join("="))
  return `${subject.baseUrl.origin}${path}${query.length === 0 ? "" : `?${query.join("&")}`}`
}

const call = Effect.fnUntraced(function* (stage: Stage, step: Step) {
  const token = step.as === undefined ? undefined : stage.accounts.get(step.as)?.accessToken
  const content = step.text ?? (step.body === undefined ? undefined : JSON.stringify(stage.names.fillJson(step.body)))
  let request = HttpClientRequest.make(step.method)(url(stage, step))
  if (token !== undefined) request = HttpClientRequest.bearerToken(request, token)
  if (step.authorization !== undefined) {
    request = HttpClientRequest.setHeader(request, "authorization", stage.names.fill(step.authorization))
  }
  if (content !== undefined) request = HttpClientRequest.bodyText(request, content, "application/json")
  const response = yield* stage.subject.http.execute(request)
  const text = yield* response.text
  const json = fromText(text)
  const received: Received = { status: response.status, headers: response.headers, json, text }
  for (const [name, key] of Object.entries(step.save ?? {})) {
    const value = Option.getOrUndefined(Option.flatMap(json, Saved))?.[key]
    if (typeof value === "string") stage.names.define(name, value)
  }
  return received
}, Effect.timeout("30 seconds"))

/** The membership of everybody in a room, as its watcher is told. */
const members = Effect.fnUntraced(function* (stage: Stage, room: string, watcher: string) {
  const told = yield* call(stage, { as: watcher, method: "GET", path: client(`/rooms/{${room}}/members`) })
  const chunk = Option.flatMap(told.json, Members)
  const events = Option.match(chunk, { onNone: () => [], onSome: (read) => read.chunk })
  const found: Record<string, string> = Option.isNone(chunk) ? { [`{${watcher}}`]: `${told.status}` } : {}
  for (const event of events) found[String(stage.names.canonical(event.state_key))] = event.content.membership
  return found
})

const joined = Effect.fnUntraced(function* (stage: Stage, user: string) {
  const told = yield* call(stage, { as: user, method: "GET", path: client("/joined_rooms") })
  const body = Joined(Option.getOrNull(Option.map(told.json, stage.names.canonical)))
  return Option.match(body, { onNone: () => [`${told.status}`], onSome: ({ joined_rooms }) => joined_rooms })
})

/** What is not as it was when last looked at. */
const news = <A>(seen: Map<string, string>, now: Readonly<Record<string, A>>) => {
  const changed: Record<string, A> = {}
  for (const [key, value] of Object.entries(now)) {
    const told = JSON.stringify(value)
    if (seen.get(key) !== told) changed[key] = value
    seen.set(key, told)
  }
  return changed
}

type Moved = Record<string, Record<string, string>>
type Homes = Record<string, ReadonlyArray<string>>

const isEmpty = (record: object) => Object.keys(record).length === 0

/** Plays one scenario with these accounts. `run` is a text that no other play on this homeserver has. */
export const play = Effect.fn("Run.play")(function* (
  subject: Subject,
  scenario: Scenario,
  accounts: ReadonlyMap<string, Account>,
  run: string
) {
  const names = Names.make()
  const stage: Stage = { subject, accounts, names }
  names.define("run", run)
  names.define("server", subject.serverName)
  for (const user of scenario.users) {
    const { accessToken = "", userId: id = "" } = accounts.get(user) ?? {}
    names.define(user, id)
    names.define(`${user}.token`, accessToken)
    names.define(`${user}.localpart`, id.slice(1, id.indexOf(":")))
  }
  const answers: Array<Answer.Answer> = []
  for (const [index, step] of scenario.setup.entries()) {
    const { status, text } = yield* call(stage, step)
    if (status >= 300) {
      const broken = `set-up ${index + 1}, ${step.as} ${step.method} ${step.path}: ${status} ${text.slice(0, 200)}`
      return { scenario: scenario.name, answers, broken } satisfies Answer.Play
    }
  }
  const seen = { members: new Map<string, Map<string, string>>(), joined: new Map<string, string>() }

  const look = Effect.fnUntraced(function* (rooms: ReadonlyArray<string>, users: ReadonlyArray<string>) {
    const found: { members?: Record<string, Record<string, string>>; joined?: Record<string, ReadonlyArray<string>> } =
      {}
    for (const room of rooms) {
      // a room that no step has created yet
      if (!names.has(room)) continue
      const before = seen.members.get(room) ?? new Map<string, string>()
      seen.members.set(room, before)
      const changed = news(before, yield* members(stage, room, scenario.watch[room] ?? ""))
      if (!isEmpty(changed)) found.members = { ...found.members, [room]: changed }
    }
    for (const user of users) {
      const changed = news(seen.joined, { [user]: yield* joined(stage, user) })
      if (!isEmpty(changed)) found.joined = { ...found.joined, ...changed }
    }
    return found
  })

  const everything = { rooms: Object.keys(scenario.watch), users: scenario.joinedRooms ?? [] }
  // what was there before the first step is not news
  yield* look(everything.rooms, everything.users)
  for (const [index, step] of scenario.steps.entries()) {
    const { headers, json, status } = yield* call(stage, step)
    const { rooms, users } = index === scenario.steps.length - 1 ? everything : touched(scenario, step)
    answers.push({
      ...Answer.fromResponse(status, headers, Option.getOrUndefined(Option.map(json, names.canonical))),
      ...(yield* look(rooms, users))
    })
  }
  return { scenario: scenario.name, answers } satisfies Answer.Play
})
