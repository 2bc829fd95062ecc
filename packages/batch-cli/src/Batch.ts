/**
 * A plan as it is carried out: what is known of its rows, which of them goes next, and the account at the end. The
 * commands are a shell over this; programs use it as it stands.
 *
 * ```ts
 * import { Batch, Plan } from "@matrix-membership/batch-cli"
 * import { Effect, Stream } from "effect"
 *
 * export const welcomeAll = (path: string) =>
 *   Effect.gen(function* () {
 *     const plan = yield* Plan.read(path)
 *     return yield* Batch.outcomes(plan).pipe(
 *       Stream.filter(({ outcome }) => outcome._tag === "failed"),
 *       Stream.map(({ row }) => `line ${row.line}: ${row.user}`),
 *       Stream.runCollect
 *     )
 *   })
 * ```
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Journal from "./journal/Journal.ts"
import type * as Outcome from "./Outcome.ts"
import type { Plan } from "./plan/Plan.ts"
import type { Row } from "./plan/PlanRow.ts"
import * as Preflight from "./preflight/Preflight.ts"
import * as Ledger from "./report/Ledger.ts"
import type { Account } from "./report/ReportAccount.ts"
import * as Runner from "./run/Runner.ts"
import * as SteadyClock from "./run/SteadyClock.ts"
import * as Stop from "./run/Stop.ts"
import * as Kind from "./schedule/LimiterKind.ts"
import * as Limits from "./schedule/Limits.ts"
import * as Schedule from "./schedule/Schedule.ts"

/** How the server is met. */
export interface Options extends Partial<Omit<Runner.Options, "schedule" | "journal" | "ledger">> {
  /** What is known of the server's limits. Default: nothing. */
  readonly limits?: Limits.Limits | undefined
  /** Whether what is not known is learned from the server's refusals; otherwise it is no limit. Default: yes. */
  readonly learn?: boolean | undefined
  /** Requests a second, at most. */
  readonly maxRate?: number | undefined
  /** Opened for this plan. Default: none is kept. */
  readonly journal?: Journal.Journal | undefined
}

export interface Batch {
  readonly plan: Plan
  readonly preflight: Preflight.Preflight
  readonly journal: Journal.Journal
  readonly ledger: Ledger.Ledger
  readonly schedule: Schedule.Schedule
  /** The id behind a room of the plan, by its number there; none where its alias led nowhere. */
  readonly roomId: (room: number) => string | undefined
}

const usualConcurrency = 8

/** The id behind each room of the plan, by its number there. */
const roomIds = ({ rows }: Plan, preflight: Preflight.Preflight) => {
  const ids = new Map<number, string>()
  for (let row = 0; row < rows.size && ids.size < rows.rooms.size; row++) {
    const room = preflight.room(row)
    if (Result.isSuccess(room)) ids.set(rows.room(row), room.success)
  }
  return (room: number) => ids.get(room)
}

const decodeLimits = Schema.decodeUnknownEffect(Limits.Limits)

/** All that a run needs, with what earlier runs have left in the journal. Nothing is sent. */
export const prepare = Effect.fn("Batch.prepare")(function* (
  plan: Plan,
  preflight: Preflight.Preflight,
  { journal = Journal.none, learn = true, limits = Limits.learn, maxRate }: Options = {}
) {
  const now = yield* Clock.currentTimeMillis
  const learned = yield* Effect.orElseSucceed(decodeLimits(journal.learned ?? {}), (): Limits.Limits => Limits.learn)
  const batch: Batch = {
    plan,
    preflight,
    journal,
    ledger: Ledger.make(plan.rows),
    schedule: Schedule.make({
      work: Kind.ofPreflight(preflight),
      // what a person says of the server counts for more than what an earlier run made of its answers
      limits: Limits.over(learned, limits),
      learn,
      now,
      maxRate,
      // of a clock that was ahead then, and is right now, nothing but the order is true
      recent: journal.recent.map((attempt) => ({ ...attempt, at: Math.min(attempt.at, now) }))
    }),
    roomId: roomIds(plan, preflight)
  }
  return batch
})

/** Carries it out. Gives why it ended before its last row, or nothing; see `Runner.run`. */
export const run = ({ journal, ledger, plan, preflight, schedule }: Batch, options: Options = {}) =>
  Runner.run(plan.rows, preflight, {
    concurrency: usualConcurrency,
    ...options,
    schedule,
    journal,
    ledger
  }).pipe(SteadyClock.provide)

/** What the run came to, or has come to so far. `homeserver` is for people to read. */
export const account = (
  { ledger, plan, preflight, roomId, schedule }: Batch,
  about: Pick<Account, "homeserver" | "startedAt" | "endedAt" | "goOn">,
  stop: Stop.Stop | undefined
): Account => ({
  ...about,
  source: plan.source,
  sender: preflight.sender,
  rows: plan.rows,
  ledger,
  roomId,
  interrupted: stop?._tag === "interrupted",
  ...(stop === undefined || stop._tag === "interrupted" ? {} : { stopped: Stop.cause(stop) }),
  ...(stop === undefined ? {} : { unreached: Stop.reason(stop) }),
  waits: schedule.refusals().map(({ kind, millis, refusals }) => ({ limiter: kind, refusals, askedMillis: millis }))
})

/** A row that has ended. */
export interface Ended {
  readonly row: Row
  readonly outcome: Outcome.Outcome
}

/**
 * Reads who is where, then carries the plan out: every row with its outcome, as it ends. Whoever stops listening ends
 * the run in good order; rows that were not attempted say why. Fails with `PlanInvalid` or the server's error before the
 * first row, and never on the way.
 */
export const outcomes = (plan: Plan, options: Options = {}) =>
  Stream.callback<Ended, Effect.Error<ReturnType<typeof Preflight.run>>, Effect.Services<ReturnType<typeof run>>>(
    (queue) =>
      Effect.gen(function* () {
        const preflight = yield* Preflight.run(plan, { concurrency: options.concurrency ?? usualConcurrency })
        const batch = yield* prepare(plan, preflight, options)
        yield* run(batch, {
          ...options,
          ended: (row, outcome) =>
            Effect.andThen(
              Queue.offer(queue, { row: plan.rows.at(row), outcome }),
              options.ended?.(row, outcome) ?? Effect.void
            )
        })
        yield* Queue.end(queue)
      }).pipe(Effect.catchCause((cause) => Queue.failCause(queue, cause)))
  )
