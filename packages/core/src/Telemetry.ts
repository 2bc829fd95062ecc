/**
 * What a running program can be watched by. Each operation is one span `Membership.<operation>` with the attributes
 * `matrix.operation`, `matrix.room`, `matrix.user`, `matrix.attempts` and `matrix.waited_ms`; none of them, and no
 * metric, ever holds an access token.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

/** Attempts at operations, by `operation`; what is read to confirm one is none. */
export const attempts = Metric.counter("matrix_membership_attempts", {
  description: "Attempts at membership operations",
  incremental: true
})

/** Operations ended, by `operation` and `outcome`: `success`, the tag of the error, `interrupted` or `defect`. */
export const outcomes = Metric.counter("matrix_membership_outcomes", {
  description: "Membership operations by how they ended",
  incremental: true
})

/** Waits that led to another attempt, in milliseconds, by `operation` and by `reason`, the tag of the error waited for. */
export const waits = Metric.histogram("matrix_membership_wait_ms", {
  description: "Milliseconds waited before another attempt",
  boundaries: Metric.exponentialBoundaries({ start: 100, factor: 2, count: 14 })
})

/** Counts an attempt. */
export const attempted = (operation: string) => Metric.update(Metric.withAttributes(attempts, { operation }), 1)

/** Counts an end. */
export const ended = (operation: string, outcome: string) =>
  Metric.update(Metric.withAttributes(outcomes, { operation, outcome }), 1)

/** Counts a wait, in milliseconds. */
export const waiting = (operation: string, reason: string, millis: number) =>
  Effect.asVoid(Metric.update(Metric.withAttributes(waits, { operation, reason }), millis))
