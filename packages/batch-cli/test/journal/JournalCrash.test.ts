import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Journal from "../../src/journal/Journal.ts"
import { dice } from "./JournalMutation.ts"
import { folder, options } from "./JournalStage.ts"

const count = 4000
const kills = 6

/** Works on, and is killed with SIGKILL so long after it has begun. */
const killed = (directory: string, millis: number) =>
  Effect.promise(async () => {
    const child = fork(fileURLToPath(new URL("./JournalWorker.ts", import.meta.url)), [directory, String(count)])
    await once(child, "message")
    await new Promise((resolve) => setTimeout(resolve, millis))
    const ended = once(child, "exit")
    child.kill("SIGKILL")
    await ended
  })

describe("a run that is killed again and again", () => {
  it.live(
    "has lost nothing that was acknowledged, and begins at once each time",
    () =>
      Effect.gen(function* () {
        const directory = yield* folder
        const fs = yield* FileSystem.FileSystem
        const roll = dice(Math.floor(Math.random() * 2 ** 31))
        for (let round = 0; round < kills; round++) yield* killed(directory, roll(120))
        const notes = (yield* fs.readFileString(`${directory}/acknowledged`)).trimEnd().split("\n")
        const journal = yield* Journal.open(yield* options(`${directory}/journal`, count))
        assert.strictEqual(journal.runs, kills)
        const said = new Set(notes)
        for (let row = 0; row < count; row++) {
          const before = journal.before(row)
          const known = typeof before === "string" ? before : before._tag
          if (said.has(`o ${row}`)) assert.strictEqual(known, "done", `row ${row}`)
          else if (said.has(`i ${row}`)) assert.include(["intended", "done"], known, `row ${row}`)
          else assert.include(["nothing", "intended"], known, `row ${row}`)
        }
        assert.isAbove(notes.length, kills)
      }).pipe(Effect.provide(NodeServices.layer)),
    60_000
  )
})
