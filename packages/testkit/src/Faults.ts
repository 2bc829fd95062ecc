/**
 * What can go wrong between a client and a homeserver. Which request is hit says the `Script`.
 *
 * ```ts
 * yield* fake.faults.next({ path: "/rooms/{roomId}/invite" }, Faults.loseResponse)
 * yield* fake.faults.next({ method: "POST" }, Faults.respond(503, { errcode: "M_UNKNOWN", error: "down" }))
 * yield* fake.faults.every({}, Faults.inviteLag("3 seconds"))
 * yield* fake.faults.random({ rate: 0.2, seed: "monday" })
 * ```
 */
import * as Duration from "effect/Duration"
import type { Content } from "./rules/Event.ts"
import * as Wire from "./Wire.ts"

export type { Arrival, Match, Random } from "./Script.ts"

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
  /** A refusal with 429, and no effect. */
  | { readonly _tag: "RateLimited"; readonly millis: number; readonly hint: Hint }
  /** Hits a join by somebody whose invite is younger than that, and nothing else. */
  | { readonly _tag: "InviteLag"; readonly millis: number; readonly then: Fault }
  /** 202 at once, and the effect later. */
  | { readonly _tag: "Pending"; readonly millis: number }

/** Where a refusal says how long to wait: `date` is an HTTP date in the header. */
export type Hint = "header" | "body" | "both" | "date" | "neither"

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

/** How long to wait is said in whole seconds in the header, and in milliseconds in the body. */
export const rateLimited = (wait: Duration.Input, hint: Hint = "both"): Fault => ({
  _tag: "RateLimited",
  millis: Duration.toMillis(wait),
  hint
})

/** The answer that `rateLimited` stands for, at that time (milliseconds since the epoch). */
export const refusal = (millis: number, hint: Hint, now: number): Wire.Answer => {
  const inBody = hint === "body" || hint === "both" ? { retry_after_ms: millis } : {}
  return Wire.json(
    429,
    { errcode: "M_LIMIT_EXCEEDED", error: "Too many requests.", ...inBody },
    hint === "date"
      ? { "retry-after": httpDate(Math.ceil((now + millis) / 1000)), date: httpDate(Math.floor(now / 1000)) }
      : hint === "header" || hint === "both"
        ? { "retry-after": `${Math.ceil(millis / 1000)}` }
        : {}
  )
}

const httpDate = (seconds: number): string => new Date(seconds * 1000).toUTCString()

/**
 * The invite has been sent, but the server of whoever joins has not heard of it yet. Meanwhile joins are refused as
 * Synapse does it, or suffer `then`.
 */
export const inviteLag = (
  duration: Duration.Input,
  then: Fault = respond(403, { errcode: "M_FORBIDDEN", error: "Nobody invited you to this room." })
): Fault => ({ _tag: "InviteLag", millis: Duration.toMillis(duration), then })

/** Like Dendrite with a slow join: 202 without a room id, and the effect comes after the answer or never, if refused. */
export const pending = (after: Duration.Input = 0): Fault => ({ _tag: "Pending", millis: Duration.toMillis(after) })

/** What `pending` answers. */
export const accepted: Wire.Answer = Wire.json(202, {
  errcode: "M_UNKNOWN",
  error: "The join goes on in the background."
})

/** What a client can survive by waiting and asking again. */
export const transient: ReadonlyArray<Fault> = [
  reset,
  loseResponse,
  truncate(),
  html502,
  respond(503, { errcode: "M_UNKNOWN", error: "The server is being restarted." }),
  rateLimited("1 second"),
  delay("100 millis"),
  delayAnswer("100 millis")
]

/** In a few words. */
export const describe = (fault: Fault): string => {
  switch (fault._tag) {
    case "Respond":
      return `answered with ${fault.answer.status} by script`
    case "Delay":
      return `${fault.millis} ms late${fault.then === undefined ? "" : `, ${describe(fault.then)}`}`
    case "DelayAnswer":
      return `answered ${fault.millis} ms late`
    case "Reset":
      return "connection reset before the effect"
    case "LoseResponse":
      return "answer lost after the effect"
    case "Truncate":
      return "answer cut short"
    case "RateLimited":
      return "rate limited by script"
    case "InviteLag":
      return `invite not heard of yet, ${describe(fault.then)}`
    case "Pending":
      return `effect ${fault.millis} ms after the answer`
  }
}
