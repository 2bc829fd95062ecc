/**
 * Runs the rows: so many at a time as are allowed, whichever may start, and what a finished row held back is released.
 * One row's failure is no other row's, unless it shows that no row can succeed.
 */
import type { MatrixError } from "@matrix-membership/core"
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"
import * as Attempt from "./Attempt.ts"
import * as Order from "./Order.ts"
import * as Outcome from "./Outcome.ts"
import { isOwn, type Preflight, type Task } from "./Preflight.ts"

export interface Options {
  /** Rows under way at the same time. */
  readonly concurrency: number
  /** Called once for every row, as soon as its outcome is known. */
  readonly report: (task: Task, outcome: Outcome.Outcome) => Effect.Effect<void>
}

/** Errors after which no other row can fare better: the token, the account, or the server as a whole. */
const isFatal = (error: MatrixError.MatrixError): boolean => {
  switch (error._tag) {
    case "Unauthorized":
    case "AccountRestricted":
    case "NotMatrix":
      return true
    case "Unreachable":
      return !error.sent
    default:
      return false
  }
}

/**
 * Every task is reported exactly once. Gives the error that stopped the run, or nothing. Interrupted, it reports what
 * was under way as `unknown` and the rest as `notAttempted`.
 */
export const run = Effect.fn("Runner.run")(function* ({ roster, sender, tasks }: Preflight, options: Options) {
  const order = Order.make(
    tasks.map(({ room, row, user }) => ({
      room: room._tag === "Success" ? room.success : row.room,
      user,
      own: isOwn(row) || user === sender
    }))
  )
  const ready = yield* Queue.unbounded<number, Cause.Done>()
  const reported = new Set<number>()
  let fatal: MatrixError.MatrixError | undefined

  const report = (index: number, task: Task, outcome: Outcome.Outcome) =>
    Effect.suspend(() => {
      if (reported.has(index)) return Effect.void
      reported.add(index)
      return options.report(task, outcome)
    }).pipe(Effect.uninterruptible)

  const step = Effect.fnUntraced(function* (index: number) {
    const task = tasks[index]
    if (task === undefined) return
    const outcome =
      fatal === undefined
        ? yield* Effect.onInterrupt(Attempt.run(task, roster), () =>
            report(index, task, Outcome.unknown("interrupted while it was under way"))
          )
        : Outcome.notAttempted(`the run was stopped: ${fatal.message}`)
    if (outcome._tag === "failed" && isFatal(outcome.error)) fatal ??= outcome.error
    yield* report(index, task, outcome)
    yield* Queue.offerAll(ready, order.finish(index))
    if (reported.size === tasks.length) yield* Queue.end(ready)
  })

  yield* Queue.offerAll(ready, order.ready)
  yield* Stream.fromQueue(ready).pipe(
    Stream.mapEffect(step, { concurrency: options.concurrency, unordered: true }),
    Stream.runDrain,
    Effect.onInterrupt(() =>
      Effect.forEach(tasks, (task, index) => report(index, task, Outcome.notAttempted("the run was interrupted")), {
        discard: true
      })
    )
  )
  return fatal
})
