import { execFileSync, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as PlatformError from "effect/PlatformError"
import * as Journal from "../../src/journal/Journal.ts"
import * as JournalWriter from "../../src/journal/JournalWriter.ts"
import * as Outcome from "../../src/Outcome.ts"
import { fill, folder, options } from "./JournalStage.ts"

const live = Effect.provide(NodeServices.layer)

const broken = (code: string) =>
  PlatformError.systemError({
    _tag: "Unknown",
    module: "FileSystem",
    method: "sync",
    cause: Object.assign(new Error(code), { code })
  })

/** A file that notes what is done to it, and whose every `fsync` has to be let through. */
const stage = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const file = yield* fs.open(`${yield* folder}/file`, { flag: "a" })
  const seen = { writes: Array.of<string>(), syncs: 0 }
  const gate = yield* Deferred.make<void>()
  let failure: PlatformError.PlatformError | undefined
  const observed: FileSystem.File = {
    ...file,
    writeAll: (bytes) => Effect.sync(() => void seen.writes.push(Buffer.from(bytes).toString())),
    sync: Effect.suspend(() => {
      seen.syncs += 1
      return Effect.andThen(
        Deferred.await(gate),
        Effect.suspend(() => (failure === undefined ? Effect.void : Effect.fail(failure)))
      )
    })
  }
  return {
    file: observed,
    seen,
    open: Deferred.succeed(gate, undefined),
    fail: (error: PlatformError.PlatformError) => {
      failure = error
    }
  }
})

const turns = Effect.forEach(Array.from({ length: 20 }), () => Effect.yieldNow, { discard: true })

describe("append", () => {
  it.effect("waits until the line is on disk", () =>
    Effect.gen(function* () {
      const { file, open, seen } = yield* stage
      const append = yield* JournalWriter.make(file, "j")
      const fiber = yield* Effect.forkChild(append("one\n"))
      yield* turns
      assert.deepStrictEqual(seen, { writes: ["one\n"], syncs: 1 })
      assert.isUndefined(fiber.pollUnsafe())
      yield* open
      yield* Fiber.join(fiber)
    }).pipe(live)
  )

  it.effect("serves all who wait with one write and one fsync", () =>
    Effect.gen(function* () {
      const { file, open, seen } = yield* stage
      const append = yield* JournalWriter.make(file, "j")
      const first = yield* Effect.forkChild(append("0\n"))
      yield* turns
      const others = yield* Effect.forkChild(
        Effect.forEach([1, 2, 3, 4, 5], (n) => append(`${n}\n`), { concurrency: "unbounded" })
      )
      yield* turns
      yield* open
      yield* Fiber.join(first)
      yield* Fiber.join(others)
      assert.deepStrictEqual(seen, { writes: ["0\n", "1\n2\n3\n4\n5\n"], syncs: 2 })
    }).pipe(live)
  )

  it.effect("an interrupt does not take the line back, and ends when it is written", () =>
    Effect.gen(function* () {
      const { file, open, seen } = yield* stage
      const append = yield* JournalWriter.make(file, "j")
      const fiber = yield* Effect.forkChild(append("one\n"))
      yield* turns
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* turns
      assert.isUndefined(interrupting.pollUnsafe())
      yield* open
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual(seen.writes, ["one\n"])
    }).pipe(live)
  )

  it.effect("what was handed in before the end is written, what comes later is refused", () =>
    Effect.gen(function* () {
      const { file, open, seen } = yield* stage
      yield* open
      const late = yield* Effect.scoped(
        Effect.gen(function* () {
          const append = yield* JournalWriter.make(file, "j")
          yield* Effect.forkDetach(append("one\n"), { startImmediately: true })
          return append("two\n")
        })
      )
      assert.deepStrictEqual(seen, { writes: ["one\n"], syncs: 1 })
      assert.include((yield* Effect.flip(late)).message, "it was closed")
    }).pipe(live)
  )

  it.effect("the first failure fails all who wait and all who come, and nothing more is written", () =>
    Effect.gen(function* () {
      const { fail, file, open, seen } = yield* stage
      const append = yield* JournalWriter.make(file, "plan.journal")
      const fibers = yield* Effect.forEach(["a\n", "b\n"], (line) =>
        Effect.forkChild(append(line)).pipe(Effect.tap(() => turns))
      )
      fail(broken("EIO"))
      yield* open
      const exits = yield* Effect.forEach(fibers, Fiber.await)
      assert.isTrue(exits.every(Exit.isFailure))
      const error = yield* Effect.flip(append("c\n"))
      assert.strictEqual(
        error.message,
        "the journal plan.journal can be written no further: the disk reports an error (EIO)"
      )
      assert.deepStrictEqual(seen, { writes: ["a\n"], syncs: 1 })
    }).pipe(live)
  )
})

/** What was acknowledged is known to the next run, which says what it cut off. */
const checkAfterwards = Effect.fnUntraced(function* (given: Journal.Options, written: number) {
  const journal = yield* Journal.open(given)
  for (let row = 0; row < written; row++) assert.deepStrictEqual(journal.before(row), Outcome.done)
  // the last intention or outcome may be there without having been acknowledged
  assert.include(
    [JSON.stringify("nothing"), JSON.stringify("intended"), JSON.stringify(Outcome.done)],
    JSON.stringify(journal.before(written))
  )
  assert.strictEqual(journal.before(written + 1), "nothing")
})

const mount = (directory: string): boolean =>
  spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", directory]).status === 0

describe("a full disk", () => {
  it.live("a file that may not grow: the run ends, the journal stays good", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const child = fileURLToPath(new URL("./JournalFiller.ts", import.meta.url))
      // SIGXFSZ is ignored by Node, so that the write fails with EFBIG
      const out = execFileSync("bash", ["-c", `ulimit -f 16; exec "$0" "$1" "$2"`, process.execPath, child, directory])
      const { message, written } = JSON.parse(out.toString())
      assert.isAbove(written, 10)
      assert.include(message, "can be written no further: the file has reached the largest size allowed (EFBIG)")
      yield* checkAfterwards(yield* options(`${directory}/journal`, 1000), written)
    }).pipe(live)
  )

  it.live("a disk with no space left: the run ends, the journal stays good", (context) =>
    Effect.gen(function* () {
      const directory = yield* folder
      if (!mount(directory)) return context.skip("this user may not mount a small disk")
      yield* Effect.addFinalizer(() => Effect.sync(() => spawnSync("umount", [directory])))
      const fs = yield* FileSystem.FileSystem
      const given = yield* options(`${directory}/journal`, 1000)
      const { lost, written } = yield* Effect.scoped(Effect.flatMap(Journal.open(given), fill))
      assert.include(lost.message, "the disk is full (ENOSPC)")
      const full = yield* Effect.flip(Effect.scoped(Journal.open(given)))
      assert.include(full.message, "the disk is full (ENOSPC)")
      assert.strictEqual(full._tag, "JournalUnusable")
      const bytes = yield* fs.readFile(`${directory}/journal`)
      const elsewhere = yield* folder
      yield* fs.writeFile(`${elsewhere}/journal`, bytes)
      yield* checkAfterwards({ ...given, path: `${elsewhere}/journal` }, written)
    }).pipe(live)
  )
})
