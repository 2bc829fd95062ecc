import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { RoomId, ServerName, UserId } from "@matrix-membership/core/MatrixId"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as TestClock from "effect/testing/TestClock"
import { status } from "../../src/commands/status.ts"
import * as Journal from "../../src/journal/Journal.ts"
import * as Status from "../../src/journal/Status.ts"
import * as StatusText from "../../src/journal/StatusText.ts"
import * as Outcome from "../../src/Outcome.ts"
import * as Plan from "../../src/plan/Plan.ts"
import type { Row } from "../../src/plan/PlanRow.ts"
import * as PlanRows from "../../src/plan/PlanRows.ts"
import { folder, invitation, options, refusal } from "./JournalStage.ts"

const live = Effect.provide(NodeServices.layer)

/** What the command writes, and the message that it fails with. */
const run = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const written = { stdout: "", stderr: "" }
  const appended = (to: "stdout" | "stderr") => (chunk: string | Uint8Array) =>
    Effect.sync(() => {
      written[to] += typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk)
    })
  const sink = (to: "stdout" | "stderr") => () => Sink.forEach(appended(to))
  const layer = Stdio.layerTest({ stdout: sink("stdout"), stderr: sink("stderr") })
  const exit = yield* Effect.exit(
    Effect.provide(Command.runWith(status, { version: "0" })(args), layer.pipe(Layer.provideMerge(NodeServices.layer)))
  )
  const failure = Exit.isFailure(exit)
    ? exit.cause.reasons.map((reason) => String("error" in reason ? reason.error : reason)).join()
    : ""
  return { ...written, failure }
})

/** Four rows ended, one is in doubt, three are left; the run did not come to its end. */
const broken = Effect.gen(function* () {
  const directory = yield* folder
  const path = `${directory}/plan.csv.journal.ndjson`
  const given = yield* options(path, 8)
  yield* TestClock.setTime(Date.UTC(2026, 10, 22, 9, 10))
  yield* Effect.scoped(
    Effect.gen(function* () {
      const journal = yield* Journal.open(given)
      for (const row of [0, 1, 2, 3, 4]) yield* journal.intend(row)
      yield* journal.conclude(0, Outcome.done)
      yield* journal.conclude(1, refusal)
      yield* journal.conclude(2, Outcome.unknown("the answer was lost"))
      yield* journal.refused(4, 90_000)
      yield* journal.conclude(5, Outcome.unchanged("already invited"))
    })
  )
  return { directory, path, given }
})

const decode = Schema.decodeSync(Schema.fromJsonString(Schema.JsonObject))

const lines = (path: string, isTerminal = false) =>
  Effect.map(Status.read(path), (found) => [...StatusText.lines(found, isTerminal, "UTC")])

