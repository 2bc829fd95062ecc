/**
 * What can go wrong between a client and a homeserver, by script: which request is hit, and what happens to it.
 *
 * ```ts
 * yield* fake.faults.next({ path: "/rooms/{roomId}/invite" }, Faults.loseResponse)
 * yield* fake.faults.next({ method: "POST" }, Faults.respond(503, { errcode: "M_UNKNOWN", error: "down" }))
 * ```
 */
import * as Duration from "effect/Duration"
import type { Content } from "./rules/Event.ts"
import * as Template from "./Template.ts"
import * as Wire from "./Wire.ts"

export type Fault =
  /** This answer, and no effect. */
  | { readonly _tag: "Respond"; readonly answer: Wire.Answer }
  /** Nothing happens for a while; then the request goes on, into `then` if there is one. */
  | { readonly _tag: "Delay"; readonly millis: number; readonly then: Fault | undefined }
  /** The effect at once, its answer late. */
  | { readonly _tag: "DelayAnswer"; readonly millis: number }
  /** The connection breaks before the request has any effect. */
  | { readonly _tag: "Reset" }
  /** The request has its effect, and the connection breaks before the answer. */
  | { readonly _tag: "LoseResponse" }
  /** The request has its effect, and the connection breaks within the answer's body. */
  | { readonly _tag: "Truncate"; readonly bytes: number | undefined }

/** A string body is sent as it is, as HTML unless `headers` say otherwise; an object as JSON. */
export const respond = (
  status: number,
  body: string | Content,
  headers: Readonly<Record<string, string>> = {}
): Fault => ({
  _tag: "Respond",
  answer:
    typeof body === "string"
      ? { status, headers: { ...Wire.corsHeaders, "content-type": "text/html", ...headers }, body }
      : Wire.json(status, body, headers)
})

/** A reverse proxy that cannot reach the homeserver. */
export const html502: Fault = respond(
  502,
  "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)

export const delay = (duration: Duration.Input, then?: Fault): Fault => ({
  _tag: "Delay",
  millis: Duration.toMillis(duration),
  then
})

export const delayAnswer = (duration: Duration.Input): Fault => ({
  _tag: "DelayAnswer",
  millis: Duration.toMillis(duration)
})

export const reset: Fault = { _tag: "Reset" }

export const loseResponse: Fault = { _tag: "LoseResponse" }

/** Half the body arrives, or its first `bytes`. */
export const truncate = (bytes?: number): Fault => ({ _tag: "Truncate", bytes })

/** A request as the script sees it. */
export interface Arrival {
  readonly method: string
  /** As sent, percent-encoding and all. */
  readonly path: string
  readonly query: ReadonlyArray<readonly [string, string]>
  /** What the body says, or its text if it is not JSON; `undefined` for none. */
  readonly body: unknown
  /** Whose token it carries. */
  readonly userId: string | undefined
}

/** What is left out matches anything. */
export interface Match {
  readonly method?: string
  /** A path of the specification without its prefix, such as `/rooms/{roomId}/invite`, or a pattern for the whole path. */
  readonly path?: string | RegExp
  readonly where?: (arrival: Arrival) => boolean
}

export const matches = (match: Match, arrival: Arrival): boolean =>
  (match.method === undefined || match.method === arrival.method) &&
  (match.path === undefined || isOn(match.path, arrival.path)) &&
  (match.where === undefined || match.where(arrival))

const isOn = (wanted: string | RegExp, path: string): boolean =>
  typeof wanted === "string"
    ? ["", "/r0", "/v3"].some((prefix) => Template.matchPath(`/_matrix/client${prefix}${wanted}`, path))
    : wanted.test(path)

/** One line of the script; done with when nothing remains. */
export interface Line {
  readonly match: Match
  readonly fault: Fault
  readonly remaining: number
}

/** The first line that matches, and the script without what it used up. */
export const take = (
  script: ReadonlyArray<Line>,
  arrival: Arrival
): readonly [Fault | undefined, ReadonlyArray<Line>] => {
  const index = script.findIndex((line) => matches(line.match, arrival))
  const line = script[index]
  if (line === undefined) return [undefined, script]
  const rest = { ...line, remaining: line.remaining - 1 }
  return [line.fault, script.toSpliced(index, 1, ...(rest.remaining > 0 ? [rest] : []))]
}
