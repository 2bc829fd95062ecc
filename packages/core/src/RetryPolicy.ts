/**
 * When to try again, as plain data and as a `Schedule`. The one rule above all others: never sooner than the server
 * asked. What a failure means for repeating is decided here and nowhere else.
 *
 * ```ts
 * import { type MatrixId, Membership, RetryPolicy } from "@matrix-membership/core"
 * import { Effect } from "effect"
 *
 * export const joinOrGiveUp = (roomIdOrAlias: MatrixId.RoomIdOrAlias) =>
 *   Effect.gen(function* () {
 *     const membership = yield* Membership
 *     return yield* membership.joinRoom({ roomIdOrAlias })
 *   }).pipe(Effect.provideService(RetryPolicy.Override, RetryPolicy.make({ times: 2, longestWait: "5 seconds" })))
 * ```
 */
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import type { MatrixError } from "./MatrixError.ts"

/** A policy as plain data. */
export interface RetryPolicy {
  /** Attempts after the first one. */
  readonly times: number
  /** The first wait when the server names none; it doubles from there. */
  readonly base: Duration.Duration
  /** The longest wait of our own choosing. */
  readonly cap: Duration.Duration
  /** The time that may pass between the first failure and the last attempt. */
  readonly budget: Duration.Duration
  /** The longest single wait named by the server that is obeyed; a longer one is reported at once. */
  readonly longestWait: Duration.Duration
}

/** What differs from the default policy. */
export type Options = { readonly [K in keyof RetryPolicy]?: RetryPolicy[K] extends number ? number : Duration.Input }

/**
 * A policy from what differs from the default: 5 retries, 500 ms doubling up to 30 s, waits of up to 6 minutes obeyed
 * (Synapse's limit per invitee asks for 333 s), 15 minutes in all.
 */
export const make = (options: Options = {}): RetryPolicy => ({
  times: options.times ?? 5,
  base: Duration.fromInputUnsafe(options.base ?? "500 millis"),
  cap: Duration.fromInputUnsafe(options.cap ?? "30 seconds"),
  budget: Duration.fromInputUnsafe(options.budget ?? "15 minutes"),
  longestWait: Duration.fromInputUnsafe(options.longestWait ?? "6 minutes")
})

/** Overrides the layer's policy for the effects it is provided to: `Effect.provideService(RetryPolicy.Override, …)`. */
export const Override = Context.Reference<RetryPolicy | undefined>("@matrix-membership/core/RetryPolicy/Override", {
  defaultValue: () => undefined
})

/** One attempt, for callers that do their own pacing. */
export const none: RetryPolicy = make({ times: 0 })

/** Whether repeating the same request later can help at all. */
export const isTransient = (error: MatrixError): boolean => {
  switch (error._tag) {
    case "RateLimited":
    case "Unreachable":
      return true
    case "NotMatrix":
      return error.status >= 500
    case "ServerFailure":
      return error.status === 500 || (error.status >= 502 && error.status <= 504)
    default:
      return false
  }
}

/** What the decision depends on besides the error. */
export interface Situation {
  /** How many attempts have failed, at least 1. */
  readonly attempt: number
  /** Since the first failure. */
  readonly elapsed: Duration.Duration
  /** Earlier answers with a plain 500; Synapse gives those for bugs that repeat. */
  readonly internalErrors: number
  /** From 0 up to 1. */
  readonly random: number
}

/** The wait before the next attempt, or none when this failure is final. Pure. */
export const next = (
  policy: RetryPolicy,
  error: MatrixError,
  situation: Situation
): Option.Option<Duration.Duration> => {
  if (!isTransient(error) || situation.attempt > policy.times) return Option.none()
  if (error._tag === "ServerFailure" && error.status === 500 && situation.internalErrors > 0) return Option.none()
  const doubled = Duration.times(policy.base, 2 ** Math.min(situation.attempt - 1, 30))
  const backoff = Duration.times(Duration.min(doubled, policy.cap), 0.5 + situation.random / 2)
  const asked = error._tag === "RateLimited" ? error.retryAfter : undefined
  if (asked !== undefined && Duration.isGreaterThan(asked, policy.longestWait)) return Option.none()
  // Told to come back at once, again and again, we still slow down. Otherwise the jitter goes on top of what was asked, so
  // that many waiters do not come back in one instant.
  const wait =
    asked === undefined || Duration.isZero(asked)
      ? backoff
      : Duration.sum(asked, Duration.times(policy.base, situation.random))
  return Duration.isGreaterThan(Duration.sum(situation.elapsed, wait), policy.budget)
    ? Option.none()
    : Option.some(wait)
}

const isInternalError = (error: MatrixError) => error._tag === "ServerFailure" && error.status === 500

/** The policy for `Effect.retry`. Its output is the wait. */
export const schedule = (policy: RetryPolicy): Schedule.Schedule<Duration.Duration, MatrixError> =>
  Schedule.fromStepWithMetadata(
    Effect.sync(() => {
      let internalErrors = 0
      return ({ attempt, elapsed, input }: Schedule.InputMetadata<MatrixError>) =>
        Effect.flatMap(Random.next, (random) => {
          const wait = next(policy, input, { attempt, elapsed: Duration.millis(elapsed), internalErrors, random })
          if (isInternalError(input)) internalErrors += 1
          return Option.match(wait, {
            onNone: () => Cause.done(Duration.zero),
            onSome: (wait) => Effect.succeed<[Duration.Duration, Duration.Duration]>([wait, wait])
          })
        })
    })
  )
