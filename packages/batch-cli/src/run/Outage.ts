/**
 * Whether the server as a whole has gone away. One failure is a row's own matter; several on end without a success
 * between them may be the server's, and then it is asked now and then until it is back, instead of spending the rows'
 * attempts on it.
 */
import { type MatrixError, Membership, RetryPolicy } from "@matrix-membership/core"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"

/** Failures on end after which the server is asked whether it is there. */
const suspicious = 3

const firstWait = Duration.seconds(1)
const longestWait = Duration.seconds(30)

/** How many failures of one row this is worth: none where it says nothing of any other row. */
const weight = (error: MatrixError.MatrixError): number => {
  switch (error._tag) {
    case "Unreachable":
      return 1
    case "NotMatrix":
      // a page in the place of an answer is somebody else's, who stands between us and the server
      return error.status < 400 ? suspicious : 1
    case "ServerFailure":
      return error.status >= 502 ? 1 : 0
    default:
      return 0
  }
}

/** Failures that are no more about one row than about any other. */
const concernsAll = (error: MatrixError.MatrixError): boolean => weight(error) > 0

export interface Outage {
  /** Takes note of an answer, or of the lack of one. */
  readonly note: (error: MatrixError.MatrixError | undefined) => void
  /** Whether it is time to ask the server whether it is there at all. */
  readonly isSuspected: () => boolean
}

export const make = (): Outage => {
  let onEnd = 0
  return {
    note: (error) => {
      const added = error === undefined ? 0 : weight(error)
      onEnd = added === 0 ? 0 : onEnd + added
    },
    isSuspected: () => onEnd >= suspicious
  }
}

/**
 * Asks until the server answers; gives the error when it has not within the patience, and at once when it says that
 * nothing can be done.
 *
 * @param waiting told of each wait: until when, in milliseconds since the epoch
 */
export const over = Effect.fnUntraced(function* (
  patience: Duration.Duration,
  waiting: (error: MatrixError.MatrixError, until: number) => void
) {
  const membership = yield* Membership
  const began = yield* Clock.currentTimeMillis
  for (let wait = firstWait; ; wait = Duration.min(Duration.times(wait, 2), longestWait)) {
    const answer = yield* Effect.result(
      Effect.provideService(membership.whoami, RetryPolicy.Override, RetryPolicy.none)
    )
    if (Result.isSuccess(answer)) return undefined
    const error = answer.failure
    const now = yield* Clock.currentTimeMillis
    // to be told to wait is an answer
    if (error._tag === "RateLimited") return undefined
    if (!concernsAll(error) && !RetryPolicy.isTransient(error)) return error
    if (now + Duration.toMillis(wait) - began > Duration.toMillis(patience)) return error
    waiting(error, now + Duration.toMillis(wait))
    yield* Effect.sleep(wait)
  }
})
