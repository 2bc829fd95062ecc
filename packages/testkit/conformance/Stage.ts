/** Where one scenario is played: on which homeserver, by whom, and how its names are to be read. */
import * as Effect from "effect/Effect"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Names } from "./Names.ts"
import type { Step } from "./Scenario.ts"
import type { Account, Subject } from "./Subject.ts"

export interface Stage {
  readonly subject: Subject
  readonly accounts: ReadonlyMap<string, Account>
  readonly names: Names
}

export interface Received {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Nothing when the body was not JSON. */
  readonly json: Option.Option<Schema.Json>
  readonly text: string
}

const fromText = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Json))
const fields = Schema.decodeUnknownOption(Schema.Record(Schema.String, Schema.Unknown))

const url = ({ names, subject }: Stage, step: Step) => {
  const encode = (segment: string) => encodeURIComponent(names.fill(segment))
  const path = step.rawPath ? names.fill(step.path) : step.path.split("/").map(encode).join("/")
  const query = (step.query ?? []).map(([name, value]) => [name, names.fill(value)].map(encodeURIComponent).join("="))
  return `${subject.baseUrl.origin}${path}${query.length === 0 ? "" : `?${query.join("&")}`}`
}

const authorization = ({ accounts, names }: Stage, step: Step) => {
  if (step.authorization !== undefined) return names.fill(step.authorization)
  const account = step.as === undefined ? undefined : accounts.get(step.as)
  return account === undefined ? undefined : `Bearer ${account.accessToken}`
}

/** Throws when the step uses a name that nothing has defined: an earlier step that should have was refused. */
const requestOf = (stage: Stage, step: Step) => {
  const header = authorization(stage, step)
  const content = step.text ?? (step.body === undefined ? undefined : JSON.stringify(stage.names.fillJson(step.body)))
  let request = HttpClientRequest.make(step.method)(url(stage, step))
  if (header !== undefined) request = HttpClientRequest.setHeader(request, "authorization", header)
  if (content !== undefined) request = HttpClientRequest.bodyText(request, content, "application/json")
  return request
}

/** The step cannot be taken at all. */
export class Unplayable extends Schema.TaggedError<Unplayable>()("Unplayable", { message: Schema.String }) {}

/** Makes the call, and remembers what the step says to save. */
export const call = Effect.fnUntraced(function* (stage: Stage, step: Step) {
  const request = yield* Effect.try({
    try: () => requestOf(stage, step),
    catch: (error) => new Unplayable({ message: String(error) })
  })
  const response = yield* stage.subject.http.execute(request)
  const text = yield* response.text
  const json = fromText(text)
  const body = Option.getOrUndefined(Option.flatMap(json, fields))
  for (const [name, key] of Object.entries(step.save ?? {})) {
    const value = body?.[key]
    if (typeof value === "string") stage.names.define(name, value)
  }
  const received: Received = { status: response.status, headers: response.headers, json, text }
  return received
}, Effect.timeout("30 seconds"))
