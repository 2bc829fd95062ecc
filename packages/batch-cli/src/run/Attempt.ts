/**
 * One request of one row, judged by what came back; and the look at what became of a request whose answer was lost. When
 * to try again is decided here, waiting for it is not: a row that waits holds nothing but its place in the schedule.
 */
import { MatrixError, type MatrixId, type MemberEvent, Membership, RetryPolicy } from "@matrix-membership/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Outcome from "../Outcome.ts"
import type { Row } from "../plan/PlanRow.ts"
import * as Goal from "../preflight/Goal.ts"
import { as as inNameOf } from "../preflight/PreflightReading.ts"
import type { Roster } from "../preflight/Roster.ts"

/** Somebody known by an address outside Matrix. */
export interface ThirdParty {
  readonly medium: string
  readonly address: string
}

/** A row with everything it needs to run. */
export interface Work {
  readonly row: Row
  readonly roomId: MatrixId.RoomId
  readonly actor: MatrixId.UserId
  readonly target: MatrixId.UserId | ThirdParty
}

/** Who looks up addresses; its token is its own, not the homeserver's. */
export interface IdentityServer {
  /** `host[:port]`. */
  readonly host: string
  readonly accessToken: Redacted.Redacted
}

/** What a row has been through so far. */
export interface Past {
  /** Whether, and after which wait, a failure is worth another attempt. */
  readonly next: (now: number, error: MatrixError.MatrixError) => Effect.Effect<number | undefined>
  /** What was lost on the way, where some request may have taken effect although nobody said so. */
  readonly doubt: string | undefined
  readonly refusals: number
}

/** A row that has not been tried, or of which only is known that its last answer never came. */
export const past = (policy: RetryPolicy.RetryPolicy, doubt?: string): Effect.Effect<Past> =>
  Effect.map(Schedule.toStep(RetryPolicy.schedule(policy)), (step) => ({
    next: (now, error) =>
      Effect.map(Effect.option(step(now, error)), (waited) =>
        Option.isNone(waited) ? undefined : Duration.toMillis(waited.value[1])
      ),
    doubt,
    refusals: 0
  }))

export type Step =
  /** The row has its outcome; with the error behind it, if there is one. */
  | { readonly _tag: "ended"; readonly outcome: Outcome.Outcome; readonly error?: MatrixError.MatrixError }
  /** A limit stopped it, certainly without effect; the server names the wait, in milliseconds. */
  | { readonly _tag: "refused"; readonly wait: number; readonly past: Past }
  /** To be tried again after this many milliseconds; looked at first when in doubt. */
  | { readonly _tag: "again"; readonly wait: number; readonly past: Past; readonly error: MatrixError.MatrixError }

/** Looked at, and it is not done: it may be sent. */
export interface Clear {
  readonly _tag: "clear"
  readonly past: Past
}

const ended = (outcome: Outcome.Outcome, error?: MatrixError.MatrixError): Step => ({
  _tag: "ended",
  outcome,
  ...(error === undefined ? {} : { error })
})

const isUser = (target: Work["target"]): target is MatrixId.UserId => typeof target === "string"

const toward = (
  membership: Membership["Service"],
  { roomId, row: { operation, reason }, target }: Work,
  identity: IdentityServer | undefined
): Effect.Effect<unknown, MatrixError.MatrixError> => {
  if (!isUser(target)) {
    if (identity === undefined) return Effect.die(new Error("an address without an identity server"))
    return membership.inviteBy3PID({ ...target, roomId, idServer: identity.host, idAccessToken: identity.accessToken })
  }
  const request = { roomId, userId: target, reason }
  switch (operation) {
    case "kick":
      return membership.kick(request)
    case "ban":
      return membership.ban(request)
    case "unban":
      return membership.unban(request)
    default:
      return membership.inviteUser(request)
  }
}

/** The request of a row. */
const request = (
  membership: Membership["Service"],
  work: Work,
  identity: IdentityServer | undefined
): Effect.Effect<unknown, MatrixError.MatrixError> => {
  const { operation, reason, room, via } = work.row
  switch (operation) {
    case "join":
      // by the name in the plan: an alias tells our server which others are in the room, an id does not
      return membership.joinRoom({ roomIdOrAlias: room, reason, via })
    case "knock":
      return membership.knockRoom({ roomIdOrAlias: room, reason, via })
    case "leave":
      return membership.leaveRoom({ roomId: work.roomId, reason })
    case "forget":
      return membership.forgetRoom({ roomId: work.roomId })
    default:
      return toward(membership, work, identity)
  }
}

export interface Options {
  readonly roster: Roster
  /** Whose token it is; rows of others are sent in their name. */
  readonly sender: MatrixId.UserId
  readonly identity?: IdentityServer | undefined
}

/** One request and no more, in the actor's name. */
const single =
  ({ actor }: Work, { sender }: Options, policy: RetryPolicy.RetryPolicy = RetryPolicy.none) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    effect.pipe(Effect.provideService(RetryPolicy.Override, policy), inNameOf(actor === sender ? undefined : actor))

/** How often one row may be told to wait before it is given up. */
const mostRefusals = 30

