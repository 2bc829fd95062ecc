import { existsSync } from "node:fs"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as PlatformError from "effect/PlatformError"
import * as Stream from "effect/Stream"
import * as NewFile from "../src/NewFile.ts"

const folder = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const path = yield* fs.makeTempDirectoryScoped()
  return { fs, path, file: `${path}/report.csv`, names: fs.readDirectory(path) }
})

const live = (title: string, test: Effect.Effect<void, unknown, NodeServices.NodeServices>) =>
  it.live(title, () => Effect.provide(test, NodeServices.layer))

live(
  "a file is written whole, and nothing beside it",
  Effect.gen(function* () {
    const { file, fs, names } = yield* folder
    yield* NewFile.check(file)
    assert.deepStrictEqual(yield* names, [])
    yield* NewFile.write(file, Stream.fromIterable(["a", "ü", "b\n"]))
    assert.strictEqual(yield* fs.readFileString(file), "aüb\n")
    assert.deepStrictEqual(yield* names, ["report.csv"])
  }).pipe(Effect.scoped)
)

live(
  "a file that is there is never written over, be it there before or come meanwhile",
  Effect.gen(function* () {
    const { file, fs, names } = yield* folder
    yield* fs.writeFileString(file, "mine")
    for (const refused of [NewFile.check(file), NewFile.write(file, Stream.make("new"))]) {
      assert.match((yield* Effect.flip(refused)).message, /report\.csv: is there already and is not overwritten/u)
    }
    assert.strictEqual(yield* fs.readFileString(file), "mine")
    assert.deepStrictEqual(yield* names, ["report.csv"])
  }).pipe(Effect.scoped)
)

live(
  "where no file can be made that is known beforehand, and said",
  Effect.gen(function* () {
    const { file, fs, path } = yield* folder
    assert.match((yield* Effect.flip(NewFile.check(`${path}/none/r.csv`))).message, /r\.csv: there is no such folder/u)
    yield* fs.writeFileString(file, "")
    assert.include((yield* Effect.flip(NewFile.check(`${file}/r.csv`))).message, "r.csv: ")
  }).pipe(Effect.scoped)
)

live(
  "a text that fails leaves nothing behind, nor does one that is interrupted",
  Effect.gen(function* () {
    const { file, names } = yield* folder
    const failing = Stream.concat(Stream.make("half"), Stream.fail("enough"))
    assert.strictEqual(yield* Effect.flip(NewFile.write(file, failing)), "enough")
    assert.deepStrictEqual(yield* names, [])
    const begun = yield* Deferred.make<void>()
    const endless = Stream.concat(
      Stream.make("half"),
      Stream.fromEffect(Effect.andThen(Deferred.succeed(begun, undefined), Effect.never))
    )
    const fiber = yield* Effect.forkChild(NewFile.write(file, endless))
    yield* Deferred.await(begun)
    assert.strictEqual((yield* names).length, 1)
    yield* Fiber.interrupt(fiber)
    assert.deepStrictEqual(yield* names, [])
  }).pipe(Effect.scoped)
)

const linkless = Layer.effect(
  FileSystem.FileSystem,
  Effect.map(FileSystem.FileSystem, (fs) => ({
    ...fs,
    link: () =>
      Effect.fail(
        PlatformError.systemError({ _tag: "Unknown", module: "FileSystem", method: "link", description: "EPERM" })
      )
  }))
).pipe(Layer.provideMerge(NodeServices.layer))

it.live("a file system without links will do, and there, too, nothing is written over", () =>
  Effect.gen(function* () {
    const { file, fs, names } = yield* folder
    yield* NewFile.write(file, Stream.make("one"))
    assert.include((yield* Effect.flip(NewFile.write(file, Stream.make("two")))).message, "is there already")
    assert.strictEqual(yield* fs.readFileString(file), "one")
    assert.deepStrictEqual(yield* names, ["report.csv"])
  }).pipe(Effect.scoped, Effect.provide(linkless))
)

/** Whatever is written goes to a disk that is full. */
const full = Layer.effect(
  FileSystem.FileSystem,
  Effect.map(FileSystem.FileSystem, (fs) => ({ ...fs, open: () => fs.open("/dev/full", { flag: "w" }) }))
).pipe(Layer.provideMerge(NodeServices.layer))

it.live.skipIf(!existsSync("/dev/full"))("a full disk is called so, and half a file is not left on it", () =>
  Effect.gen(function* () {
    const { file, names } = yield* folder
    const error = yield* Effect.flip(NewFile.write(file, Stream.make("x")))
    assert.match(error.message, /report\.csv: cannot be written: ENOSPC: no space left on device/u)
    assert.deepStrictEqual(yield* names, [])
  }).pipe(Effect.scoped, Effect.provide(full))
)
