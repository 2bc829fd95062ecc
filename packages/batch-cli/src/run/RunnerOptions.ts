/** What a run is told: what carries it, how patient it is, and who wants to hear of it. */
import type { MatrixError, RetryPolicy } from "@matrix-membership/core"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { Journal } from "../journal/Journal.ts"
import type * as Outcome from "../Outcome.ts"
import type * as Ledger from "../report/Ledger.ts"
import type { Schedule } from "../schedule/Schedule.ts"
import type * as Attempt from "./Attempt.ts"
import type * as Halt from "./Halt.ts"

export interface Options {
  /** Requests under way at the same time. */
  readonly concurrency: number
  readonly schedule: Schedule
  readonly journal: Journal
  readonly ledger: Ledger.Ledger
  /** When a row is tried again after a failure that may pass. */
  readonly retry?: RetryPolicy.Options | undefined
  readonly halt?: Halt.Halt | undefined
  /** How long a server may be away before the run gives up. Default: 5 minutes. */
  readonly patience?: Duration.Input | undefined
  /** How long the run may stand still for a limit before it leaves the rest to a later run. Default: 1 hour. */
  readonly maxWait?: Duration.Input | undefined
  /** After which time no further request is sent. */
  readonly maxDuration?: Duration.Input | undefined
  readonly identity?: Attempt.IdentityServer | undefined
  /** Rows that failed in an earlier run are tried again. */
  readonly retryFailed?: boolean | undefined
  /** Called for every row as soon as its outcome counts. */
  readonly ended?: ((row: number, outcome: Outcome.Outcome) => Effect.Effect<void>) | undefined
  /** Called when the server does not answer: until when it is left alone, in milliseconds since the epoch. */
  readonly away?: ((error: MatrixError.MatrixError | undefined, until: number) => void) | undefined
}

/**
 * Policy for the requests of a long run: what fails in passing is tried for some minutes before a row is given up, and
 * every wait that a limit asks for is obeyed.
 */
export const patient: RetryPolicy.Options = { times: 10, budget: "30 minutes", longestWait: "1 day" }
