/** One row, carried out: skipped where nothing is to be done, sent where something is, judged by what came back. */
import { type MatrixError, type MatrixId, Membership, RetryPolicy } from "@matrix-membership/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Goal from "./Goal.ts"
import * as Outcome from "./Outcome.ts"
import type { Row } from "./PlanRow.ts"
import type { Task } from "./Preflight.ts"
import type { Roster } from "./Roster.ts"

type Target = { readonly roomId: MatrixId.RoomId; readonly userId: MatrixId.UserId }

/** The request of a row. */
const request = (
  membership: Membership["Service"],
  { operation, reason, room }: Row,
  { roomId, userId }: Target
): Effect.Effect<unknown, MatrixError.MatrixError> => {
  switch (operation) {
    case "invite":
      return membership.inviteUser({ roomId, userId, reason })
    case "join":
      // by the name in the plan: an alias tells our server which others are in the room, an id does not
      return membership.joinRoom({ roomIdOrAlias: room, reason })
    case "leave":
      return membership.leaveRoom({ roomId, reason })
    case "forget":
      return membership.forgetRoom({ roomId })
  }
}

/** Answers by which servers also say "it is so already"; no code tells that apart, so the membership is asked for. */
const mayBeMet: ReadonlySet<MatrixError.Tag> = new Set(["Forbidden", "BadState", "Refused"])

const isUncertain = (error: MatrixError.MatrixError): boolean =>
  error._tag === "OutcomeUnknown" || (error._tag === "Unreachable" && error.sent)

export interface Options {
  readonly policy: RetryPolicy.RetryPolicy
  /** Called with the end of a wait, in epoch milliseconds, and with nothing when it is over. */
  readonly waiting: (until: number | undefined) => Effect.Effect<void>
  /** Makes a wait interruptible; all else runs to its end, so that what is in the air has an outcome. */
  readonly restore: <A>(wait: Effect.Effect<A>) => Effect.Effect<A>
}

/** The wait was cut short: nothing is in the air, and the last answer was a no. */
const waitCut = Symbol("waitCut")

/**
 * Sends until there is a final answer. The loop is here and not in core because a wait can be cut short, and a request
 * in the air cannot.
 */
const send = Effect.fnUntraced(
  function* (attempt: Effect.Effect<unknown, MatrixError.MatrixError>, { policy, restore, waiting }: Options) {
    const next = yield* Schedule.toStep(RetryPolicy.schedule(policy))
    while (true) {
      const result = yield* Effect.result(attempt)
      if (Result.isSuccess(result)) return result
      const now = yield* Clock.currentTimeMillis
      const step = yield* Effect.option(next(now, result.failure))
      if (Option.isNone(step)) return result
      const [, wait] = step.value
      yield* waiting(now + Duration.toMillis(wait))
      const slept = yield* Effect.exit(restore(Effect.sleep(wait)))
      yield* waiting(undefined)
      if (Exit.isFailure(slept)) return waitCut
    }
  },
  Effect.provideService(RetryPolicy.Override, RetryPolicy.none)
)

// a look at what happened is not worth a long wait of its own
const brief = RetryPolicy.make({ times: 2, longestWait: "5 seconds", budget: "10 seconds" })

/** The outcome of one row. Never fails: what goes wrong is the outcome. */
export const run = Effect.fnUntraced(function* (task: Task, roster: Roster, options: Options) {
  const { row } = task
  if (Result.isFailure(task.room)) return Outcome.failed(task.room.failure)
  const membership = yield* Membership
  const target: Target = { roomId: task.room.success, userId: task.user }
  const before = Goal.met(row.operation, roster.membership(target.roomId, target.userId))
  if (before !== undefined) return Outcome.unchanged(before)
  const sent = yield* send(request(membership, row, target), options)
  if (sent === waitCut) return Outcome.notAttempted("the run ended while the server made it wait")
  if (Result.isSuccess(sent)) {
    const after = Goal.after(row.operation)
    if (after !== undefined) roster.learn(target.roomId, target.userId, after)
    return Outcome.done
  }
  const judged = mayBeMet.has(sent.failure._tag) || isUncertain(sent.failure)
  if (!judged) return Outcome.failed(sent.failure)
  const verdict = isUncertain(sent.failure) ? Outcome.unknown(sent.failure.message) : Outcome.failed(sent.failure)
  const now = yield* Effect.option(Effect.provideService(membership.getMembership(target), RetryPolicy.Override, brief))
  if (Option.isNone(now)) return verdict
  roster.learn(target.roomId, target.userId, now.value)
  const met = Goal.met(row.operation, now.value)
  if (met === undefined) return verdict
  // nothing was known to be so before, and our own request went out: then it was ours
  return isUncertain(sent.failure) ? Outcome.done : Outcome.unchanged(met)
})
