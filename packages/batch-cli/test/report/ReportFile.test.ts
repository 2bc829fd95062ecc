import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Outcome from "../../src/Outcome.ts"
import * as ReportFile from "../../src/report/ReportFile.ts"
import { account } from "./ReportStage.ts"

const folder = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  return { fs, path: yield* fs.makeTempDirectoryScoped() }
})

// more than the streams take at a time
const rows = Array.from({ length: 2500 }, () => ({ outcome: Outcome.done }))

it.live.each([
  { name: "report.csv", begins: "line,operation,room", marks: /^\d+,invite,/gmu },
  { name: "report.json", begins: '{"summary":{"plan":"plan.csv"', marks: /^\{"line":\d+,/gmu },
  { name: "REPORT.HTML", begins: "<!doctype html>", marks: undefined }
])("$name is written in the format of its name, whole", ({ begins, marks, name }) =>
  Effect.gen(function* () {
    const { fs, path } = yield* folder
    yield* ReportFile.check(`${path}/${name}`)
    yield* ReportFile.write(`${path}/${name}`, account(rows))
    const text = yield* fs.readFileString(`${path}/${name}`)
    assert.isTrue(text.startsWith(begins), text.slice(0, 100))
    if (marks !== undefined) assert.strictEqual(text.match(marks)?.length, 2500)
    assert.deepStrictEqual(yield* fs.readDirectory(path), [name])
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
)

it.live("a name that asks for no format is refused before anything is done", () =>
  Effect.gen(function* () {
    const { fs, path } = yield* folder
    for (const name of ["report", "report.xlsx", "html", "a.csv/b"]) {
      const { message } = yield* Effect.flip(ReportFile.check(`${path}/${name}`))
      assert.include(message, `${name}: a report is a .csv, .json or .html file`)
    }
    assert.deepStrictEqual(yield* fs.readDirectory(path), [])
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
)

it.live("a report is never written over, nor is a plan or whatever else is there", () =>
  Effect.gen(function* () {
    const { fs, path } = yield* folder
    yield* fs.writeFileString(`${path}/plan.csv`, "operation,room")
    const { message } = yield* Effect.flip(ReportFile.check(`${path}/plan.csv`))
    assert.include(message, "is there already and is not overwritten")
    assert.include(
      (yield* Effect.flip(ReportFile.write(`${path}/plan.csv`, account(rows)))).message,
      "is there already"
    )
    assert.strictEqual(yield* fs.readFileString(`${path}/plan.csv`), "operation,room")
  }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
)
