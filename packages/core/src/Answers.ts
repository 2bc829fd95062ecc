/**
 * Classification: any answer that is not a success becomes exactly one member of `MatrixError`. The `errcode` decides
 * first, the status second, the free text never (client-server API §3.4, v1.19: trust the code over the status, except
 * for `M_UNKNOWN`).
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as MatrixError from "./MatrixError.ts"
import * as RetryAfter from "./RetryAfter.ts"

export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
}

// Nothing but the code is required, and a wrong type under another key must not hide it.
const Body = Schema.StructWithRest(Schema.Struct({ errcode: Schema.NonEmptyString }), [
  Schema.Record(Schema.String, Schema.Unknown)
])
type Body = typeof Body.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Body))

const text = (body: Body, key: string): string | undefined => {
  const value = body[key]
  return typeof value === "string" ? value : undefined
}

/** What stands in every class made from a Matrix body. */
interface Evidence {
  readonly status: number
  readonly errcode: string
  readonly detail: string
}

const because: { readonly [code: string]: NonNullable<MatrixError.Forbidden["because"]> } = {
  "ORG.MATRIX.MSC3848.ALREADY_JOINED": "AlreadyJoined",
  "ORG.MATRIX.MSC3848.NOT_JOINED": "NotJoined",
  "ORG.MATRIX.MSC3848.INSUFFICIENT_POWER": "InsufficientPower"
}

const forbidden = (evidence: Evidence, body: Body) => {
  const reason = because[text(body, "org.matrix.msc3848.unstable.errcode") ?? evidence.errcode]
  return new MatrixError.Forbidden(reason === undefined ? evidence : { ...evidence, because: reason })
}

const unauthorized = (evidence: Evidence, body: Body) =>
  new MatrixError.Unauthorized({
    ...evidence,
    softLogout: body["soft_logout"] === true,
    locked: evidence.errcode === "M_USER_LOCKED"
  })

const restricted = (evidence: Evidence, body: Body) => {
  const consentUri = text(body, "consent_uri")
  return new MatrixError.AccountRestricted(consentUri === undefined ? evidence : { ...evidence, consentUri })
}

const quota = (evidence: Evidence, body: Body) => {
  const infoUri = text(body, "info_uri")
  const adminContact = text(body, "admin_contact")
  return new MatrixError.QuotaExceeded({
    ...evidence,
    ...(infoUri === undefined ? {} : { infoUri }),
    ...(adminContact === undefined ? {} : { adminContact })
  })
}

const roomVersion = (evidence: Evidence, body: Body) => {
  const version = text(body, "room_version")
  return new MatrixError.RoomVersionUnsupported(
    version === undefined ? evidence : { ...evidence, roomVersion: version }
  )
}

const invalid = (evidence: Evidence) => new MatrixError.InvalidRequest(evidence)

/** Codes that mean one thing at any status (`membership` codes of client-server API §3.4 and §11, and Synapse's own). */
const byCode: { readonly [errcode: string]: (evidence: Evidence, body: Body) => MatrixError.MatrixError } = {
  M_FORBIDDEN: forbidden,
  M_NOT_FOUND: (evidence) => new MatrixError.NotFound(evidence),
  M_BAD_STATE: (evidence) => new MatrixError.BadState(evidence),
  M_INVITE_BLOCKED: (evidence) => new MatrixError.InviteBlocked(evidence),
  M_MISSING_TOKEN: unauthorized,
  M_UNKNOWN_TOKEN: unauthorized,
  M_USER_LOCKED: unauthorized,
  M_UNAUTHORIZED: unauthorized,
  M_USER_SUSPENDED: restricted,
  M_USER_DEACTIVATED: restricted,
  M_GUEST_ACCESS_FORBIDDEN: restricted,
  M_CONSENT_NOT_GIVEN: restricted,
  ORG_MATRIX_EXPIRED_ACCOUNT: restricted,
  "ORG.MATRIX.MSC3866_USER_AWAITING_APPROVAL": restricted,
  M_USER_LIMIT_EXCEEDED: quota,
  M_RESOURCE_LIMIT_EXCEEDED: quota,
  M_INCOMPATIBLE_ROOM_VERSION: roomVersion,
  M_UNSUPPORTED_ROOM_VERSION: roomVersion,
  M_BAD_JSON: invalid,
  M_NOT_JSON: invalid,
  M_INVALID_PARAM: invalid,
  M_MISSING_PARAM: invalid,
  M_TOO_LARGE: invalid,
  M_UNKNOWN_DEVICE: invalid,
  "ORG.MATRIX.MSC4326.M_UNKNOWN_DEVICE": invalid,
  M_UNRECOGNIZED: (evidence) => new MatrixError.Unsupported(evidence)
}

