/** What one call came to, as far as two homeservers must agree on it. */
import * as Schema from "effect/Schema"

export const Answer = Schema.Struct({
  status: Schema.Int,
  errcode: Schema.optionalKey(Schema.String),
  /**
   * When the server says to come back, told by the body, in milliseconds since the first step: two servers that were
   * asked at different speed agree on that, not on the wait. Compared with some slack.
   */
  retryAt: Schema.optionalKey(Schema.Finite),
  /** Whether a `Retry-After` header came with it. */
  retryAfter: Schema.optionalKey(Schema.Boolean),
  /** All else in the body, ids by name; left out where it is `{}`. */
  body: Schema.optionalKey(Schema.Json),
  /** By room and user, for the rooms in which a membership has changed since the last look. */
  members: Schema.optionalKey(Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.String))),
  /** By user, for those whose joined rooms have changed since the last look. */
  joined: Schema.optionalKey(Schema.Record(Schema.String, Schema.Array(Schema.String)))
})
export type Answer = typeof Answer.Type

/** The answers of one scenario, in the order of its steps. */
export interface Play {
  readonly scenario: string
  readonly answers: ReadonlyArray<Answer>
  /** Why the scenario could not be played, when it could not. */
  readonly broken?: string
}

const isObject = (json: Schema.Json): json is { readonly [key: string]: Schema.Json } =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/**
 * From what came over the wire; `body` is `undefined` when it was not JSON, and canonical otherwise. `sentAt` is when the
 * request left, in milliseconds since the first step.
 */
export const fromResponse = (
  { headers, sentAt, status }: { status: number; headers: Readonly<Record<string, string>>; sentAt: number },
  body?: Schema.Json
): Answer => {
  if (body === undefined) return { status, body: "<not JSON>" }
  if (!isObject(body)) return { status, body }
  const { errcode, error, retry_after_ms: wait, ...rest } = body
  return {
    status,
    ...(typeof errcode === "string" ? { errcode } : {}),
    ...(typeof wait === "number" ? { retryAt: sentAt + wait } : {}),
    ...(headers["retry-after"] === undefined ? {} : { retryAfter: true }),
    ...(typeof errcode === "string" && typeof error !== "string" ? { body: { ...rest, error: "<missing>" } } : {}),
    ...(typeof error !== "string" || errcode !== undefined ? {} : { body: { ...rest, error } }),
    ...(Object.keys(rest).length === 0 ? {} : { body: rest })
  }
}
