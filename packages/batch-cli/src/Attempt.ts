/** One row, carried out: skipped where nothing is to be done, sent where something is, judged by what came back. */
import { MatrixError, type MatrixId, Membership, RetryPolicy } from "@matrix-membership/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import type * as Semaphore from "effect/Semaphore"
import * as Goal from "./Goal.ts"
import * as Outcome from "./Outcome.ts"
import type { Row } from "./PlanRow.ts"
import type { Task } from "./Preflight.ts"
import type { Roster } from "./Roster.ts"

type Target = { readonly roomId: MatrixId.RoomId; readonly userId: MatrixId.UserId }

/** The request of a row. */
const request = (
  membership: Membership["Service"],
  { operation, reason, room, via }: Row,
  { roomId, userId }: Target
): Effect.Effect<unknown, MatrixError.MatrixError> => {
  switch (operation) {
    case "invite":
      return membership.inviteUser({ roomId, userId, reason })
    case "join":
      // by the name in the plan: an alias tells our server which others are in the room, an id does not
      return membership.joinRoom({ roomIdOrAlias: room, via, reason })
    case "leave":
      return membership.leaveRoom({ roomId, reason })
    case "knock":
      return membership.knockRoom({ roomIdOrAlias: room, via, reason })
    case "forget":
      return membership.forgetRoom({ roomId })
    case "kick":
      return membership.kick({ roomId, userId, reason })
    case "ban":
      return membership.ban({ roomId, userId, reason })
    case "unban":
      return membership.unban({ roomId, userId, reason })
  }
}

/** Answers by which servers also say "it is so already"; no code tells that apart, so the membership is asked for. */
const mayBeMet: ReadonlySet<MatrixError.Tag> = new Set(["Forbidden", "BadState", "NotFound", "Refused"])

export interface Options {
  readonly policy: RetryPolicy.RetryPolicy
  /** Whose token it is: what they may read decides what can be believed. */
  readonly sender: MatrixId.UserId
  /** Rows that have waited go through here one by one: all at once they would only be refused again. */
  readonly turnstile: Semaphore.Semaphore
  /** Called with the end of a wait, in epoch milliseconds, and with nothing when it is over. */
  readonly waiting: (until: number | undefined) => Effect.Effect<void>
  /** Makes a wait interruptible; all else runs to its end, so that what is in the air has an outcome. */
  readonly restore: <A>(wait: Effect.Effect<A>) => Effect.Effect<A>
}

interface Sent {
  /** The last answer; none when a wait was cut short. */
  readonly last: Result.Result<unknown, MatrixError.MatrixError> | undefined
  /** What was lost on the way, where some attempt may have taken effect although nobody said so. */
  readonly doubt: string | undefined
}

// a longer wait is about one invitee rather than about the sender, and holds up nobody else
const shortWait = Duration.minutes(1)

/** How often one row may be told to wait before it is given up. */
const mostRefusals = 30

/**
 * Sends until there is a final answer. The loop is here and not in core because a wait can be cut short, and a request
 * in the air cannot; and because a pause that the server asks for is the pace of the run, not a failure of the row.
 */
