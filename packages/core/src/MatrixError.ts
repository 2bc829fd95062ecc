/**
 * Everything that can go wrong with a request to a homeserver, as one closed union. Every class has one meaning and
 * keeps the evidence: the HTTP status, the server's `errcode` and its free text as `detail` (for display, never for
 * decisions). No class ever holds an access token.
 *
 * ```ts
 * import { type MatrixId, Membership } from "@matrix-membership/core"
 * import { Duration, Effect } from "effect"
 *
 * export const inviteAndExplain = (roomId: MatrixId.RoomId, userId: MatrixId.UserId) =>
 *   Effect.gen(function* () {
 *     const membership = yield* Membership
 *     yield* membership.inviteUser({ roomId, userId })
 *     return "invited"
 *   }).pipe(
 *     Effect.catchTags({
 *       Forbidden: ({ detail }) => Effect.succeed(`the server says no: ${detail}`),
 *       BadState: () => Effect.succeed("they are banned"),
 *       InviteBlocked: () => Effect.succeed("they take no invitations"),
 *       RateLimited: ({ retryAfter = Duration.minutes(1) }) =>
 *         Effect.succeed(`come back in ${Duration.format(retryAfter)}`)
 *     })
 *   )
 * ```
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"

/** Status, `errcode` and text of an answer in Matrix's error format (client-server API §3.4, v1.19). */
const answer = { status: Schema.Int, errcode: Schema.String, detail: Schema.String }

const sentence = ({
  detail,
  errcode,
  status
}: {
  readonly errcode: string
  readonly detail: string
  readonly status: number
}) => {
  const said = [errcode, detail].filter((text) => text !== "").join(": ")
  return said === "" ? `HTTP ${status}` : `${said} (HTTP ${status})`
}

/** `M_FORBIDDEN`, or any other code with status 403 that has no class of its own. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", {
  ...answer,
  /** Said only by servers that answer with the codes of MSC3848. */
  because: Schema.optionalKey(Schema.Literals(["AlreadyJoined", "NotJoined", "InsufficientPower"]))
}) {
  override get message() {
    return sentence(this)
  }
}

/** `M_NOT_FOUND`, or `M_UNKNOWN` with status 404: no such room, alias or user. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", answer) {
  override get message() {
    return sentence(this)
  }
}

/** Status 429: nothing was done, and the server asks for a pause. */
export class RateLimited extends Schema.TaggedError<RateLimited>()("RateLimited", {
  ...answer,
  /** How long to wait from the moment of the answer; absent when the server did not say. */
  retryAfter: Schema.optionalKey(Schema.Duration),
  /** Where `retryAfter` was read. */
  source: Schema.Literals(["Retry-After", "retry_after_ms", "none"])
}) {
  override get message() {
    return this.retryAfter === undefined
      ? `${sentence(this)}, wait not given`
      : `${sentence(this)}, try again in ${Math.ceil(Duration.toSeconds(this.retryAfter))} s`
  }
}

/** `M_BAD_STATE`: the membership cannot change that way from where it is. */
export class BadState extends Schema.TaggedError<BadState>()("BadState", answer) {
  override get message() {
    return sentence(this)
  }
}

/** `M_INVITE_BLOCKED` (v1.18): the invitee does not take invitations. */
export class InviteBlocked extends Schema.TaggedError<InviteBlocked>()("InviteBlocked", answer) {
  override get message() {
    return sentence(this)
  }
}

/** Status 401: the access token is missing, unknown or expired, or the account is locked. */
export class Unauthorized extends Schema.TaggedError<Unauthorized>()("Unauthorized", {
  ...answer,
  /** `soft_logout`: the session may be renewed by logging in again with the same device. */
  softLogout: Schema.Boolean,
  /** `M_USER_LOCKED`: neither a new login nor a refresh helps. */
  locked: Schema.Boolean
}) {
  override get message() {
    return sentence(this)
  }
}

/** The account may not do this: suspended, deactivated, expired, a guest, or without consent to the terms. */
export class AccountRestricted extends Schema.TaggedError<AccountRestricted>()("AccountRestricted", {
  ...answer,
  /** Where the terms can be accepted, with `M_CONSENT_NOT_GIVEN`. */
  consentUri: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return this.consentUri === undefined ? sentence(this) : `${sentence(this)}, see ${this.consentUri}`
  }
}

/** `M_USER_LIMIT_EXCEEDED` or `M_RESOURCE_LIMIT_EXCEEDED`: a quota, which waiting does not lift. */
export class QuotaExceeded extends Schema.TaggedError<QuotaExceeded>()("QuotaExceeded", {
  ...answer,
  infoUri: Schema.optionalKey(Schema.String),
  adminContact: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return sentence(this)
  }
}

/** `M_INCOMPATIBLE_ROOM_VERSION` or `M_UNSUPPORTED_ROOM_VERSION`: a server concerned does not know the room's version. */
export class RoomVersionUnsupported extends Schema.TaggedError<RoomVersionUnsupported>()("RoomVersionUnsupported", {
  ...answer,
  roomVersion: Schema.optionalKey(Schema.String)
}) {
  override get message() {
    return sentence(this)
  }
}

