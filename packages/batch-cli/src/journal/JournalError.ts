/** What can be wrong with a journal, in the words of somebody who has to mend it. */
import * as CliError from "effect/cli/CliError"
import type { PlatformError } from "effect/PlatformError"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import { printable } from "../plan/PlanProblem.ts"

/** The journal cannot be used, and nothing has been sent. */
export class JournalUnusable extends Schema.TaggedError<JournalUnusable>()("JournalUnusable", {
  path: Schema.String,
  reason: Schema.String
}) {
  override readonly [Runtime.errorExitCode] = 2
  override get message() {
    return printable(`the journal ${this.path} ${this.reason}`)
  }
  override get [CliError.userMessage]() {
    return this.message
  }
}

/** The journal can be written no further. What it holds is good, so a later run goes on from there. */
export class JournalLost extends Schema.TaggedError<JournalLost>()("JournalLost", {
  path: Schema.String,
  reason: Schema.String
}) {
  override readonly [Runtime.errorExitCode] = 3
  override get message() {
    return printable(`the journal ${this.path} can be written no further: ${this.reason}`)
  }
  override get [CliError.userMessage]() {
    return this.message
  }
}

const said: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file has reached the largest size allowed",
  EIO: "the disk reports an error",
  EISDIR: "that is a directory",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "there is no such folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "part of the path is a file, not a folder",
  EPERM: "this user may not write there",
  EROFS: "the file system is read-only"
}

/** The system's own name for what went wrong, such as `ENOSPC`. */
export const codeOf = ({ reason }: PlatformError): string | undefined =>
  "cause" in reason && reason.cause instanceof Error && "code" in reason.cause && typeof reason.cause.code === "string"
    ? reason.cause.code
    : undefined

/** `the disk is full (ENOSPC)` */
export const because = (error: PlatformError): string => {
  const code = codeOf(error)
  return code === undefined ? error.message : `${said[code] ?? error.message} (${code})`
}