const send = Effect.fnUntraced(
  function* (
    attempt: Effect.Effect<unknown, MatrixError.MatrixError>,
    { policy, restore, turnstile, waiting }: Options
  ): Effect.fn.Return<Sent> {
    const next = yield* Schedule.toStep(RetryPolicy.schedule(policy))
    let doubt: string | undefined
    let refusals = 0
    let hasTurn = false
    const pause = Effect.fnUntraced(function* (until: number) {
      yield* waiting(until)
      const left = Math.max(0, until - (yield* Clock.currentTimeMillis))
      const slept = yield* Effect.exit(restore(Effect.sleep(left)))
      yield* waiting(undefined)
      return Exit.isSuccess(slept)
    })
    const loop = Effect.gen(function* () {
      while (true) {
        const last = yield* Effect.result(attempt)
        if (Result.isSuccess(last)) return { last, doubt: undefined }
        const error = last.failure
        if (MatrixError.mayHaveTakenEffect(error) || error._tag === "JoinPending") doubt ??= error.message
        const now = yield* Clock.currentTimeMillis
        const asked = error._tag === "RateLimited" ? error.retryAfter : undefined
        if (
          asked !== undefined &&
          ++refusals <= mostRefusals &&
          Duration.isLessThanOrEqualTo(asked, policy.longestWait)
        ) {
          if (!(yield* pause(now + Duration.toMillis(asked)))) return { last: undefined, doubt }
          if (!hasTurn && Duration.isLessThanOrEqualTo(asked, shortWait)) {
            const taken = yield* Effect.exit(restore(turnstile.take(1)))
            if (Exit.isFailure(taken)) return { last: undefined, doubt }
            hasTurn = true
          }
          continue
        }
        const step = yield* Effect.option(next(now, error))
        if (Option.isNone(step)) return { last, doubt }
        const [, wait] = step.value
        if (!(yield* pause(now + Duration.toMillis(wait)))) return { last: undefined, doubt }
      }
    })
    return yield* Effect.ensuring(
      loop,
      Effect.suspend(() => (hasTurn ? turnstile.release(1) : Effect.void))
    )
  },
  Effect.provideService(RetryPolicy.Override, RetryPolicy.none)
)

// a look at what happened is not worth a long wait of its own
const brief = RetryPolicy.make({ times: 2, longestWait: "5 seconds", budget: "10 seconds" })

/** How a row ended, and the error behind a failure. */
export interface Ended {
  readonly outcome: Outcome.Outcome
  readonly error?: MatrixError.MatrixError
}

const failed = (error: MatrixError.MatrixError): Ended => ({ outcome: Outcome.failed(error), error })

/** The outcome of one row. Never fails: what goes wrong is the outcome. */
export const run = Effect.fnUntraced(function* (
  task: Task,
  roster: Roster,
  options: Options
): Effect.fn.Return<Ended, never, Membership> {
  const { row } = task
  if (Result.isFailure(task.room)) return failed(task.room.failure)
  const membership = yield* Membership
  const target: Target = { roomId: task.room.success, userId: task.user }
  const before = Goal.met(row.operation, roster.membership(target.roomId, target.userId))
  if (before !== undefined) return { outcome: Outcome.unchanged(before) }
  const { doubt, last } = yield* send(request(membership, row, target), options)
  if (last !== undefined && Result.isSuccess(last)) {
    const after = Goal.after(row.operation)
    if (after !== undefined) roster.learn(target.roomId, target.userId, after)
    return { outcome: Outcome.done }
  }
  const verdict: Ended =
    doubt !== undefined
      ? { outcome: Outcome.unknown(doubt, last?.failure), ...(last === undefined ? {} : { error: last.failure }) }
      : last === undefined
        ? { outcome: Outcome.notAttempted("the run ended while the server made it wait") }
        : failed(last.failure)
  if (doubt === undefined && !(last !== undefined && mayBeMet.has(last.failure._tag))) return verdict
  // who is not in a room may be shown it as it was when they left
  const isIn = roster.membership(target.roomId, options.sender) === "join"
  if (target.userId !== options.sender && !isIn) return verdict
  const now = yield* Effect.option(Effect.provideService(membership.getMembership(target), RetryPolicy.Override, brief))
  if (Option.isNone(now)) return verdict
  roster.learn(target.roomId, target.userId, now.value)
  const met = Goal.met(row.operation, now.value)
  if (met !== undefined) {
    // it was not so before, as far as was known, and our request went out
    return { outcome: doubt === undefined ? Outcome.unchanged(met) : Outcome.done }
  }
  // it is not so, and the server's last word was a refusal: that is the truth then
  return last !== undefined && !MatrixError.mayHaveTakenEffect(last.failure) ? failed(last.failure) : verdict
})
