/** How a row ended. Every row of a plan has exactly one outcome, so the counts add up to the plan. */
import type { MatrixError } from "@matrix-membership/core"
import * as Schema from "effect/Schema"
import * as Failure from "./Failure.ts"

/** As data, for journals and reports. Times are in milliseconds since the epoch. */
export const Outcome = Schema.Union([
  /** The server did what the row asks. `because` only where that was not answered but seen afterwards. */
  Schema.TaggedStruct("done", { because: Schema.optionalKey(Schema.String) }),
  /** It was so already, and no change was made. */
  Schema.TaggedStruct("unchanged", { because: Schema.String }),
  Schema.TaggedStruct("failed", { failure: Failure.Failure }),
  /** A limit holds it up for longer than this run may last. */
  Schema.TaggedStruct("deferred", { until: Schema.Finite, because: Schema.String }),
  /** Sent, and the answer never came: it may have taken effect or not. */
  Schema.TaggedStruct("unknown", { because: Schema.String, failure: Schema.optionalKey(Failure.Failure) }),
  Schema.TaggedStruct("notAttempted", { because: Schema.String })
])
export type Outcome = typeof Outcome.Type

export type Tag = Outcome["_tag"]

export const tags: ReadonlyArray<Tag> = ["done", "unchanged", "failed", "deferred", "unknown", "notAttempted"]

/** Outcomes that a later run leaves as they are. */
const settled: ReadonlySet<Tag> = new Set(["done", "unchanged", "failed"])

export const isSettled = (outcome: Outcome): boolean => settled.has(outcome._tag)

export const done: Outcome = { _tag: "done" }
export const seen = (because: string): Outcome => ({ _tag: "done", because })
export const unchanged = (because: string): Outcome => ({ _tag: "unchanged", because })
export const failed = (error: MatrixError.MatrixError): Outcome => ({ _tag: "failed", failure: Failure.of(error) })
export const deferred = (until: number, because: string): Outcome => ({ _tag: "deferred", until, because })
export const unknown = (because: string, error?: MatrixError.MatrixError): Outcome => ({
  _tag: "unknown",
  because,
  ...(error === undefined ? {} : { failure: Failure.of(error) })
})
export const notAttempted = (because: string): Outcome => ({ _tag: "notAttempted", because })

export type Counts = { readonly [T in Tag]: number }

export const none: Counts = { done: 0, unchanged: 0, failed: 0, deferred: 0, unknown: 0, notAttempted: 0 }

export const add = (counts: Counts, { _tag }: Outcome): Counts => ({ ...counts, [_tag]: counts[_tag] + 1 })

export const total = (counts: Counts): number => Object.values(counts).reduce((sum, count) => sum + count, 0)
