/** The file of a journal: finding it, reading it, setting it aside. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import type { PlatformError } from "effect/PlatformError"
import * as Stream from "effect/Stream"
import { because, codeOf, JournalUnusable } from "./JournalError.ts"
import * as Reading from "./JournalReading.ts"
import type { Record } from "./JournalRecord.ts"

export const unusable =
  (path: string, what: string) =>
  (error: PlatformError): JournalUnusable =>
    new JournalUnusable({ path, reason: `${what}: ${because(error)}` })

/** The path without links, so that two names of one journal are one; whether there is a file; nothing but a file will do. */
export const locate = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  const found = yield* Effect.result(fs.stat(path))
  if (found._tag === "Success") {
    const { type } = found.success
    if (type === "Directory") return yield* new JournalUnusable({ path, reason: "is a directory; name a file in it" })
    if (type !== "File") return yield* new JournalUnusable({ path, reason: "is not an ordinary file" })
    return { path: yield* Effect.mapError(fs.realPath(path), unusable(path, "cannot be found")), exists: true }
  }
  if (found.failure.reason._tag !== "NotFound") return yield* unusable(path, "cannot be read")(found.failure)
  const directory = yield* Effect.mapError(
    fs.realPath(paths.dirname(path)),
    unusable(path, `cannot be made in ${paths.dirname(path)}`)
  )
  return { path: paths.join(directory, paths.basename(path)), exists: false }
})

/** What a run can do that has to have another journal. */
export const remedy = "take another with --journal FILE, or begin anew with --restart, which keeps the old one aside"

/** Every record to `visit`, in order; then where the whole records end. */
export const read = Effect.fnUntraced(function* (path: string, visit: (record: Record) => void, advice?: string) {
  const fs = yield* FileSystem.FileSystem
  const reading = Reading.make(visit)
  const damaged = ({ line, problem }: Reading.Damage) =>
    new JournalUnusable({
      path,
      reason: `${line === 0 ? problem : `is damaged: line ${line} ${problem}`}${advice === undefined ? "" : `; ${advice}`}`
    })
  yield* fs.stream(path, { chunkSize: 256 * 1024 }).pipe(
    Stream.mapError(unusable(path, "cannot be read")),
    Stream.runForEach((bytes) => {
      const damage = reading.take(bytes)
      return damage === undefined ? Effect.void : Effect.fail(damaged(damage))
    })
  )
  const end = reading.end()
  return Reading.isDamage(end) ? yield* damaged(end) : end
})

/** Renames the journal to the first free of `….1`, `….2` and so on, and gives that name. */
export const setAside = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const free = (n: number): Effect.Effect<string, PlatformError> =>
    Effect.flatMap(fs.exists(`${path}.${n}`), (exists) => (exists ? free(n + 1) : Effect.succeed(`${path}.${n}`)))
  return yield* free(1).pipe(
    Effect.tap((aside) => fs.rename(path, aside)),
    Effect.mapError(unusable(path, "cannot be set aside"))
  )
})

/** What some systems answer who cannot do it at all. */
const notForDirectories = new Set(["EACCES", "EBADF", "EINVAL", "EISDIR", "ENOTSUP", "EPERM"])

/** A new file is on disk only when its directory says so there, too. */
export const syncDirectory = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const paths = yield* Path.Path
  yield* Effect.scoped(Effect.flatMap(fs.open(paths.dirname(path)), (directory) => directory.sync)).pipe(
    Effect.catchIf(
      (error) => notForDirectories.has(codeOf(error) ?? ""),
      () => Effect.void
    )
  )
})