const excerptOf = (body: string): string => {
  const flat = body.replace(/\s+/gu, " ").trim()
  if (flat === "") return "an empty body"
  return flat.length > 200 ? `${flat.slice(0, 200)}…` : flat
}

/** A 429 that a proxy or a module packed into the text of another error still names its wait. */
const nestedWait = (body: Body): unknown =>
  Option.match(decode(text(body, "error") ?? ""), {
    onNone: () => undefined,
    onSome: (inner) => inner["retry_after_ms"]
  })

const limited = (answer: Answer, body: Option.Option<Body>, now: number) => {
  const millis = Option.map(body, (body) => body["retry_after_ms"] ?? nestedWait(body))
  return new MatrixError.RateLimited({
    status: answer.status,
    errcode: Option.match(body, { onNone: () => "", onSome: (body) => body.errcode }),
    detail: Option.match(body, { onNone: () => excerptOf(answer.body), onSome: (body) => text(body, "error") ?? "" }),
    ...RetryAfter.read(answer.headers, Option.getOrUndefined(millis), now)
  })
}

const pending = ({ status }: Answer, body: Option.Option<Body>) =>
  new MatrixError.JoinPending({
    status,
    errcode: Option.match(body, { onNone: () => "", onSome: (body) => body.errcode }),
    detail: Option.match(body, { onNone: () => "", onSome: (body) => text(body, "error") ?? "" })
  })

/**
 * The error that an answer is.
 *
 * @param answer any answer that the caller does not take for a success
 * @param now epoch milliseconds of its arrival, for a `Retry-After` in the form of a date
 */
export const classify = (answer: Answer, now: number): MatrixError.MatrixError => {
  const { headers, status } = answer
  const decoded = decode(answer.body)
  if (status === 202 && answer.body.trimStart().startsWith("{")) return pending(answer, decoded)
  const known = Option.flatMapNullishOr(decoded, (body) =>
    Object.hasOwn(byCode, body.errcode) ? byCode[body.errcode] : undefined
  )
  // A quota behind a 429 does not lift by waiting; any other 429 is a pause, whoever says so and however.
  if (status === 429 && !(Option.isSome(decoded) && Option.contains(known, quota))) return limited(answer, decoded, now)
  if (Option.isNone(decoded)) {
    const location = headers["location"]
    return status >= 300 && status < 400 && location !== undefined
      ? new MatrixError.NotMatrix({ status, excerpt: `a redirect to ${originOf(location)}, not followed` })
      : new MatrixError.NotMatrix({ status, excerpt: excerptOf(answer.body) })
  }
  const body = decoded.value
  const evidence = { status, errcode: body.errcode, detail: text(body, "error") ?? "" }
  if (Option.isSome(known)) return known.value(evidence, body)
  if (status === 401) return unauthorized(evidence, body)
  if (status === 403) return forbidden(evidence, body)
  if (status === 404 && body.errcode === "M_UNKNOWN") return new MatrixError.NotFound(evidence)
  return status >= 500 ? new MatrixError.ServerFailure(evidence) : new MatrixError.Refused(evidence)
}

/** A redirect's query may carry secrets, so only the origin is told. */
const originOf = (location: string): string => (URL.canParse(location) ? new URL(location).origin : "another path")
