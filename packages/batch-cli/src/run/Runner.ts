/**
 * Carries a plan out. One loop hands out rows, as the order and the limits allow; each is one request, written down before
 * it leaves and again when it is answered. What waits is in the schedule and not in a fibre, so whoever stops the run
 * waits only for the answers that are due. One row's failure is no other row's, unless it shows that no row can succeed.
 */
import { RetryPolicy } from "@matrix-membership/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Operations from "../Operations.ts"
import * as Outcome from "../Outcome.ts"
import type { Rows } from "../plan/PlanRows.ts"
import type { Preflight } from "../preflight/Preflight.ts"
import * as Attempt from "./Attempt.ts"
import * as Evictions from "./Evictions.ts"
import * as Halt from "./Halt.ts"
import * as Order from "./Order.ts"
import * as Outage from "./Outage.ts"
import * as Resumption from "./Resumption.ts"
import { type Options, patient } from "./RunnerOptions.ts"
import * as Stop from "./Stop.ts"

export type { Options } from "./RunnerOptions.ts"
export { patient } from "./RunnerOptions.ts"

/** How long after its departure a request of a run that was killed may still be taking effect, in milliseconds. */
const aftermath = 3000

/** Rows without a request, written down at a time. */
const batch = 1024

/**
 * Carries out all rows of a plan that no earlier run has settled. Every row is in the ledger with one outcome when it
 * ends; interrupted, it lets the requests in the air end first. Gives why it stopped early, or nothing.
 */
