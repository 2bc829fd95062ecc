/** How a row ended. Every row of a plan has exactly one outcome, so the counts add up to the plan. */
import type { MatrixError } from "@matrix-membership/core"

export type Outcome =
  /** The server did what the row asks. */
  | { readonly _tag: "done" }
  /** It was so already, and no change was asked for. */
  | { readonly _tag: "unchanged"; readonly because: string }
  | { readonly _tag: "failed"; readonly error: MatrixError.MatrixError }
  /** Sent, and the answer never came: it may have taken effect or not. */
  | { readonly _tag: "unknown"; readonly because: string; readonly error?: MatrixError.MatrixError }
  | { readonly _tag: "notAttempted"; readonly because: string }

export type Tag = Outcome["_tag"]

export const done: Outcome = { _tag: "done" }
export const unchanged = (because: string): Outcome => ({ _tag: "unchanged", because })
export const failed = (error: MatrixError.MatrixError): Outcome => ({ _tag: "failed", error })
export const unknown = (because: string, error?: MatrixError.MatrixError): Outcome => ({
  _tag: "unknown",
  because,
  ...(error === undefined ? {} : { error })
})
export const notAttempted = (because: string): Outcome => ({ _tag: "notAttempted", because })

export type Counts = { readonly [T in Tag]: number }

export const none: Counts = { done: 0, unchanged: 0, failed: 0, unknown: 0, notAttempted: 0 }

export const add = (counts: Counts, outcome: Outcome): Counts => ({
  ...counts,
  [outcome._tag]: counts[outcome._tag] + 1
})

export const total = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)
