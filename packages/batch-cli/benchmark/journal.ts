/**
 * The journal's price: rows a second when every intention and every outcome is on disk before its row goes on, beside the
 * same without `fsync`, and beside one `fsync` for every line; then what it takes to read a long journal again.
 * `node packages/batch-cli/benchmark/journal.ts [ROWS]`
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { UserId } from "@matrix-membership/core/MatrixId"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Journal from "../src/journal/Journal.ts"
import * as Outcome from "../src/Outcome.ts"
import * as PlanRows from "../src/plan/PlanRows.ts"
import { invitation } from "../test/journal/JournalStage.ts"

const [count = 10_000] = process.argv.slice(2).map(Number)

/** Requests under way at the same time, the most that the tool allows. */
const writers = 64

/** What must be reached on a disk that is not the slowest: far more than any server takes, and not for the most part waiting. */
const goals = { rowsPerSecond: 1000, share: 0.25 }

const rows = PlanRows.fromRows(
  (function* () {
    for (let n = 0; n < count; n++) yield { ...invitation(n), user: UserId.make(`@guest${n}:example.org`) }
  })()
)

const options = (path: string): Journal.Options => ({
  path,
  rows,
  digest: "benchmark",
  source: "plan.csv",
  homeserver: "https://example.org/",
  sender: "@alice:example.org"
})

const secondsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([took]) => Duration.toSeconds(took))

/** The file system, with every file's `sync` replaced. */
const withSync = (sync: (file: FileSystem.File) => FileSystem.File["sync"]) =>
  Effect.updateService(FileSystem.FileSystem, (fs) => ({
    ...fs,
    open: (path, given) =>
      Effect.map(fs.open(path, given), (file) => ({
        ...file,
        writeAll: (bytes) => file.writeAll(bytes),
        truncate: (length) => file.truncate(length),
        sync: sync(file)
      }))
  }))

/** All rows of the plan, so many at a time; in rows a second. */
const rate = (path: string, concurrency: number, upTo = count) =>
  Effect.gen(function* () {
    const journal = yield* Journal.open(options(path))
    const row = (n: number) => Effect.andThen(journal.intend(n), journal.conclude(n, Outcome.done))
    const seconds = yield* secondsOf(Effect.forEach(Array(upTo).keys(), row, { concurrency, discard: true }))
    return upTo / seconds
  }).pipe(Effect.scoped)

const program = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ directory: ".", prefix: "journal-" })
  let syncs = 0
  const counted = withSync((file) =>
    Effect.suspend(() => {
      syncs += 1
      return file.sync
    })
  )
  // the first round of anything pays for everybody's compilation
  yield* rate(`${folder}/warm-up`, writers, Math.min(count, 2000))
  const unsynced = yield* rate(`${folder}/unsynced`, writers).pipe(withSync(() => Effect.void))
  const synced = yield* rate(`${folder}/synced`, writers).pipe(counted)
  const alone = yield* rate(`${folder}/alone`, 1, Math.min(count, 200))
  const reading = yield* secondsOf(Effect.scoped(Journal.open(options(`${folder}/synced`))))
  const megabytes = Number((yield* fs.stat(`${folder}/synced`)).size) / 1e6
  const share = synced / unsynced
  yield* Console.log(
    [
      `${count} rows, ${writers} at a time, two lines a row, ${megabytes.toFixed(1)} MB`,
      `  on disk before it counts   ${Math.round(synced)} rows/s, ${syncs} fsyncs, ${((2 * count) / syncs).toFixed(1)} lines each`,
      `  without fsync              ${Math.round(unsynced)} rows/s; with it ${(share * 100).toFixed(0)} % of that`,
      `  one row at a time          ${Math.round(alone)} rows/s, two fsyncs each`,
      `  read again                 ${reading.toFixed(2)} s, ${((reading / (2 * count)) * 1e6).toFixed(1)} µs a line`
    ].join("\n")
  )
  if (synced < goals.rowsPerSecond || share < goals.share) {
    return yield* Effect.fail(
      new Error(`fewer than ${goals.rowsPerSecond} rows/s, or less than ${goals.share} of unsynced`)
    )
  }
})

NodeRuntime.runMain(Effect.scoped(program).pipe(Effect.provide(NodeServices.layer)))
