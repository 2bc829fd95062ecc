/** How long a 429 asks us to wait (RFC 9110 §10.2.3; client-server API "Rate limiting", v1.19). Pure. */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Headers from "effect/http/Headers"
import * as Result from "effect/Result"

/** The wait, and where it was read. */
export interface Wait {
  readonly retryAfter?: Duration.Duration
  readonly source: "Retry-After" | "retry_after_ms" | "none"
}

// More than a year is a bug of the server. It is still no leave to come back sooner, so the longest wait stands for it.
const longest = Duration.days(366)

const fromHeader = (header: string | undefined, serverNow: number): Duration.Duration | undefined => {
  if (header === undefined) return undefined
  // a proxy that adds its own makes a list of it, and the longest one satisfies all
  const numbers = /^[0-9]+(?:\s*,\s*[0-9]+)+$/u.test(header.trim()) ? header.split(",").map(Number) : []
  const parsed = Headers.parseRetryAfter(numbers.length === 0 ? header : String(Math.max(...numbers)))
  if (Result.isFailure(parsed)) return undefined
  const wait = Headers.retryAfterDelay(parsed.success, serverNow)
  return Duration.min(wait, longest)
}

const fromBody = (millis: unknown): Duration.Duration | undefined => {
  if (typeof millis !== "number" || Number.isNaN(millis) || millis < 0) return undefined
  return Duration.millis(Math.ceil(Math.min(millis, Duration.toMillis(longest))))
}

/**
 * The wait a 429 asks for.
 *
 * Both the header and the deprecated body field are read, since servers send either, both or none, and browsers hide
 * the header of other origins. Where both are given the longer one holds: servers round either way. An HTTP date is
 * measured against the answer's own `Date`, so that a wrong clock on our side does no harm.
 *
 * @param headers of the answer, names in lower case
 * @param millis `retry_after_ms` of the body as it came, milliseconds
 * @param now our own time in epoch milliseconds, used when the answer has no `Date`
 */
export const read = (headers: { readonly [name: string]: string | undefined }, millis: unknown, now: number): Wait => {
  const date = Headers.parseHttpDate(headers["date"] ?? "")
  const serverNow = Result.isSuccess(date) ? DateTime.toEpochMillis(date.success) : now
  const header = fromHeader(headers["retry-after"], serverNow)
  const body = fromBody(millis)
  if (header === undefined) {
    return body === undefined ? { source: "none" } : { retryAfter: body, source: "retry_after_ms" }
  }
  return body !== undefined && Duration.isGreaterThan(body, header)
    ? { retryAfter: body, source: "retry_after_ms" }
    : { retryAfter: header, source: "Retry-After" }
}