describe("status", () => {
  it.effect("explains a run that was cut off, and how to go on", () =>
    Effect.gen(function* () {
      const { path } = yield* broken
      assert.deepStrictEqual(yield* lines(path), [
        "plan.csv:3: invite @guest1:example.org to !hall:example.org: Forbidden: M_FORBIDDEN: you may not",
        "plan.csv:4: invite @guest2:example.org to !hall:example.org: the answer was lost",
        "",
        "plan.csv at https://example.org/ as @alice:example.org, one run",
        "  cut off: the last run did not come to its end, and nobody is at it now",
        "  begun 2026-11-22 09:10, last written 2026-11-22 09:10",
        "  done                 1   the server made the change",
        "  unchanged            1   it was so already",
        "  failed               1   the server said no, or could not",
        "  unknown              1   sent, but the answer never came",
        "  in doubt             1   sent when the run was cut off; the next run looks first whether it took effect",
        "  left                 3   not done yet",
        "  rows                 8   in the plan",
        "  refused for a limit once, with 1 min 30 s to wait in all",
        `  to go on: batch-cli apply plan.csv --homeserver https://example.org/ --journal ${path}`
      ])
    }).pipe(live)
  )

  it.effect("tells of a run at work who is at it, and does not disturb it", () =>
    Effect.gen(function* () {
      const { given, path } = yield* broken
      const journal = yield* Journal.open(given)
      const fs = yield* FileSystem.FileSystem
      yield* fs.writeFileString(path, '{"type":"int', { flag: "a" })
      const text = (yield* lines(path)).join("\n")
      assert.include(text, `a run is at it now: process ${process.pid} on `)
      assert.include(text, "under way            1   sent, and the answer is still due")
      assert.notInclude(text, "to go on")
      yield* journal.intend(6)
    }).pipe(live)
  )

  it.effect("says why a run ended and when deferred rows may go on", () =>
    Effect.gen(function* () {
      const { given, path } = yield* broken
      const comeBackAt = Date.UTC(2026, 10, 22, 11, 0)
      yield* Effect.scoped(
        Effect.flatMap(Journal.open(given), (journal) =>
          journal.end({ counts: Outcome.none, because: "--max-wait 10m was reached", comeBackAt })
        )
      )
      const text = (yield* lines(path)).join("\n")
      assert.include(text, "as @alice:example.org, 2 runs\n  ended: --max-wait 10m was reached\n")
      assert.include(text, "  deferred rows: not before 11:00\n")
    }).pipe(live)
  )

  it.effect("groups many failures by their cause on a terminal", () =>
    Effect.gen(function* () {
      const path = `${yield* folder}/journal`
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* Journal.open(yield* options(path, 30))
          yield* Effect.forEach(Array(30).keys(), (row) => journal.conclude(row, refusal), { concurrency: 30 })
        })
      )
      const [first, , , , more] = yield* lines(path, true)
      assert.deepStrictEqual([first, more], ["30 × Forbidden: M_FORBIDDEN: you may not", "    and 27 more"])
      assert.strictEqual((yield* lines(path)).filter((line) => line.includes(": invite @guest")).length, 30)
    }).pipe(live)
  )

  it.effect("tells machines the same", () =>
    Effect.gen(function* () {
      const { path } = yield* broken
      const { failure, stdout } = yield* run(path, "--json")
      assert.strictEqual(failure, "")
      const objects = stdout
        .trimEnd()
        .split("\n")
        .map((line) => decode(line))
      assert.deepStrictEqual(
        objects.map(({ line, outcome, type }) => `${type} ${line} ${outcome}`),
        ["row 3 failed", "row 4 unknown", "row 5 inDoubt", "status undefined undefined"]
      )
      const { done, failed, inDoubt, left, rows, unchanged, unknown } = objects.at(-1) ?? {}
      assert.deepStrictEqual([done, unchanged, failed, unknown, inDoubt, left, rows], [1, 1, 1, 1, 1, 3, 8])
    }).pipe(live)
  )

  it.effect("of an edited plan, names rows by the lines that they have now", () =>
    Effect.gen(function* () {
      const { given, path } = yield* broken
      const moved: Row = { ...invitation(1), line: 77 }
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* Journal.open({ ...given, rows: PlanRows.fromRows([moved]), digest: "another" })
          yield* journal.conclude(0, refusal)
        })
      )
      const text = (yield* lines(path)).join("\n")
      assert.include(text, "plan.csv:77: invite @guest1")
      assert.include(text, "the plan was changed between the runs")
    }).pipe(live)
  )

  it.effect("says what is wrong with a path that leads to no journal", () =>
    Effect.gen(function* () {
      const { directory } = yield* broken
      const plan = `${directory}/plan.csv`
      const nowhere = yield* run(plan)
      assert.include(nowhere.failure, `the journal ${plan} is not there; did you mean ${plan}.journal.ndjson?`)
      const fs = yield* FileSystem.FileSystem
      yield* fs.writeFileString(plan, "operation,room\n")
      assert.include((yield* run(plan)).failure, `; did you mean ${plan}.journal.ndjson?`)
      assert.include((yield* run(directory)).failure, "is a directory")
      assert.include((yield* run(plan, "--out", "x")).failure, "--out goes with --failed")
    }).pipe(live)
  )
})

describe("status --failed", () => {
  const rows: ReadonlyArray<Row> = [
    { ...invitation(3), line: 9, reason: 'a "quoted", reason;\nwith #lines' },
    {
      operation: "join",
      room: RoomId.make("!b:example.org"),
      via: ["one.org", "two.org"].map((name) => ServerName.make(name)),
      line: 4
    },
    { operation: "kick", room: RoomId.make("!b:example.org"), user: UserId.make("@=x:example.org"), line: 5 }
  ]

  it.effect("gives the failed rows back as a plan that asks for the same, in the order of the plan", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      const path = `${directory}/journal`
      const given = { ...(yield* options(path, 0)), rows: PlanRows.fromRows([...rows, invitation(20)]) }
      yield* Effect.scoped(
        Effect.gen(function* () {
          const journal = yield* Journal.open(given)
          for (const row of [0, 1, 2]) yield* journal.conclude(row, refusal)
          yield* journal.conclude(3, Outcome.done)
        })
      )
      const out = `${directory}/again.csv`
      assert.deepStrictEqual(yield* run(path, "--failed", "--out", out), {
        stdout: "",
        stderr: `3 rows written to ${out}\n`,
        failure: ""
      })
      const again = yield* Plan.read(out)
      const content = ({ line: _line, column: _column, ...content }: Row) => content
      assert.deepStrictEqual(
        [...again.rows].map(content),
        rows.toSorted((one, other) => one.line - other.line).map(content)
      )
      const fs = yield* FileSystem.FileSystem
      assert.strictEqual((yield* run(path, "--failed")).stdout, yield* fs.readFileString(out))
      assert.include((yield* run(path, "--failed", "--out", out)).failure, "is there already and is not overwritten")
    }).pipe(live)
  )

  it.effect("writes nothing when no row has failed", () =>
    Effect.gen(function* () {
      const directory = yield* folder
      yield* Effect.scoped(Journal.open(yield* options(`${directory}/journal`, 1)))
      const out = `${directory}/again.csv`
      const { stderr } = yield* run(`${directory}/journal`, "--failed", "--out", out)
      assert.strictEqual(stderr, "no row has failed, so there is no plan to write\n")
      const fs = yield* FileSystem.FileSystem
      assert.isFalse(yield* fs.exists(out))
    }).pipe(live)
  )
})
