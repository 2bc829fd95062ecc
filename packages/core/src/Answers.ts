/**
 * Classification: any answer that is not a success becomes exactly one member of `MatrixError`. The `errcode` decides
 * first, the status second, the free text never (client-server API §3.4, v1.19: trust the code over the status, except
 * for `M_UNKNOWN`).
 */
import { identity } from "effect/Function"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import * as MatrixError from "./MatrixError.ts"
import * as RetryAfter from "./RetryAfter.ts"

/** An HTTP answer as far as classifying it needs it. */
export interface Answer {
  readonly status: number
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string | undefined }
  readonly body: string
}

type Body = { readonly [key: string]: unknown }

// Nothing is required: a wrong type under one key must not hide what stands under another.
const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown)))

/** `clean` on every text of the body, after decoding: JSON has many spellings of one text. */
const decodeClean = (body: string, clean: Clean): Body | undefined =>
  Option.match(decode(body), {
    onNone: () => undefined,
    onSome: Record.map((value) => (typeof value === "string" ? clean(value) : value))
  })

/** What takes secrets out of texts that servers send. */
export type Clean = (text: string) => string

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

// Maps, not objects: a server's code may be `constructor`.
const because = new Map<string, NonNullable<MatrixError.Forbidden["because"]>>([
  ["ORG.MATRIX.MSC3848.ALREADY_JOINED", "AlreadyJoined"],
  ["ORG.MATRIX.MSC3848.NOT_JOINED", "NotJoined"],
  ["ORG.MATRIX.MSC3848.INSUFFICIENT_POWER", "InsufficientPower"]
])

const forbidden = (evidence: Evidence, body: Body) => {
  const reason = because.get(text(body, "org.matrix.msc3848.unstable.errcode") ?? evidence.errcode)
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

const notFound = (evidence: Evidence) => new MatrixError.NotFound(evidence)
const badState = (evidence: Evidence) => new MatrixError.BadState(evidence)
const inviteBlocked = (evidence: Evidence) => new MatrixError.InviteBlocked(evidence)
const unsupported = (evidence: Evidence) => new MatrixError.Unsupported(evidence)
const invalid = (evidence: Evidence) => new MatrixError.InvalidRequest(evidence)

/** Codes that mean one thing at any status (`membership` codes of client-server API §3.4 and §11, and Synapse's own). */
const byCode = new Map<string, (evidence: Evidence, body: Body) => MatrixError.MatrixError>(
  Object.entries({
    M_FORBIDDEN: forbidden,
    M_NOT_FOUND: notFound,
    M_BAD_STATE: badState,
    M_INVITE_BLOCKED: inviteBlocked,
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
    M_UNRECOGNIZED: unsupported
  })
)

const excerptOf = (body: string, clean: Clean): string => {
  const flat = clean(body).replace(/\s+/gu, " ").trim()
  if (flat === "") return "an empty body"
  return flat.length > 200 ? `${flat.slice(0, 200)}…` : flat
}

/** A 429 that a proxy or a module packed into the text of another error still names its wait. */
const nestedWait = (body: Body): unknown =>
  Option.match(decode(text(body, "error") ?? ""), {
    onNone: () => undefined,
    onSome: (inner) => inner["retry_after_ms"]
  })

const limited = (answer: Answer, body: Body | undefined, now: number, clean: Clean) =>
  new MatrixError.RateLimited({
    status: answer.status,
    errcode: body === undefined ? "" : (text(body, "errcode") ?? ""),
    detail: body === undefined ? excerptOf(answer.body, clean) : (text(body, "error") ?? ""),
    ...RetryAfter.read(
      answer.headers,
      body === undefined ? undefined : (body["retry_after_ms"] ?? nestedWait(body)),
      now
    )
  })

/** A redirect's query may carry secrets, so only the origin is told. */
const originOf = (location: string): string => {
  if (/^\/(?!\/)/u.test(location)) return "another path"
  return /^https?:/u.test(location) && URL.canParse(location) ? new URL(location).origin : "another place"
}

const notMatrix = ({ body, headers, status }: Answer, clean: Clean) => {
  const location = headers["location"]
  const excerpt =
    status >= 300 && status < 400 && location !== undefined
      ? `a redirect to ${originOf(location)}, not followed`
      : excerptOf(body, clean)
  return new MatrixError.NotMatrix({ status, excerpt })
}

/**
 * The error that an answer is.
 *
 * @param answer any answer that the caller does not take for a success
 * @param now epoch milliseconds of its arrival, for a `Retry-After` in the form of a date
 * @param clean takes secrets out of what the server says; servers quote what they object to
 */
export const classify = (answer: Answer, now: number, clean: Clean = identity): MatrixError.MatrixError => {
  const { status } = answer
  const body = decodeClean(answer.body, clean)
  const errcode = body === undefined ? undefined : text(body, "errcode")
  const known = errcode === undefined ? undefined : byCode.get(errcode)
  // A quota behind a 429 does not lift by waiting; any other 429 is a pause, whoever says so and however.
  if (status === 429 && known !== quota) return limited(answer, body, now, clean)
  if (body === undefined) return notMatrix(answer, clean)
  const evidence = { status, errcode: errcode ?? "", detail: text(body, "error") ?? "" }
  if (status === 202) return new MatrixError.JoinPending(evidence)
  if (errcode === undefined || errcode === "") return notMatrix(answer, clean)
  if (known !== undefined) return known(evidence, body)
  if (status === 401) return unauthorized(evidence, body)
  if (status === 403) return forbidden(evidence, body)
  if (status === 404 && errcode === "M_UNKNOWN") return notFound(evidence)
  return status >= 500 ? new MatrixError.ServerFailure(evidence) : new MatrixError.Refused(evidence)
}
