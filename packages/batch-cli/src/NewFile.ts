/** Files that are written whole or not at all, and never over one that is there. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { printable } from "./plan/PlanProblem.ts"

/** Nothing was written; the message names the file. */
export class FileUnwritten extends Schema.TaggedError<FileUnwritten>()("FileUnwritten", {
  path: Schema.String,
  message: Schema.String
}) {}

const unwritten = (path: string, message: string) =>
  new FileUnwritten({ path, message: printable(`${path}: ${message}`) })

const isThere = (path: string) => unwritten(path, "is there already and is not overwritten; name another file")

const reasons: Readonly<Record<string, string>> = {
  NotFound: "there is no such folder",
  PermissionDenied: "may not be written by this user"
}

/** What the system says of a full disk and the like is more than any list of ours. */
const because = (path: string) => (error: PlatformError) => {
  const { reason } = error
  const told = "cause" in reason && reason.cause instanceof Error ? reason.cause.message : error.message
  return unwritten(path, reasons[reason._tag] ?? `cannot be written: ${told}`)
}

/** A name beside the file that nobody else uses. */
const beside = (path: string, ending: string) =>
  Effect.map(Random.nextInt, (n) => `${path}.${Math.abs(n).toString(36)}.${ending}`)

/** Whether a file could be written there, as things are. To be asked before work is done that is to be written there. */
export const check = Effect.fn("NewFile.check")(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const { dirname } = yield* Path.Path
  if (yield* Effect.mapError(fs.exists(path), because(path))) return yield* isThere(path)
  const folder = yield* Effect.mapError(fs.stat(dirname(path)), because(path))
  if (folder.type !== "Directory") return yield* unwritten(path, "there is no such folder")
  const trial = yield* beside(path, "trial")
  // only a file tells whether files can be made: access rights are not all that can forbid it
  yield* fs
    .open(trial, { flag: "wx" })
    .pipe(Effect.scoped, Effect.ensuring(Effect.ignore(fs.remove(trial))), Effect.mapError(because(path)))
})

/**
 * Writes the text under another name, and gives it its own when all of it is on disk. Fails with `FileUnwritten`, or
 * with what the text itself fails with, and leaves nothing behind then.
 */
export const write = Effect.fn("NewFile.write")(function* <E, R>(path: string, text: Stream.Stream<string, E, R>) {
  const fs = yield* FileSystem.FileSystem
  const encoder = new TextEncoder()
  const part = yield* beside(path, "part")
  yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(part)))
  yield* Effect.scoped(
    Effect.gen(function* () {
      const file = yield* Effect.mapError(fs.open(part, { flag: "wx" }), because(path))
      yield* text.pipe(
        Stream.mapArray((pieces) => [encoder.encode(pieces.join(""))]),
        Stream.runForEach((bytes) => Effect.mapError(file.writeAll(bytes), because(path)))
      )
      yield* Effect.mapError(file.sync, because(path))
    })
  )
  // a link is never made over another file, a renamed file would be
  yield* fs.link(part, path).pipe(
    Effect.catchTag("PlatformError", (error) =>
      Effect.gen(function* () {
        if (yield* Effect.orElseSucceed(fs.exists(path), () => true)) return yield* isThere(path)
        // some file systems know no links
        return yield* Effect.mapError(fs.rename(part, path), () => because(path)(error))
      })
    )
  )
}, Effect.scoped)