export const run = Effect.fn("Runner.run")(function* (rows: Rows, preflight: Preflight, options: Options) {
  const { concurrency, journal, ledger, retryFailed = false, schedule } = options
  const policy = RetryPolicy.make({ ...patient, ...options.retry })
  const patience = Duration.fromInputUnsafe(options.patience ?? "5 minutes")
  const maxWait = Duration.toMillis(Duration.fromInputUnsafe(options.maxWait ?? "1 hour"))
  const began = yield* Clock.currentTimeMillis
  const deadline =
    options.maxDuration === undefined
      ? Number.POSITIVE_INFINITY
      : began + Duration.toMillis(Duration.fromInputUnsafe(options.maxDuration))
  const order = Order.make({
    size: rows.size,
    room: preflight.roomNumber,
    actor: preflight.actorNumber,
    target: preflight.targetNumber
  })
  const attempt: Attempt.Options = {
    roster: preflight.roster,
    sender: preflight.sender,
    identity: options.identity
  }
  const evictions = Evictions.make(preflight.sender)
  const outage = Outage.make()
  const pasts = new Map<number, Attempt.Past>()
  /** Rows that wait for no other row; taken from the end. */
  const released: Array<number> = []
  /** Something has happened that the loop should look at. */
  const news = yield* Queue.sliding<void>(1)
  const notify = () => Queue.offerUnsafe(news, undefined)
  const defects: Array<unknown> = []
  let inFlight = 0
  let stop: Stop.Stop | undefined
  let learned = JSON.stringify(schedule.learned())

  const endWith = (reason: Stop.Stop) => {
    stop ??= reason
    notify()
  }

  const placeOf = (row: number, roomId: Attempt.Work["roomId"]) => ({ roomId, actor: preflight.actor(row) })

  /** The row has ended: on disk, then in the ledger, and what waited for it alone may begin. */
  const conclude = Effect.fnUntraced(function* (row: number, outcome: Outcome.Outcome) {
    const written =
      outcome._tag === "notAttempted" || outcome._tag === "deferred"
        ? Exit.void
        : yield* Effect.exit(journal.conclude(row, outcome))
    pasts.delete(row)
    ledger.set(row, outcome, yield* Clock.currentTimeMillis)
    // by a join many thousands may be released, too many for the arguments of one call
    for (const next of order.finish(row)) released.push(next)
    yield* options.ended?.(row, outcome) ?? Effect.void
    if (Exit.isFailure(written)) return yield* Effect.failCause(written.cause)
    const { done, failed, unchanged, unknown } = ledger.counts
    const { earlier } = ledger
    const failures = failed - earlier.failed + unknown
    const all = failures + done - earlier.done + unchanged - earlier.unchanged
    const because = Halt.reached(options.halt, { failed: failures, ended: all })
    if (because !== undefined) endWith({ _tag: "halted", because })
  })

  /** A row whose turn has come: its outcome if it needs no request, else the schedule has it from here on. */
  const admit = Effect.fnUntraced(function* (row: number) {
    const room = preflight.room(row)
    if (Result.isFailure(room)) return Outcome.failed(room.failure)
    const before = journal.before(row)
    if (before === "intended" || (typeof before === "object" && before._tag === "unknown")) {
      // it may have taken effect, and whether it did is seen before anything is sent
      const because = typeof before === "object" ? before.because : "the run ended before its answer came"
      pasts.set(row, yield* Attempt.past(policy, because))
      // a clock that was ahead then must not hold it up now
      return schedule.add(row, Math.min(journal.intendedAt(row), yield* Clock.currentTimeMillis) + aftermath)
    }
    const verdict = preflight.now(row)
    if (verdict._tag === "unchanged") return Outcome.unchanged(verdict.because)
    if (verdict._tag === "impossible") return Outcome.notAttempted(verdict.because)
    const evicted = Operations.isOwn(rows.operation(row)) ? undefined : evictions.reason(placeOf(row, room.success))
    return evicted === undefined ? schedule.add(row) : Outcome.notAttempted(evicted)
  })

  /** Admits what was released; ends at once what needs no request. */
  const admitAll = Effect.gen(function* () {
    const rest = released
      .splice(-batch)
      .reverse()
      .filter((row) => ledger.tag(row) === undefined)
    yield* Effect.forEach(
      rest,
      Effect.fnUntraced(function* (row) {
        const outcome = yield* admit(row)
        if (outcome === undefined) return
        schedule.finished(row)
        yield* conclude(row, outcome)
      }),
      { concurrency: "unbounded", discard: true }
    )
  })

  /** Nothing can be done by this actor in this room any more: the rows that wait for it need not be asked for. */
  const giveUp = Effect.fnUntraced(function* (place: Evictions.Place, room: number, actor: number) {
    const because = evictions.reason(place) ?? "nothing can be done there"
    for (let row = 0; row < rows.size; row++) {
      if (preflight.roomNumber(row) !== room || preflight.actorNumber(row) !== actor) continue
      const isInDoubt = pasts.get(row)?.doubt !== undefined
      if (isInDoubt || Operations.isOwn(rows.operation(row)) || !schedule.drop(row)) continue
      yield* conclude(row, Outcome.notAttempted(because))
    }
  })

  /** What a step means for the row and for the run. */
  const follow = Effect.fnUntraced(function* (row: number, work: Attempt.Work, step: Attempt.Step) {
    const now = yield* Clock.currentTimeMillis
    const error = "error" in step ? step.error : undefined
    outage.note(error)
    if (step._tag === "ended") {
      if (step.outcome._tag === "done" || step.outcome._tag === "unknown") schedule.passed(row, now)
      else schedule.denied(row, now)
      const { operation } = work.row
      if (operation === "join" && step.outcome._tag === "done") evictions.lift(work)
      if (error !== undefined && !Operations.isOwn(operation) && (yield* evictions.check(work, error)))
        yield* giveUp(work, preflight.roomNumber(row), preflight.actorNumber(row))
      if (error !== undefined && Stop.isFatal(error, work.actor === preflight.sender)) {
        endWith({ _tag: "fatal", error })
        // it has failed for nothing of its own, and a later run is to try it
        if (step.outcome._tag === "failed") return yield* journal.refused(row, 0)
      }
      return yield* conclude(row, step.outcome)
    }
    pasts.set(row, step.past)
    ledger.waited(row, step.wait)
    if (step._tag === "refused") schedule.refused(row, now, step.wait)
    else schedule.again(row, now, now + step.wait)
    // without a doubt the intention is void; with one it stands, for whoever comes after us
    if (step.past.doubt === undefined) yield* journal.refused(row, step.wait)
  })

  /** One request at most; nothing when the run has been stopped before it left. */
  const attemptOf = Effect.fnUntraced(function* (row: number, work: Attempt.Work) {
    const past = pasts.get(row) ?? (yield* Attempt.past(policy))
    const looked = past.doubt === undefined ? undefined : yield* Attempt.look(work, past, attempt)
    if (looked !== undefined && looked._tag !== "clear") return looked
    const now = looked?.past ?? past
    pasts.set(row, now)
    if (stop !== undefined) return undefined
    yield* journal.intend(row)
    if (stop !== undefined) {
      if (now.doubt === undefined) yield* journal.refused(row, 0)
      return undefined
    }
    ledger.sent(row, yield* Clock.currentTimeMillis)
    return yield* Attempt.send(work, now, attempt)
  })

  const perform = Effect.fnUntraced(function* (row: number) {
    const room = preflight.room(row)
    if (Result.isFailure(room)) return
    const work = { row: rows.at(row), ...placeOf(row, room.success), target: preflight.target(row) }
    const step = yield* attemptOf(row, work)
    if (step !== undefined) yield* follow(row, work, step)
    const known = schedule.learned()
    const written = JSON.stringify(known)
    if (written === learned) return
    learned = written
    yield* journal.limits({ ...known })
  })

  const launch = (row: number) => {
    inFlight++
    return perform(row).pipe(
      Effect.catch((error) => Effect.sync(() => endWith({ _tag: "lost", error }))),
      Effect.catchDefect((defect) => Effect.sync(() => defects.push(defect))),
      Effect.ensuring(
        Effect.sync(() => {
          inFlight--
          notify()
        })
      ),
      Effect.forkChild
    )
  }

  /** The server is asked whether it is there, until it is; nothing else is sent meanwhile. */
  const probe = Outage.over(patience, (error, until) => options.away?.(error, until)).pipe(
    Effect.tap((error) =>
      Effect.sync(() => {
        outage.note(undefined)
        options.away?.(undefined, 0)
        if (error !== undefined) endWith({ _tag: "fatal", error })
        notify()
      })
    ),
    Effect.interruptible,
    Effect.forkChild
  )

  /** Hands out what may be sent now; gives when there may be more, in milliseconds since the epoch. */
  const fill = Effect.gen(function* () {
    while (inFlight < concurrency) {
      const now = yield* Clock.currentTimeMillis
      const row = schedule.next(now)
      if (row === undefined) return schedule.wakeAt(now) ?? Number.POSITIVE_INFINITY
      yield* launch(row)
    }
    return Number.POSITIVE_INFINITY
  })

  /** The rows that are left, when no more are sent. */
  const rest = Effect.fnUntraced(function* (reason: Stop.Stop) {
    const now = yield* Clock.currentTimeMillis
    for (let row = 0; row < rows.size; row++) {
      if (ledger.tag(row) !== undefined) continue
      const outcome = Stop.outcome(reason, pasts.get(row), journal.before(row))
      ledger.set(row, outcome, now)
      yield* options.ended?.(row, outcome) ?? Effect.void
    }
  })

  const loop = Effect.fnUntraced(function* (interruptible: <A>(wait: Effect.Effect<A>) => Effect.Effect<A>) {
    /** Waits, unless somebody interrupts: that ends the run in good order. */
    const pause = (wait: Effect.Effect<unknown>) =>
      Effect.map(Effect.exit(interruptible(wait)), (exit) => {
        if (Exit.isFailure(exit)) endWith({ _tag: "interrupted" })
      })
    let asking: Fiber.Fiber<unknown> | undefined
    while (true) {
      yield* pause(Effect.yieldNow)
      if (stop !== undefined || defects.length > 0) break
      if (released.length > 0) {
        yield* Effect.catch(admitAll, (error) => Effect.sync(() => endWith({ _tag: "lost", error })))
        continue
      }
      if (ledger.pending === 0) break
      const now = yield* Clock.currentTimeMillis
      if (now >= deadline) {
        endWith({ _tag: "deferred", until: schedule.wakeAt(now) ?? now, because: "its time was up (--max-duration)" })
        continue
      }
      if (asking?.pollUnsafe() !== undefined) asking = undefined
      if (asking === undefined && outage.isSuspected()) asking = yield* probe
      const wake = asking === undefined ? yield* fill : Number.POSITIVE_INFINITY
      if (inFlight === 0 && asking === undefined && wake > now + maxWait) {
        if (wake === Number.POSITIVE_INFINITY)
          return yield* Effect.die(new Error("rows are left that nothing releases"))
        endWith({ _tag: "deferred", until: wake, because: "a limit holds up all that is left (--max-wait)" })
        continue
      }
      const timer = Effect.sleep(Math.max(0, Math.min(wake, deadline) - now))
      yield* pause(Effect.raceFirst(Queue.take(news), timer))
    }
    if (asking !== undefined) yield* Fiber.interrupt(asking)
    // what is in the air comes to its end, and is written down
    while (inFlight > 0) yield* Queue.take(news)
    if (defects.length > 0) return yield* Effect.die(defects[0])
    // time may be up, or enough have failed, just when the last row ends
    if (ledger.pending === 0 && (stop?._tag === "deferred" || stop?._tag === "halted")) return undefined
    if (stop !== undefined) yield* rest(stop)
    return stop
  })

  for (const row of Resumption.begin({ rows, journal, ledger, schedule, order, retryFailed })) released.push(row)
  return yield* Effect.uninterruptibleMask((interruptible) => loop(interruptible))
})
