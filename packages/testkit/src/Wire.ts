/** Requests and answers as they are on the wire, whatever door they come through. */
import type { Content } from "./rules/Event.ts"
import type { Because, Refusal } from "./rules/Refusal.ts"

export interface Request {
  readonly method: string
  /** Path and query as sent, percent-encoding and all, such as `/_matrix/client/v3/join/%23hall%3Alocalhost?via=a`. */
  readonly target: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const pathOf = (request: Request): string => request.target.split("?", 1)[0] ?? ""

export const queryOf = (request: Request): URLSearchParams => {
  const start = request.target.indexOf("?")
  return new URLSearchParams(start < 0 ? "" : request.target.slice(start + 1))
}

/** On every answer; the same as Synapse sends, so a browser cannot read `Retry-After` here either. */
export const corsHeaders: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE, OPTIONS",
  "access-control-allow-headers": "X-Requested-With, Content-Type, Authorization, Date",
  "access-control-expose-headers": "Synapse-Trace-Id, Server"
}

export const json = (
  status: number,
  body: Content | ReadonlyArray<Content>,
  headers: Readonly<Record<string, string>> = {}
): Answer => ({
  status,
  headers: { ...corsHeaders, "content-type": "application/json", ...headers },
  body: JSON.stringify(body)
})

/** With `msc3848`, a bare `M_FORBIDDEN` says why in a key of its own, as Synapse does when told to. */
export const refused = (refusal: Refusal, msc3848: boolean): Answer => {
  const because = msc3848 && refusal.because !== undefined ? unstableErrcode(refusal.because) : {}
  return json(
    refusal.status,
    { errcode: refusal.errcode, error: refusal.error, ...refusal.fields, ...because },
    refusal.headers
  )
}

const unstableErrcode = (because: Because): Content => ({
  "org.matrix.msc3848.unstable.errcode": `ORG.MATRIX.MSC3848.${because}`
})

/**
 * Percent-decoding of one path segment, once. What is not valid stays as it is, or becomes the replacement character,
 * because a server answers nonsense and does not fall over it.
 */
export const decodeSegment = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment.replace(/(?:%[0-9a-f]{2})+/giu, (run) =>
      new TextDecoder().decode(Uint8Array.from(run.slice(1).split("%"), (hex) => Number.parseInt(hex, 16)))
    )
  }
}
