/** What holds for any plan, whatever befalls its requests and whenever it is interrupted. */
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Scheduler from "effect/Scheduler"
import * as Schema from "effect/Schema"
import type { Plan } from "../../src/plan/Plan.ts"
import { type Manner, membership, runner } from "../Stage.ts"
import { assertTruth, hazards, Moves, planFor, settle } from "./Hazard.ts"

interface Watch {
  most: number
  underWay: number
  /** When the last request left. */
  last: number
}

const watched = (watch: Watch) =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) =>
      HttpClient.transform(client, (exchange, request) => {
        if (request.method !== "POST") return exchange
        const begin = Effect.map(Clock.currentTimeMillis, (now) => {
          watch.underWay += 1
          watch.most = Math.max(watch.most, watch.underWay)
          watch.last = now
        })
        const end = Effect.sync(() => {
          watch.underWay -= 1
        })
        return Effect.ensuring(Effect.andThen(begin, exchange), end)
      })
    )
  ).pipe(Layer.provide(FakeHomeserver.layerClient))

/** A run that is interrupted after so many milliseconds, if it still goes on then. */
const carryOut = Effect.fnUntraced(function* (
  plan: Plan,
  accessToken: string,
  manner: Manner,
  { after, maxOps }: { readonly after?: number; readonly maxOps: number }
) {
  const watch: Watch = { most: 0, underWay: 0, last: 0 }
  const { course, run } = runner(plan, manner)
  const fiber = yield* run.pipe(
    Effect.provideService(Scheduler.MaxOpsBeforeYield, maxOps),
    Effect.provide(Layer.provide(membership(accessToken), watched(watch))),
    Effect.forkChild
  )
  if (after !== undefined) {
    yield* Effect.raceFirst(Effect.sleep(after), Fiber.await(fiber))
    const at = yield* Clock.currentTimeMillis
    yield* Fiber.interrupt(fiber)
    assert.isAtMost(watch.last, at, "something was sent after the interrupt")
  }
  yield* Fiber.await(fiber)
  const begun = course.ledger !== undefined
  return { begun, course, watch }
})

const world = () =>
  FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer()), Layer.provideMerge(VirtualClock.layer()))

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
const Rate = Schema.Literals([0, 0.1, 0.4, 0.8])
const Concurrency = Schema.Literals([1, 2, 8])
const MaxOps = Schema.Literals([8, 17, 2048])
const After = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8000 }))

describe("for any plan and any faults", () => {
  it.live.prop(
    "every row has one outcome, which is the truth, whenever the run is interrupted",
    {
      moves: Moves,
      seed: Seed,
      rate: Rate,
      concurrency: Concurrency,
      maxOps: MaxOps,
      after: After,
      cut: Schema.Boolean
    },
    ({ after, concurrency, cut, maxOps, moves, rate, seed }) =>
      Effect.gen(function* () {
        const server = yield* FakeHomeserver
        const accessToken = yield* settle
        yield* server.faults.random({ rate, seed, among: hazards, match: { method: "POST" } })
        const plan = planFor(moves)
        const { begun, course, watch } = yield* carryOut(
          plan,
          accessToken,
          { concurrency },
          { maxOps, ...(cut ? { after } : {}) }
        )
        assert.isAtMost(watch.most, concurrency)
        if (!begun) return assert.isTrue(cut)
        const outcomes = course.reports.toSorted((one, other) => one.row - other.row)
        assert.deepStrictEqual(
          outcomes.map(({ row }) => row),
          moves.map((_, row) => row)
        )
        yield* assertTruth(
          plan,
          outcomes.map(({ outcome }) => outcome)
        )
        for (const { outcome, row } of outcomes) {
          const { as = "@alice:localhost", operation, user } = plan.rows.at(row)
          // who is outside cannot see whether they knock, or have lifted their own ban
          if (cut || rate > 0.5 || operation === "knock" || user === as) continue
          assert.notStrictEqual(outcome._tag, "unknown", `row ${row}: ${JSON.stringify(outcome)}`)
        }
      }).pipe(Effect.provide(world())),
    { arbitrary: { runs: Number(process.env["RUNS"] ?? 50) } }
  )
})
