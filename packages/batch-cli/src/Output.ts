/** What goes to stdout, in order and whole. A reader who has gone away (`| head`) does not stop what is under way. */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"

const turn = Semaphore.makeUnsafe(1)

/** Writes the text; returns when it is written, so nobody runs ahead of a slow reader. */
export const print = Effect.fnUntraced(function* (text: string) {
  const stdio = yield* Stdio.Stdio
  yield* turn.withPermit(Effect.ignore(Stream.run(Stream.make(text), stdio.stdout())))
})

/** Writes lines as they come, many at a time. */
export const printLines = Effect.fnUntraced(function* (lines: Iterable<string>) {
  const stdio = yield* Stdio.Stdio
  const text = Stream.fromIterable(lines, { chunkSize: 1024 }).pipe(
    Stream.mapArray((chunk) => [`${chunk.join("\n")}\n`])
  )
  yield* turn.withPermit(Effect.ignore(Stream.run(text, stdio.stdout())))
})
