import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as TestClock from "effect/testing/TestClock"
import * as Journal from "../../src/journal/Journal.ts"
import * as Outcome from "../../src/Outcome.ts"
import { folder, options, refusal } from "./JournalStage.ts"

const live = Effect.provide(NodeServices.layer)

describe("open", () => {
  it.effect("a new journal knows nothing of any row", () =>
    Effect.gen(function* () {
      const path = `${yield* folder}/plan.csv.journal.ndjson`
      const journal = yield* Journal.open(yield* options(path, 3))
      assert.strictEqual(journal.runs, 0)
      assert.deepStrictEqual([0, 1, 2].map(journal.before), ["nothing", "nothing", "nothing"])
      assert.isUndefined(journal.learned)
      assert.deepStrictEqual(journal.recent, [])
    }).pipe(live)
  )

  it.effect("the next run knows how each row ended, and which was under way", () =>
    Effect.gen(function* () {
      const path = `${yield* folder}/journal`
      const given = yield* options(path, 8)
      yield* Effect.gen(function* () {
        const journal = yield* Journal.open(given)
        for (const row of [0, 1, 2, 3, 4]) yield* journal.intend(row)
        yield* journal.conclude(0, Outcome.done)
        yield* journal.conclude(1, refusal)
        yield* journal.conclude(2, Outcome.unknown("the answer was lost"))
        yield* journal.refused(4, 1000)
        yield* journal.conclude(5, Outcome.unchanged("already invited"))
        yield* journal.conclude(6, Outcome.deferred(5000, "a limit"))
        yield* journal.limits({ rc_message: { per_second: 1, burst_count: 10 } })
      }).pipe(Effect.scoped)
      yield* TestClock.adjust("1 minute")
      const journal = yield* Journal.open(given)
      assert.strictEqual(journal.runs, 1)
      assert.deepStrictEqual([0, 1, 2, 3, 4, 5, 6, 7].map(journal.before), [
        Outcome.done,
        refusal,
        Outcome.unknown("the answer was lost"),
        "intended",
        "nothing",
        Outcome.unchanged("already invited"),
        "nothing",
        "nothing"
      ])
      assert.deepStrictEqual(journal.learned, { rc_message: { per_second: 1, burst_count: 10 } })
      assert.deepStrictEqual(
        journal.recent.map(({ result, row }) => `${row} ${result}`),
        ["0 passed", "1 failed", "2 passed", "3 passed", "4 refused"]
      )
      assert.isUndefined(journal.edited)
    }).pipe(live)
  )

  it.effect("attempts of more than an hour ago are no longer recent", () =>
    Effect.gen(function* () {
      const given = yield* options(`${yield* folder}/journal`, 2)
      yield* Effect.scoped(Effect.flatMap(Journal.open(given), (journal) => journal.intend(0)))
      yield* TestClock.adjust("61 minutes")
      yield* Effect.scoped(Effect.flatMap(Journal.open(given), (journal) => journal.intend(1)))
      const journal = yield* Journal.open(given)
      assert.deepStrictEqual(journal.recent, [{ row: 1, at: 61 * 60_000, result: "passed" }])
      assert.deepStrictEqual([0, 1].map(journal.intendedAt), [0, 61 * 60_000])
      assert.deepStrictEqual([0, 1].map(journal.before), ["intended", "intended"])
    }).pipe(live)
  )

  it.effect("leaves no file beside the journal when it is over", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      yield* Effect.scoped(Journal.open(yield* options(`${directory}/journal`, 2)))
      const fs = yield* FileSystem.FileSystem
      assert.deepStrictEqual(yield* fs.readDirectory(directory), ["journal"])
    }).pipe(live)
  )
})