/** Answers by which servers also say "it is so already"; no code tells that apart, so the membership is asked for. */
const mayBeMet: ReadonlySet<MatrixError.Tag> = new Set(["Forbidden", "BadState", "NotFound", "Refused"])

// a look at what happened is not worth a long wait of its own
const brief = RetryPolicy.make({ times: 2, longestWait: "5 seconds", budget: "10 seconds" })

/** The target's membership as it is now, where that can be believed: who has left a room is shown it as it was then. */
const membershipNow = Effect.fnUntraced(function* (work: Work, options: Options, policy: RetryPolicy.RetryPolicy) {
  const { actor, roomId, target } = work
  if (!isUser(target)) return Option.none<MemberEvent.MembershipState>()
  const isIn = options.roster.membership(roomId, actor) === "join"
  if (target !== actor && !isIn) return Option.none<MemberEvent.MembershipState>()
  const membership = yield* Membership
  const now = yield* membership
    .getMembership({ roomId, userId: target })
    .pipe(single(work, options, policy), Effect.map(Option.some))
  if (Option.isSome(now)) options.roster.learn(roomId, target, now.value)
  return now
})

/** A final refusal: what it means depends on how things are. */
const judge = Effect.fnUntraced(function* (
  work: Work,
  { doubt }: Past,
  error: MatrixError.MatrixError,
  options: Options
): Effect.fn.Return<Step, never, Membership> {
  const verdict =
    doubt === undefined ? ended(Outcome.failed(error), error) : ended(Outcome.unknown(doubt, error), error)
  if (doubt === undefined && !mayBeMet.has(error._tag)) return verdict
  const now = Option.flatten(yield* Effect.option(membershipNow(work, options, brief)))
  if (Option.isNone(now)) return verdict
  const met = Goal.met(work.row.operation, now.value)
  // it was not so before, as far as was known; if a request of ours may have gone through, it is ours
  if (met !== undefined) return ended(doubt === undefined ? Outcome.unchanged(met) : Outcome.seen(met))
  // it is not so, and the server's last word was a refusal: that is the truth then
  return MatrixError.mayHaveTakenEffect(error) ? verdict : ended(Outcome.failed(error), error)
})

/** Sends the row's request once. Never fails: what goes wrong is the outcome. */
export const send = Effect.fnUntraced(function* (
  work: Work,
  past: Past,
  options: Options
): Effect.fn.Return<Step, never, Membership> {
  const membership = yield* Membership
  const answer = yield* Effect.result(single(work, options)(request(membership, work, options.identity)))
  if (Result.isSuccess(answer)) {
    const after = Goal.after(work.row.operation)
    if (after !== undefined && isUser(work.target)) options.roster.learn(work.roomId, work.target, after)
    return ended(Outcome.done)
  }
  const error = answer.failure
  const isInDoubt = MatrixError.mayHaveTakenEffect(error) || error._tag === "JoinPending"
  const doubt = past.doubt ?? (isInDoubt ? error.message : undefined)
  const now = { ...past, doubt }
  // sent twice, it makes two invitations, and nothing that we can read tells whether there is one
  if (doubt !== undefined && !isUser(work.target)) return ended(Outcome.unknown(doubt, error), error)
  if (error._tag === "RateLimited" && error.retryAfter !== undefined && past.refusals < mostRefusals) {
    const refusals = past.refusals + 1
    return { _tag: "refused", wait: Duration.toMillis(error.retryAfter), past: { ...now, refusals } }
  }
  const wait = yield* past.next(yield* Clock.currentTimeMillis, error)
  if (wait !== undefined) return { _tag: "again", wait, past: now, error }
  return yield* judge(work, now, error, options)
})

const unseen = "whether it was made cannot be seen from outside"

/**
 * Whether a request whose answer never came has taken effect. If that cannot be found out it is sent again only where a
 * second one does nothing.
 */
export const look = Effect.fnUntraced(function* (
  work: Work,
  past: Past,
  options: Options
): Effect.fn.Return<Step | Clear, never, Membership> {
  const { operation } = work.row
  const because = past.doubt ?? "its answer never came"
  if (!isUser(work.target)) return ended(Outcome.unknown(`${because}; ${unseen}`))
  const clear: Clear = { _tag: "clear", past: { ...past, doubt: undefined } }
  // to forget twice, or to leave what one has left, changes nothing
  if (operation === "forget") return clear
  const now = yield* Effect.result(membershipNow(work, options, RetryPolicy.none))
  if (Result.isFailure(now)) {
    const error = now.failure
    const hidden = error._tag === "Forbidden" || error._tag === "NotFound"
    // who had joined could read their own membership
    if (hidden && (operation === "join" || operation === "leave")) return clear
    // to knock twice is to knock once; but a refusal may mean that the first was heard and answered with an invite
    if (hidden && operation === "knock") return { _tag: "clear", past }
    const wait = yield* past.next(yield* Clock.currentTimeMillis, error)
    return wait === undefined
      ? ended(Outcome.unknown(`${because}; ${error.message}`, error), error)
      : { _tag: "again", wait, past, error }
  }
  if (Option.isNone(now.success)) return ended(Outcome.unknown(`${because}; ${unseen}`))
  const met = Goal.met(operation, now.success.value)
  return met === undefined ? clear : ended(Outcome.seen(met))
})