/**
 * The request itself is wrong: malformed, a parameter missing or invalid, too large. Status 0 means that it was never
 * sent, because an argument does not have the form its type promises.
 */
export class InvalidRequest extends Schema.TaggedError<InvalidRequest>()("InvalidRequest", answer) {
  override get message() {
    return sentence(this)
  }
}

/** `M_UNRECOGNIZED`: this server does not know the endpoint or the method. */
export class Unsupported extends Schema.TaggedError<Unsupported>()("Unsupported", answer) {
  override get message() {
    return sentence(this)
  }
}

/** A status of 500 or above with a Matrix body. */
export class ServerFailure extends Schema.TaggedError<ServerFailure>()("ServerFailure", answer) {
  override get message() {
    return sentence(this)
  }
}

/** A Matrix answer with any other code. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", answer) {
  override get message() {
    return sentence(this)
  }
}

/** Status 202 without a room id: the server goes on joining in the background and will not say how it ends. */
export class JoinPending extends Schema.TaggedError<JoinPending>()("JoinPending", answer) {
  override get message() {
    return `the join goes on in the background: ${sentence(this)}`
  }
}

/** Something answered, but not in Matrix: a proxy, a captive portal, a redirect, a body of the wrong shape. */
export class NotMatrix extends Schema.TaggedError<NotMatrix>()("NotMatrix", {
  status: Schema.Int,
  /** The beginning of the body, or what was wrong with it. */
  excerpt: Schema.String
}) {
  override get message() {
    return `HTTP ${this.status} that is not a Matrix answer: ${this.excerpt}`
  }
}

/** No answer: the name, the connection, TLS or the time-out. */
export class Unreachable extends Schema.TaggedError<Unreachable>()("Unreachable", {
  /** What the network said, such as `connect ECONNREFUSED 127.0.0.1:8008`. */
  cause: Schema.String,
  /** False when the request certainly never left, so that it cannot have taken effect. */
  sent: Schema.Boolean
}) {
  override get message() {
    return `no answer from the homeserver: ${this.cause}`
  }
}

/**
 * The request was sent, its answer was lost, and what became of it could not be found out. It may have taken effect;
 * repeating it may do it twice.
 */
export class OutcomeUnknown extends Schema.TaggedError<OutcomeUnknown>()("OutcomeUnknown", {
  /** What happened to the answer, or what the server said to the repeated request. */
  cause: Schema.String
}) {
  override get message() {
    return `whether it took effect is not known: ${this.cause}`
  }
}

/** Everything a request can fail with. */
export type MatrixError =
  | Forbidden
  | NotFound
  | RateLimited
  | BadState
  | InviteBlocked
  | Unauthorized
  | AccountRestricted
  | QuotaExceeded
  | RoomVersionUnsupported
  | InvalidRequest
  | Unsupported
  | ServerFailure
  | Refused
  | JoinPending
  | NotMatrix
  | Unreachable
  | OutcomeUnknown

/** The tags of the union. */
export type Tag = MatrixError["_tag"]

/** The members of the union with these tags. */
export type WithTag<T extends Tag> = Extract<MatrixError, { readonly _tag: T }>

/** What any operation may fail with; an endpoint adds the tags that only it can give. */
export const common = [
  "Forbidden",
  "NotFound",
  "RateLimited",
  "Unauthorized",
  "AccountRestricted",
  "QuotaExceeded",
  "InvalidRequest",
  "Unsupported",
  "ServerFailure",
  "Refused",
  "NotMatrix",
  "Unreachable"
] as const satisfies ReadonlyArray<Tag>

/** The tags of `common`. */
export type Always = (typeof common)[number]

/**
 * Whether the server may have done what was asked although it did not say so: the answer was lost, came from a proxy, or
 * the server broke on the way.
 */
export const mayHaveTakenEffect = (error: MatrixError): boolean => {
  switch (error._tag) {
    case "Unreachable":
      return error.sent
    case "NotMatrix":
      return error.status >= 500 || (error.status >= 200 && error.status < 300)
    case "ServerFailure":
    case "OutcomeUnknown":
      return true
    default:
      return false
  }
}

/**
 * Folds an error into those an endpoint admits. A server may answer anything with any code: a code that has no meaning
 * for the operation (`M_INVITE_BLOCKED` to a leave) becomes `Refused`, evidence and all.
 */
export const admit =
  <T extends Tag>(tags: ReadonlyArray<T>) =>
  (error: MatrixError): WithTag<T> | WithTag<Always> => {
    const admitted = (error: MatrixError): error is WithTag<T> => tags.some((tag) => tag === error._tag)
    if (admitted(error)) return error
    switch (error._tag) {
      case "BadState":
      case "InviteBlocked":
      case "RoomVersionUnsupported":
        return new Refused({ status: error.status, errcode: error.errcode, detail: error.detail })
      case "JoinPending":
        return new NotMatrix({ status: error.status, excerpt: `${error.errcode}: ${error.detail}` })
      case "OutcomeUnknown":
        return new Unreachable({ cause: error.cause, sent: true })
      default:
        return error
    }
  }
