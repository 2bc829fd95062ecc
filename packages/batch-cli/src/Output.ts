/**
 * What goes to stdout, in order and whole, and the few words beside it on stderr. That a reader has gone away (`| head`)
 * is no error; that what somebody wants to keep could not be written is.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { WrongUsage } from "./ExitCode.ts"
import { because, codeOf } from "./journal/JournalError.ts"
import { printable } from "./plan/PlanProblem.ts"

const turn = Semaphore.makeUnsafe(1)

/** Nobody reads any more: of a pipe whose other end is closed, or of a stream that was ended after such an answer. */
const gone = new Set(["EPIPE", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"])

/** Writes the text; returns when it is written, so nobody runs ahead of a slow reader. */
export const write = Effect.fnUntraced(function* (text: Stream.Stream<string>) {
  const stdio = yield* Stdio.Stdio
  yield* turn.withPermit(Stream.run(text, stdio.stdout())).pipe(
    Effect.catchIf(
      (error) => gone.has(codeOf(error) ?? ""),
      () => Effect.void
    ),
    Effect.mapError((error) => new WrongUsage({ message: `standard output cannot be written: ${because(error)}` }))
  )
})

/** The same for a text that is at hand. */
export const print = (text: string) => write(Stream.make(text))

/** Writes lines as they come, many at a time. */
export const printLines = (lines: Iterable<string>) =>
  write(Stream.fromIterable(lines, { chunkSize: 1024 }).pipe(Stream.mapArray((chunk) => [`${chunk.join("\n")}\n`])))

/** A line for whoever looks on, on stderr. */
export const note = Effect.fnUntraced(function* (text: string) {
  const stdio = yield* Stdio.Stdio
  yield* Effect.ignore(Stream.run(Stream.make(`${printable(text)}\n`), stdio.stderr()))
})

/**
 * For a run, which goes on whatever becomes of its output, since its journal knows all of it: the first loss is said, and
 * no other.
 */
export const unlessLost = () => {
  let isLost = false
  return <R>(output: Effect.Effect<void, WrongUsage, R>) =>
    Effect.catch(output, ({ message }) => {
      if (isLost) return Effect.void
      isLost = true
      return note(message)
    })
}
