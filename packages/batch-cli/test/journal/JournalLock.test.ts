import { type ChildProcess, fork, spawnSync } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as JournalLock from "../../src/journal/JournalLock.ts"
import * as JournalProcess from "../../src/journal/JournalProcess.ts"
import { folder } from "./JournalStage.ts"

const live = Effect.provide(NodeServices.layer)

const contender = Effect.acquireRelease(
  Effect.promise(async () => {
    const child = fork(fileURLToPath(new URL("./JournalContender.ts", import.meta.url)))
    await once(child, "message")
    return child
  }),
  (child) => Effect.sync(() => child.kill("SIGKILL"))
)

const order = (child: ChildProcess, text: string) =>
  Effect.promise(async () => {
    const answer = once(child, "message")
    child.send(text)
    const [said] = await answer
    return String(said)
  })

const lockFiles = (directory: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) =>
    Effect.map(fs.readDirectory(directory), (names) => names.filter((name) => name.includes(".lock-")))
  )

/** The file that a process of this machine leaves behind: the id is used again, the start is another. */
const leftBehind = Effect.fnUntraced(function* (path: string, pid: number) {
  const fs = yield* FileSystem.FileSystem
  const { scope } = yield* JournalProcess.own
  const file = `${path}.lock-${scope}-${pid}-00000000`
  yield* fs.writeFileString(file, '{"pid":1,"host":"here","since":"2026-01-01T00:00:00.000Z"}\n')
  return file
})

describe("acquire", () => {
  it.live("refuses a second run and names the process that has it", () =>
    Effect.gen(function* () {
      const path = `${yield* folder}/journal`
      const child = yield* contender
      assert.strictEqual(yield* order(child, path), "won")
      const error = yield* Effect.flip(JournalLock.acquire(path))
      assert.match(error.message, new RegExp(`in use: process ${child.pid} on \\S+ has it since 20\\d\\d-.*Z; wait`))
      assert.strictEqual(error._tag, "JournalUnusable")
      yield* order(child, "release")
      yield* JournalLock.acquire(path)
    }).pipe(live)
  )

  it.live("succeeds at once after a kill -9, although nobody tidied up", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const child = yield* contender
      yield* order(child, `${directory}/journal`)
      assert.lengthOf(yield* lockFiles(directory), 1)
      child.kill("SIGKILL")
      const [took] = yield* Effect.timed(JournalLock.acquire(`${directory}/journal`))
      assert.isBelow(Duration.toMillis(took), 1000)
      assert.lengthOf(yield* lockFiles(directory), 1)
    }).pipe(live)
  )

  it.live("is not deceived by a process id that is used again", () =>
    Effect.gen(function* () {
      const path = `${yield* folder}/journal`
      const fs = yield* FileSystem.FileSystem
      const file = yield* leftBehind(path, process.ppid)
      yield* JournalLock.acquire(path)
      assert.isFalse(yield* fs.exists(file))
    }).pipe(live)
  )

  it.live("does not judge a process that it cannot see, and says what to do", () =>
    Effect.gen(function* () {
      const path = `${yield* folder}/journal`
      const fs = yield* FileSystem.FileSystem
      const file = `${path}.lock-ffffffff-1-00000000`
      yield* fs.writeFileString(file, '{"pid":1,"host":"elsewhere","since":"2026-01-01T00:00:00.000Z"}\n')
      const error = yield* Effect.flip(JournalLock.acquire(path))
      assert.include(error.message, "process 1 on elsewhere has it since 2026-01-01T00:00:00.000Z")
      assert.include(error.message, `delete ${file}`)
    }).pipe(live)
  )

  it.live("refuses the same process a second time, and the first keeps it", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      yield* JournalLock.acquire(`${directory}/journal`)
      const error = yield* Effect.flip(Effect.scoped(JournalLock.acquire(`${directory}/journal`)))
      assert.include(error.message, "this process has it already")
      assert.lengthOf(yield* lockFiles(directory), 1)
    }).pipe(live)
  )

  it.live(
    "of two that start over a stale lock at the same moment exactly one wins, 200 times",
    () =>
      Effect.gen(function* () {
        const path = `${yield* folder}/journal`
        const children = [yield* contender, yield* contender]
        const wins = new Map<string, number>()
        for (let round = 0; round < 200; round++) {
          yield* leftBehind(path, 1 + (round % 2))
          const answers = yield* Effect.forEach(children, (child) => order(child, path), { concurrency: 2 })
          wins.set(answers.join(), (wins.get(answers.join()) ?? 0) + 1)
          yield* Effect.forEach(children, (child) => order(child, "release"), { concurrency: 2 })
        }
        assert.deepStrictEqual(
          [...wins.keys()].filter((answers) => answers !== "won,refused" && answers !== "refused,won"),
          []
        )
      }).pipe(live),
    60_000
  )
})

describe("the start of a process", () => {
  const ended = spawnSync("true").pid

  it.live("is always the same, whoever is asked", () =>
    Effect.gen(function* () {
      for (const startOf of [JournalProcess.startOf, JournalProcess.startByPs]) {
        const start = yield* startOf(process.pid)
        assert.isDefined(start)
        assert.strictEqual(yield* startOf(process.pid), start)
        assert.isUndefined(yield* startOf(ended))
      }
    })
  )
})

describe("holder", () => {
  it.live("tells who has a journal now, and nobody when the process is dead", () =>
    Effect.gen(function* () {
      const path = `${yield* folder}/journal`
      const child = yield* contender
      yield* order(child, path)
      assert.strictEqual((yield* JournalLock.holder(path))?.pid, child.pid)
      yield* order(child, "release")
      yield* leftBehind(path, process.ppid)
      assert.isUndefined(yield* JournalLock.holder(path))
    }).pipe(live)
  )
})
