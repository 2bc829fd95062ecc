import { spawnSync } from "node:child_process"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Journal from "../../src/journal/Journal.ts"
import * as Outcome from "../../src/Outcome.ts"
import * as PlanRows from "../../src/plan/PlanRows.ts"
import { folder, invitation, options } from "./JournalStage.ts"

const live = Effect.provide(NodeServices.layer)

const text = (path: string) => Effect.flatMap(FileSystem.FileSystem, (fs) => fs.readFileString(path))
const write = (path: string, content: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => fs.writeFileString(path, content))

/** A run that finished its first row. */
const begun = Effect.gen(function* () {
  const path = `${yield* folder}/journal`
  const given = yield* options(path, 3)
  yield* Effect.scoped(
    Effect.gen(function* () {
      const journal = yield* Journal.open(given)
      yield* journal.intend(0)
      yield* journal.conclude(0, Outcome.done)
    })
  )
  return { path, given }
})

/** Why it cannot be opened; and nothing was done to what is there. */
const refused = Effect.fnUntraced(function* (given: Journal.Options, path = given.path) {
  const before = yield* Effect.option(text(path))
  const error = yield* Effect.flip(Effect.scoped(Journal.open(given)))
  assert.strictEqual(error._tag, "JournalUnusable")
  assert.deepStrictEqual(yield* Effect.option(text(path)), before)
  return error.message
})

describe("open refuses", () => {
  it.effect("the journal of another homeserver or another sender, and says which", () =>
    Effect.gen(function* () {
      const { given } = yield* begun
      const elsewhere = yield* refused({ ...given, homeserver: "https://other.org/" })
      assert.include(elsewhere, "is of a run at https://example.org/, and this one is at https://other.org/")
      const other = yield* refused({ ...given, sender: "@bob:example.org" })
      assert.include(other, "is of a run as @alice:example.org, and this one is as @bob:example.org")
      assert.include(other, "--journal FILE, or begin anew with --restart")
    }).pipe(live)
  )

  it.effect("a damaged journal, with the line and the way out", () =>
    Effect.gen(function* () {
      const { given, path } = yield* begun
      yield* write(path, (yield* text(path)).replace("guest0", "guest1"))
      assert.include(
        yield* refused(given),
        `the journal ${path} is damaged: line 2 is not as it was written; take another`
      )
    }).pipe(live)
  )

  it.effect("a file that is no journal, and leaves it as it is", () =>
    Effect.gen(function* () {
      const path = `${yield* folder}/plan.csv`
      yield* write(path, "operation,room")
      assert.include(yield* refused(yield* options(path, 1)), "is not a journal")
    }).pipe(live)
  )

  it.effect("a directory, a device and a folder that is not there", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const why = (path: string) => Effect.flatMap(options(path, 1), (given) => refused(given, "/nowhere"))
      assert.include(yield* why(directory), "is a directory; name a file in it")
      assert.include(yield* why("/dev/null"), "is not an ordinary file")
      assert.include(yield* why(`${directory}/none/journal`), "there is no such folder (ENOENT)")
    }).pipe(live)
  )

  it.effect("a read-only folder", (context) =>
    Effect.gen(function* () {
      const directory = yield* folder
      // file permissions mean nothing to root, who may mount instead
      if (process.getuid?.() !== 0) spawnSync("chmod", ["a-w", directory])
      else if (spawnSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", directory]).status !== 0) {
        return context.skip("root without the right to mount: nothing here is read-only")
      } else yield* Effect.addFinalizer(() => Effect.sync(() => spawnSync("umount", [directory])))
      const message = yield* refused(yield* options(`${directory}/journal`, 1))
      assert.match(message, /cannot be locked: (the file system is read-only \(EROFS\)|this user may not write there)/)
    }).pipe(live)
  )
})

describe("open", () => {
  it.effect("cuts off a torn last line, says so, and goes on behind it", () =>
    Effect.gen(function* () {
      const { given, path } = yield* begun
      const whole = yield* text(path)
      yield* write(path, `${whole}{"type":"intent","at":"19`)
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* Journal.open(given)
          assert.deepStrictEqual(journal.notes, [`the last 25 bytes of ${path} were torn by a crash and are cut off`])
          yield* journal.intend(1)
        })
      )
      assert.isTrue((yield* text(path)).startsWith(whole))
      const journal = yield* Journal.open(given)
      assert.deepStrictEqual([0, 1, 2].map(journal.before), [Outcome.done, "intended", "nothing"])
      assert.deepStrictEqual(journal.notes, [])
    }).pipe(live)
  )

  it.effect("goes on behind a last line without newline", () =>
    Effect.gen(function* () {
      const { given, path } = yield* begun
      yield* write(path, (yield* text(path)).slice(0, -1))
      yield* Effect.scoped(Effect.flatMap(Journal.open(given), (journal) => journal.intend(1)))
      const journal = yield* Journal.open(given)
      assert.deepStrictEqual([0, 1, 2].map(journal.before), [Outcome.done, "intended", "nothing"])
    }).pipe(live)
  )

  it.effect("begins anew where a crash left an empty file or half a header", () =>
    Effect.gen(function* () {
      const path = `${yield* folder}/journal`
      for (const left of ["", '{"type":"jour']) {
        yield* write(path, left)
        const given = yield* options(path, 2)
        yield* Effect.scoped(Effect.flatMap(Journal.open(given), (journal) => journal.intend(1)))
        const next = yield* Effect.scoped(Journal.open(given))
        assert.deepStrictEqual([next.runs, next.before(1)], [1, "intended"])
      }
    }).pipe(live)
  )

  it.effect("with restart, keeps the old journal aside, and every older one too", () =>
    Effect.gen(function* () {
      const { given, path } = yield* begun
      const old = yield* text(path)
      for (const n of [1, 2]) {
        const journal = yield* Effect.scoped(Journal.open({ ...given, restart: true }))
        assert.deepStrictEqual(journal.notes, [`the old journal is kept as ${path}.${n}`])
        assert.deepStrictEqual([journal.runs, journal.before(0)], [0, "nothing"])
      }
      assert.strictEqual(yield* text(`${path}.1`), old)
    }).pipe(live)
  )

  it.effect("of an edited plan, keeps what is unchanged and counts the rest", () =>
    Effect.gen(function* () {
      const { given } = yield* begun
      const rows = PlanRows.fromRows([3, 1, 0].map(invitation))
      const journal = yield* Journal.open({ ...given, rows, digest: "another" })
      assert.deepStrictEqual([0, 1, 2].map(journal.before), ["nothing", "nothing", Outcome.done])
      assert.deepStrictEqual(journal.edited, { kept: 1, new: 2, gone: 0 })
    }).pipe(live)
  )

  it.effect("counts the rows of the journal that an edited plan no longer has", () =>
    Effect.gen(function* () {
      const { given } = yield* begun
      const rows = PlanRows.fromRows([invitation(1)])
      const journal = yield* Journal.open({ ...given, rows, digest: "another" })
      assert.deepStrictEqual(journal.edited, { kept: 0, new: 1, gone: 1 })
    }).pipe(live)
  )

  it.effect("knows one journal under two names", () =>
    Effect.gen(function* () {
      const { given, path } = yield* begun
      const fs = yield* FileSystem.FileSystem
      yield* fs.symlink(path, `${path}.link`)
      const journal = yield* Journal.open({ ...given, path: `${path}.link` })
      assert.deepStrictEqual([journal.path, journal.before(0)], [yield* fs.realPath(path), Outcome.done])
      assert.include(yield* refused(given), "in use: this process has it already")
    }).pipe(live)
  )
})
