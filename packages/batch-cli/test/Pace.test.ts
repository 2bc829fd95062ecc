import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Outcome from "../src/Outcome.ts"
import * as Pace from "../src/Pace.ts"
import { type Manner, membership, plan, runner } from "./Stage.ts"

describe("a duration", () => {
  it.each([
    ["90s", 90_000],
    ["10m", 600_000],
    ["10min", 600_000],
    ["1h30m", 5_400_000],
    ["1h 30m", 5_400_000],
    ["2D", 172_800_000],
    ["0.5s", 500],
    ["0s", 0]
  ] as const)("may be %s", (text, millis) => {
    assert.strictEqual(Duration.toMillis(Result.getOrThrow(Pace.parseDuration(text))), millis)
  })
  it.each(["", "90", "s", "-1s", "1w", "1.s", "1h-30m", "an hour", "1,5h"])("may not be %j", (text) => {
    assert.isTrue(Result.isFailure(Pace.parseDuration(text)))
  })
})

const world = FakeHomeserver.layerClient.pipe(
  Layer.provideMerge(FakeHomeserver.layer()),
  Layer.provideMerge(Layer.unwrap(Effect.sync(() => VirtualClock.layer())))
)

const carryOut = Effect.fnUntraced(function* (count: number, manner: Manner) {
  const server = yield* FakeHomeserver
  yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost" })
  const { accessToken } = yield* server.register("alice")
  const rows = Array.from({ length: count }, (_, n) => `invite !hall:localhost @guest${n}:localhost`)
  const { course, run } = runner(plan(...rows), manner)
  const stop = yield* Effect.provide(run, membership(accessToken))
  const sent = (yield* server.requests).filter(({ method }) => method === "POST")
  return { counts: course.ledger?.counts ?? Outcome.none, course, sent, stop }
})

const limit = { rc_invites: { per_room: { per_second: 0.1, burst_count: 5 } } }

describe("a run", () => {
  it.live("goes no faster than it may", () =>
    Effect.gen(function* () {
      const { counts, sent } = yield* carryOut(50, { concurrency: 16, maxRate: 5 })
      assert.strictEqual(counts.done, 50)
      for (const [n, { time }] of sent.entries()) assert.isAtLeast(time, (sent[0]?.time ?? 0) + n * 200 - 1)
      assert.isAtMost((sent.at(-1)?.time ?? 0) - (sent[0]?.time ?? 0), 10_000)
    }).pipe(Effect.provide(world))
  )
  it.live("leaves the rest to a later one when its time is up, and says from when on that can do something", () =>
    Effect.gen(function* () {
      const { counts, sent, stop } = yield* carryOut(50, { concurrency: 4, limits: limit, maxDuration: "95 seconds" })
      assert.deepStrictEqual(counts, { ...Outcome.none, done: 14, deferred: 36 })
      assert.isTrue(sent.every(({ time }) => time <= 95_000))
      if (stop?._tag !== "deferred") return assert.fail(`${stop?._tag}`)
      assert.isTrue(stop.until >= 95_000 && stop.until <= 101_000, `${stop.until}`)
      assert.include(stop.because, "--max-duration")
    }).pipe(Effect.provide(world))
  )
  it.live("lets what is in the air at that moment end", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.delayAnswer("10 seconds"))
      const { counts } = yield* carryOut(20, { concurrency: 4, maxDuration: "15 seconds" })
      assert.deepStrictEqual(counts, { ...Outcome.none, done: 8, deferred: 12 })
    }).pipe(Effect.provide(world))
  )
  it.live("that would have to stand still for too long leaves the rest, and does not stand still", () =>
    Effect.gen(function* () {
      const slow = { rc_invites: { per_room: { per_second: 0.001, burst_count: 5 } } }
      const { counts, sent, stop } = yield* carryOut(20, { concurrency: 4, limits: slow, maxWait: "10 minutes" })
      assert.deepStrictEqual(counts, { ...Outcome.none, done: 5, deferred: 15 })
      assert.isBelow(sent.at(-1)?.time ?? 0, 1000)
      if (stop?._tag !== "deferred") return assert.fail(`${stop?._tag}`)
      assert.isTrue(stop.until > 990_000 && stop.until < 1_010_000, `${stop.until}`)
    }).pipe(Effect.provide(world))
  )
  it.live("waits for what is not too long", () =>
    Effect.gen(function* () {
      const { counts, stop } = yield* carryOut(12, { concurrency: 4, limits: limit, maxWait: "11 seconds" })
      assert.isUndefined(stop)
      assert.strictEqual(counts.done, 12)
    }).pipe(Effect.provide(world))
  )
})
