import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, RateLimits, VirtualClock } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Outcome from "../../src/Outcome.ts"
import { type Manner, membership, plan, runner } from "../Stage.ts"

const hall = { creator: "alice", roomId: "!hall:localhost" } as const
const guests = (count: number) =>
  Array.from({ length: count }, (_, index) => `invite !hall:localhost @guest${index}:localhost`)

/** Applied as the tool does it, on a clock that passes by itself. */
const carryOut = Effect.fnUntraced(function* (rows: ReadonlyArray<string>, manner: Manner) {
  const server = yield* FakeHomeserver
  const { accessToken } = yield* server.register("alice")
  const { course, run } = runner(plan(...rows), manner)
  const stop = yield* Effect.provide(run, membership(accessToken))
  return { counts: course.ledger?.counts, stop, server }
})

const on = (limits: RateLimits.RateLimits) =>
  Effect.provide(
    FakeHomeserver.layerClient.pipe(
      Layer.provideMerge(FakeHomeserver.layer({ limits })),
      Layer.provideMerge(VirtualClock.layer())
    )
  )

describe("under Synapse's default limits", () => {
  it.live.each([1, 8, 64])("all of a hundred rows are done, with %d at a time", (concurrency) =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      const { counts } = yield* carryOut(guests(100), { concurrency, learn: true })
      assert.deepStrictEqual(counts, { ...Outcome.none, done: 100 })
    }).pipe(on(RateLimits.synapseDefaults))
  )
})

describe("a proxy that gives up one request", () => {
  it.live("ends that row and no other", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      yield* server.faults.every(
        { path: "/rooms/{roomId}/invite", where: ({ body }) => JSON.stringify(body)?.includes("guest1:") === true },
        Faults.html502
      )
      const { counts, stop } = yield* carryOut(guests(5), {})
      assert.isUndefined(stop)
      assert.deepStrictEqual(counts, { ...Outcome.none, done: 4, unknown: 1 })
    }).pipe(on(RateLimits.unlimited))
  )
})

describe("a room the sender has left", () => {
  it.live("is not believed to be as it was then", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom({ ...hall, members: { guest0: "join" } })
      const { counts } = yield* carryOut(["leave !hall:localhost", ...guests(1)], {})
      assert.deepStrictEqual(counts, { ...Outcome.none, done: 1, unchanged: 1 })
      // the roster knew guest0 before Alice left; a new run knows that she is not in the room, and asks for nothing
      const again = yield* carryOut(guests(1), {})
      assert.deepStrictEqual(again.counts, { ...Outcome.none, notAttempted: 1 })
    }).pipe(on(RateLimits.unlimited))
  )
})
