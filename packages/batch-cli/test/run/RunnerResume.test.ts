/** A run that is cut off at any moment and begun again, with a journal on disk, comes to what an undisturbed one does. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, VirtualClock } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Journal from "../../src/journal/Journal.ts"
import type { Plan } from "../../src/plan/Plan.ts"
import { type Course, type Manner, membership, runner } from "../Stage.ts"
import { assertTruth, effects, hazards, Moves, planFor, rooms, settle } from "./Hazard.ts"

// one within another: a layer that is shared would reach the outer one
const world = () =>
  Layer.fresh(FakeHomeserver.layerClient).pipe(
    Layer.provideMerge(FakeHomeserver.layer()),
    Layer.provideMerge(NodeServices.layer),
    Layer.provideMerge(VirtualClock.layer())
  )

/** How a run ends before its time: by Ctrl-C, which lets the answers come in, or by `kill -9`, which lets nothing. */
type Cut = { readonly after: number; readonly how: "interrupted" | "killed" } | undefined

/** One run with the journal at this path. */
const runOnce = Effect.fnUntraced(function* (
  plan: Plan,
  accessToken: string,
  path: string,
  manner: Omit<Manner, "journal">,
  cut: Cut
) {
  const { digest, rows, source } = plan
  const homeserver = "http://localhost/"
  const journal = yield* Journal.open({ path, rows, digest, source, homeserver, sender: "@alice:localhost" })
  let isDead = false
  const alive = <A, E>(write: Effect.Effect<A, E>) => Effect.suspend(() => (isDead ? Effect.never : write))
  const mortal: Journal.Journal = {
    ...journal,
    intend: (row) => alive(journal.intend(row)),
    refused: (row, wait) => alive(journal.refused(row, wait)),
    conclude: (row, outcome) => alive(journal.conclude(row, outcome)),
    limits: (learned) => alive(journal.limits(learned))
  }
  const { course, run } = runner(plan, { ...manner, journal: mortal })
  const fiber = yield* Effect.forkDetach(Effect.provide(run, membership(accessToken)))
  if (cut !== undefined) {
    yield* Effect.raceFirst(Effect.sleep(cut.after), Fiber.await(fiber))
    if (cut.how === "interrupted") yield* Fiber.interrupt(fiber)
    isDead = cut.how === "killed"
  }
  if (!isDead) yield* Fiber.await(fiber)
  return course
}, Effect.scoped)

const outcomesOf = ({ ledger }: Course) => Array.from(ledger ?? [], ({ outcome }) => outcome ?? assert.fail())

const histories = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  return yield* Effect.forEach(rooms, (room) => server.memberHistory(room))
})

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
const Cuts = Schema.Array(
  Schema.Struct({
    after: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 4000 })),
    how: Schema.Literals(["interrupted", "killed"])
  })
).check(Schema.isMaxLength(4))

describe("begun again and again", () => {
  it.live.prop(
    "nothing is done twice and nothing is left out, wherever it was cut off",
    {
      moves: Moves,
      seed: Seed,
      rate: Schema.Literals([0, 0.2, 0.4]),
      concurrency: Schema.Literals([1, 3, 8]),
      cuts: Cuts
    },
    ({ concurrency, cuts, moves, rate, seed }) =>
      Effect.gen(function* () {
        const plan = planFor(moves)
        const undisturbed = yield* Effect.gen(function* () {
          const { course, run } = runner(plan, { concurrency })
          yield* Effect.provide(run, membership(yield* settle))
          return { histories: yield* histories, outcomes: outcomesOf(course) }
        }).pipe(Effect.provide(world()))

        const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
        const path = `${folder}/journal.ndjson`
        const server = yield* FakeHomeserver
        const accessToken = yield* settle
        yield* server.faults.random({ rate, seed, among: hazards, match: { method: "POST" } })
        for (const cut of cuts) yield* runOnce(plan, accessToken, path, { concurrency }, cut)
        yield* server.faults.clear
        const outcomes = outcomesOf(yield* runOnce(plan, accessToken, path, { concurrency }, undefined))
        for (let row = 0; row < moves.length; row++) assert.isAtMost(yield* effects(row), 1, `row ${row}`)
        yield* assertTruth(plan, outcomes)
        // where something is not known, whoever comes after it may have met something else
        if (outcomes.some(({ _tag }) => _tag === "unknown")) return
        assert.deepStrictEqual(yield* histories, undisturbed.histories)
      }).pipe(Effect.provide(world())),
    { arbitrary: { runs: Number(process.env["RUNS"] ?? 20) } }
  )
})
