/**
 * Runs the rows: so many at a time as are allowed, whichever may start, and what a finished row held back is released.
 * One row's failure is no other row's, unless it shows that no row can succeed.
 */
import { type MatrixError, Membership, RetryPolicy } from "@matrix-membership/core"
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as Attempt from "./Attempt.ts"
import * as Order from "./Order.ts"
import * as Outcome from "./Outcome.ts"
import { impatient, isOwn, type Preflight, type Task } from "./Preflight.ts"

export interface Options {
  /** Rows under way at the same time. */
  readonly concurrency: number
  /** When a row is tried again. Default: `RetryPolicy.make()`. */
  readonly retry?: RetryPolicy.Options | undefined
  /** Called once for every row, as soon as its outcome is known. */
  readonly report: (task: Task, outcome: Outcome.Outcome) => Effect.Effect<void>
  /** Called when a row begins to wait, with the time until when in epoch milliseconds, and when it no longer does. */
  readonly waiting?: ((task: Task, until: number | undefined) => Effect.Effect<void>) | undefined
}

const lostAccounts: ReadonlySet<string> = new Set([
  "M_USER_DEACTIVATED",
  "M_CONSENT_NOT_GIVEN",
  "ORG_MATRIX_EXPIRED_ACCOUNT",
  "ORG.MATRIX.MSC3866_USER_AWAITING_APPROVAL"
])

/**
 * Whether no other row can fare better: `always` when the token or the account is lost, `perhaps` when it may be the
 * server as a whole, or only a proxy that tired of this one request.
 */
const isFatal = (error: MatrixError.MatrixError): "always" | "perhaps" | "no" => {
  switch (error._tag) {
    case "Unauthorized":
      return "always"
    case "AccountRestricted":
      // who is suspended may still leave, and a guest may enter elsewhere
      return lostAccounts.has(error.errcode) ? "always" : "no"
    case "NotMatrix":
      // a firewall that objects to one row's text answers 4xx
      return error.status < 400 || error.status >= 500 ? "perhaps" : "no"
    case "Unreachable":
      return error.sent ? "no" : "perhaps"
    default:
      return "no"
  }
}

/**
 * Every task is reported exactly once. Gives the error that stopped the run, or nothing. Stopped or interrupted, it
 * lets the requests in the air end and be recorded, and reports the rest as `notAttempted`.
 */
export const run = Effect.fn("Runner.run")(function* ({ roster, sender, tasks }: Preflight, options: Options) {
  const order = Order.make(
    tasks.map(({ room, row, user }) => ({
      room: room._tag === "Success" ? room.success : row.room,
      user,
      own: isOwn(row) || user === sender
    }))
  )
  const membership = yield* Membership
  const policy = RetryPolicy.make(options.retry)
  const turnstile = yield* Semaphore.make(1)
  const ready = yield* Queue.unbounded<number, Cause.Done>()
  const fatal = yield* Deferred.make<MatrixError.MatrixError>()
  const reported = new Set<number>()

  const report = (index: number, task: Task, outcome: Outcome.Outcome) =>
    Effect.suspend(() => {
      reported.add(index)
      return options.report(task, outcome)
    })

  const ends = (error: MatrixError.MatrixError) => {
    const verdict = isFatal(error)
    if (verdict !== "perhaps") return Effect.succeed(verdict === "always")
    const alive = Effect.provideService(membership.whoami, RetryPolicy.Override, impatient)
    return Effect.map(Effect.result(alive), (answer) => answer._tag === "Failure")
  }

  const step = (index: number) =>
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const task = tasks[index]
        if (task === undefined) return
        // a place in the queue is no reason to begin: the run may have ended meanwhile
        yield* restore(Effect.yieldNow)
        const waiting = (until: number | undefined) => options.waiting?.(task, until) ?? Effect.void
        const { error, outcome } = yield* Attempt.run(task, roster, { policy, sender, turnstile, waiting, restore })
        yield* report(index, task, outcome)
        // an alias that leads nowhere is the matter of its own rows
        if (error !== undefined && task.room._tag === "Success" && (yield* ends(error))) {
          yield* Deferred.succeed(fatal, error)
        }
        yield* Queue.offerAll(ready, order.finish(index))
        if (reported.size === tasks.length) yield* Queue.end(ready)
      })
    )

  const rest = (because: string) =>
    Effect.forEach(
      tasks,
      (task, index) => (reported.has(index) ? Effect.void : report(index, task, Outcome.notAttempted(because))),
      { discard: true }
    )

  if (tasks.length === 0) return undefined
  yield* Queue.offerAll(ready, order.ready)
  const stopped = yield* Stream.fromQueue(ready).pipe(
    Stream.mapEffect(step, { concurrency: options.concurrency, unordered: true }),
    Stream.runDrain,
    Effect.as(undefined),
    Effect.raceFirst(Deferred.await(fatal)),
    Effect.onInterrupt(() => rest("the run was interrupted"))
  )
  // the last row may have been the fatal one
  const error = stopped ?? ((yield* Deferred.isDone(fatal)) ? yield* Deferred.await(fatal) : undefined)
  if (error !== undefined) yield* rest(`the run was stopped: ${error.message}`)
  return error
})
