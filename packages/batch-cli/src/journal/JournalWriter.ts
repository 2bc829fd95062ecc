/**
 * Appends lines to a journal so that they are on disk when the caller goes on. However many wait, one write and one
 * `fsync` serve them all. The first failure is the last thing that happens to the file: what it holds stays readable.
 */
import { Buffer } from "node:buffer"
import type * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as FileSystem from "effect/FileSystem"
import * as Queue from "effect/Queue"
import { because, JournalLost } from "./JournalError.ts"

/** Gives the line, with its newline, to the disk. An interrupt neither takes it back nor hurries it. */
export type Append = (line: string) => Effect.Effect<void, JournalLost>

interface Entry {
  readonly line: string
  readonly written: Deferred.Deferred<void, JournalLost>
}

/** When the scope closes, what was handed in is written first. The file is closed by its own scope, which is to be the same. */
export const make = Effect.fnUntraced(function* (file: FileSystem.File, path: string) {
  const queue = yield* Queue.unbounded<Entry, Cause.Done>()
  let lost: JournalLost | undefined
  let isOver = false

  const settle = (entries: ReadonlyArray<Entry>, result: Effect.Effect<void, JournalLost>) => {
    for (const { written } of entries) Deferred.doneUnsafe(written, result)
  }

  const commit = Effect.fnUntraced(function* (entries: ReadonlyArray<Entry>) {
    if (lost === undefined) {
      const bytes = Buffer.from(entries.map(({ line }) => line).join(""))
      const result = yield* Effect.result(Effect.andThen(file.writeAll(bytes), file.sync))
      if (result._tag === "Failure") lost = new JournalLost({ path, reason: because(result.failure) })
    }
    settle(entries, lost === undefined ? Effect.void : Effect.fail(lost))
  })

  const drain = Queue.takeAll(queue).pipe(Effect.flatMap(commit), Effect.forever, Effect.ignore)

  const writer = yield* Effect.forkScoped(Effect.uninterruptible(drain))
  yield* Effect.addFinalizer(() =>
    Effect.andThen(
      Effect.sync(() => {
        isOver = true
        Queue.endUnsafe(queue)
      }),
      Fiber.await(writer)
    )
  )

  const append: Append = (line) =>
    Effect.uninterruptible(
      Effect.suspend(() => {
        if (lost !== undefined) return Effect.fail(lost)
        if (isOver) return Effect.fail(new JournalLost({ path, reason: "it was closed" }))
        const written = Deferred.makeUnsafe<void, JournalLost>()
        Queue.offerUnsafe(queue, { line, written })
        return Deferred.await(written)
      })
    )
  return append
})
