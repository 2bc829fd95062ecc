/** How a run comes to its end before its last row. */
import type { MatrixError } from "@matrix-membership/core"
import type { JournalLost } from "../journal/JournalError.ts"
import type { Before } from "../journal/JournalState.ts"
import * as Outcome from "../Outcome.ts"

/** Why a run ended before its last row. */
export type Stop =
  | { readonly _tag: "fatal"; readonly error: MatrixError.MatrixError }
  | { readonly _tag: "halted"; readonly because: string }
  | { readonly _tag: "lost"; readonly error: JournalLost }
  | { readonly _tag: "deferred"; readonly until: number; readonly because: string }
  | { readonly _tag: "interrupted" }

const lostAccounts: ReadonlySet<string> = new Set([
  "M_USER_DEACTIVATED",
  "M_CONSENT_NOT_GIVEN",
  "ORG_MATRIX_EXPIRED_ACCOUNT",
  "ORG.MATRIX.MSC3866_USER_AWAITING_APPROVAL"
])

/**
 * Whether no other row can fare better. Who is suspended may still leave, and a guest may enter elsewhere; and what one
 * user of an application service may not do, others may.
 */
export const isFatal = (error: MatrixError.MatrixError, concernsSender: boolean): boolean =>
  error._tag === "Unauthorized" ||
  (concernsSender && error._tag === "AccountRestricted" && lostAccounts.has(error.errcode))

/** What stopped it, in a phrase. */
export const cause = (stop: Stop): string => {
  switch (stop._tag) {
    case "fatal":
    case "lost":
      return stop.error.message
    case "interrupted":
      return "interrupted"
    default:
      return stop.because
  }
}

/** As it is said of the rows that were not attempted. */
export const reason = (stop: Stop): string =>
  stop._tag === "interrupted" ? "the run was interrupted" : `the run was stopped: ${cause(stop)}`

/** How a row ends that the run did not come to: by what this run went through with it, else by what earlier ones left. */
export const outcome = (
  stop: Stop,
  past: { readonly doubt: string | undefined } | undefined,
  before: Before
): Outcome.Outcome => {
  if (past?.doubt !== undefined) return Outcome.unknown(past.doubt)
  if (past === undefined) {
    if (before === "intended") return Outcome.unknown("the run before this one ended before its answer came")
    if (typeof before === "object") return before
  }
  return stop._tag === "deferred" ? Outcome.deferred(stop.until, reason(stop)) : Outcome.notAttempted(reason(stop))
}
