/**
 * A plan is a list of membership changes in a file: CSV, JSON or NDJSON. Reading one yields all its rows or all its
 * problems, each with line and column; nothing is ever half read.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as PlanCsv from "./PlanCsv.ts"
import * as PlanJson from "./PlanJson.ts"
import { ofFile, PlanInvalid, type Problem } from "./PlanProblem.ts"
import * as PlanReview from "./PlanReview.ts"
import type { Item } from "./PlanRow.ts"
import type { Rows } from "./PlanRows.ts"
import type { Saved } from "./PlanSaved.ts"
import * as PlanSaved from "./PlanSaved.ts"
import * as PlanText from "./PlanText.ts"

export { digestOf } from "./PlanDigest.ts"
export { PlanInvalid, Problem } from "./PlanProblem.ts"
export { Content, fieldNames, Operation, operations, type Row } from "./PlanRow.ts"
export { jsonSchema } from "./PlanSchema.ts"

export interface Plan {
  /** As the user named it; `-` is standard input. */
  readonly source: string
  /** At least one. */
  readonly rows: Rows
  /** SHA-256, in hexadecimal, of what the rows ask for in their order, wherever they stand in the file. */
  readonly digest: string
  /** What the first line says of a plan that was saved. */
  readonly saved?: Saved
}

const reasons = (source: string): Readonly<Record<string, string>> => ({
  NotFound: `no such file; ${source.startsWith("/") ? "check the path" : "the path is relative to the current directory"}`,
  PermissionDenied: "may not be read by this user; change its permissions or pipe it in, with - for the plan"
})

const unreadable =
  (source: string) =>
  (error: PlatformError): Problem =>
    ofFile(reasons(source)[error.reason._tag] ?? `cannot be read: ${error.message}`)

/** So many bytes are read at a time: few enough that what is made of them is gone before the collector moves it. */
const piece = 16_384

const bytesOf = (source: string): Stream.Stream<Uint8Array, Problem, FileSystem.FileSystem | Stdio.Stdio> =>
  Stream.unwrap(
    Effect.gen(function* () {
      if (source === "-") return Stream.mapError((yield* Stdio.Stdio).stdin, unreadable(source))
      const fs = yield* FileSystem.FileSystem
      const { type } = yield* Effect.mapError(fs.stat(source), unreadable(source))
      if (type === "Directory") return yield* Effect.fail(ofFile("this is a directory; name a file in it"))
      return Stream.mapError(fs.stream(source, { chunkSize: piece }), unreadable(source))
    })
  )

type Reader = <E, R>(lines: Stream.Stream<PlanText.Line, E, R>) => Stream.Stream<Item, E, R>

const byExtension: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["csv", PlanCsv.rows],
  ["tsv", PlanCsv.rows],
  ["json", PlanJson.rows],
  ["ndjson", PlanJson.rowsByLine],
  ["jsonl", PlanJson.rowsByLine]
])

/** By the first line with something on it: an object that is all on that line, without rows in it, is one of NDJSON. */
const byContent = (line: string): Reader => {
  const text = line.trim()
  if (text.startsWith("[")) return PlanJson.rows
  if (!text.startsWith("{")) return PlanCsv.rows
  return text.endsWith("}") && !text.includes('"rows"') ? PlanJson.rowsByLine : PlanJson.rows
}

/** Everything in the file, read in the format of its extension or else of its first line that is not blank. */
const readInto = <R>(review: PlanReview.PlanReview, source: string, lines: Stream.Stream<PlanText.Line, Problem, R>) =>
  Effect.gen(function* () {
    const pull = yield* Stream.toPull(lines)
    const sniff: Effect.Effect<Arr.NonEmptyReadonlyArray<PlanText.Line>, Problem> = Effect.suspend(() =>
      Pull.matchEffect(pull, {
        onSuccess: (chunk) => {
          const seen = chunk.slice(chunk.findIndex((line) => line.text.trim() !== ""))
          return Arr.isReadonlyArrayNonEmpty(seen) && seen[0].text.trim() !== "" ? Effect.succeed(seen) : sniff
        },
        onFailure: Effect.failCause,
        onDone: () => Effect.fail(ofFile("the file is empty"))
      })
    )
    const [first, ...more] = yield* sniff
    const reader = byExtension.get(/\.([^./\\]+)$/.exec(source)?.[1]?.toLowerCase() ?? "") ?? byContent(first.text)
    const saved = reader === PlanJson.rowsByLine ? yield* Effect.fromResult(PlanSaved.read(first)) : undefined
    let ahead: ReadonlyArray<PlanText.Line> = saved === undefined ? [first, ...more] : more
    const all: Pull.Pull<Arr.NonEmptyReadonlyArray<PlanText.Line>, Problem> = Effect.suspend(() => {
      if (!Arr.isReadonlyArrayNonEmpty(ahead)) return pull
      const seen = ahead
      ahead = []
      return Effect.succeed(seen)
    })
    yield* Stream.fromPull(Effect.succeed(all)).pipe(
      reader,
      Stream.runForEachArray((items) => Effect.sync(() => items.forEach(review.add)))
    )
    return saved
  }).pipe(Effect.scoped)

/**
 * Reads a plan out of bytes, wherever they come from. The format follows the extension of `source` (`.csv`, `.tsv`,
 * `.json`, `.ndjson`, `.jsonl`), which also names the plan in messages, and otherwise the first line with something on it.
 */
export const readBytes = Effect.fn("Plan.readBytes")(function* <R>(
  source: string,
  bytes: Stream.Stream<Uint8Array, Problem, R>
) {
  const review = PlanReview.make()
  const lines = PlanText.lines(bytes).pipe(
    // by the chunk: an effect for every line would take as long as all the rest
    Stream.mapArray((chunk) => {
      for (const { problem } of chunk) if (problem !== undefined) review.garbled(problem)
      return chunk
    })
  )
  const saved = yield* Effect.mapError(
    readInto(review, source, lines),
    (problem) => new PlanInvalid({ source, problems: [problem] })
  )
  const reviewed = review.end()
  if (Result.isFailure(reviewed)) return yield* new PlanInvalid({ source, ...reviewed.failure })
  const plan: Plan = { source, ...reviewed.success, ...(saved === undefined ? {} : { saved }) }
  return plan
})

/** Reads a plan from a path, or from standard input when the path is `-`, as `readBytes` does. */
export const read = (source: string): Effect.Effect<Plan, PlanInvalid, FileSystem.FileSystem | Stdio.Stdio> =>
  readBytes(source, bytesOf(source))
