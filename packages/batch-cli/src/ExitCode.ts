/**
 * The exit codes, as errors: 0 all done or unchanged, 1 some rows failed, 2 wrong usage or an invalid plan, 3 ended early,
 * 4 the credentials or the server cannot be used, 130 interrupted. Each is one clear message and never a stack trace.
 */
import * as CliError from "effect/cli/CliError"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Outcome from "./Outcome.ts"

/** The report has said which rows and why, so nothing more is printed. */
export class SomeFailed extends Schema.TaggedError<SomeFailed>()("SomeFailed", {
  failed: Schema.Int,
  /** Rows that could not be tried, for what was seen before or on the way. */
  notAttempted: Schema.Int,
  /** Rows that may have taken effect or not. */
  unknown: Schema.Int,
  rows: Schema.Int
}) {
  override readonly [Runtime.errorExitCode] = 1
  override readonly [Runtime.errorReported] = false
  override get message() {
    return `${this.failed} of ${this.rows} rows failed, ${this.unknown} are not known, ${this.notAttempted} were not attempted`
  }
}

/** What a run that came to its last row ends with; nothing when all is done or unchanged. */
export const ofCounts = (counts: Outcome.Counts): SomeFailed | undefined => {
  const { failed, notAttempted, unknown } = counts
  return failed + notAttempted + unknown === 0
    ? undefined
    : new SomeFailed({ failed, notAttempted, unknown, rows: Outcome.total(counts) })
}

/** The run ended before its last row, and the same command goes on. The report has said why. */
export class StoppedEarly extends Schema.TaggedError<StoppedEarly>()("StoppedEarly", { message: Schema.String }) {
  override readonly [Runtime.errorExitCode] = 3
  override readonly [Runtime.errorReported] = false
}

export class WrongUsage extends Schema.TaggedError<WrongUsage>()("WrongUsage", { message: Schema.String }) {
  override readonly [Runtime.errorExitCode] = 2
  override get [CliError.userMessage]() {
    return this.message
  }
}

/** What somebody else calls wrong, as wrong usage. */
export const wrongUsage = ({ message }: { readonly message: string }) => new WrongUsage({ message })

export class Unusable extends Schema.TaggedError<Unusable>()("Unusable", { message: Schema.String }) {
  override readonly [Runtime.errorExitCode] = 4
  override get [CliError.userMessage]() {
    return this.message
  }
}
