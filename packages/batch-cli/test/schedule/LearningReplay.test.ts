import { assert, describe, it } from "@effect/vitest"
import * as Log from "../../src/schedule/LearningLog.ts"
import * as Replay from "../../src/schedule/LearningReplay.ts"
import { kinds } from "../../src/schedule/LimiterKind.ts"

const messages = kinds.indexOf("rc_message")
const rooms = kinds.indexOf("rc_invites.per_room")

/** Bucket 0 is a room's, bucket 1 the sender's. */
const kindOf = (bucket: number) => (bucket === 0 ? rooms : messages)

type Told = readonly [at: number, wait?: number]

const replayOf = (buckets: ReadonlyArray<number>, told: ReadonlyArray<Told>) => {
  const log = Log.make()
  told.forEach(([at, wait], row) => {
    const attempt = log.sent(row, buckets, at)
    attempt.answered = at
    attempt.result = wait === undefined ? "passed" : "refused"
    if (wait === undefined) log.passed(attempt, at)
    else log.refused(attempt, wait)
  })
  return Replay.make(log.all(), kindOf, log.latency())
}

const nothing: Replay.Model = kinds.map(() => undefined)
const supposing = (kind: number, period: number, burst: number) => nothing.with(kind, { period, burst })

/** Two at once, then one every five seconds. */
const story: ReadonlyArray<Told> = [[0], [0], [1, 4999], [5001], [5002, 4998], [10_001]]

describe("a replay", () => {
  it("finds nothing amiss with the settings that the server has", () => {
    const { cost, explained } = replayOf([1], story).run(supposing(messages, 5000, 2))
    assert.isBelow(cost, 0.1)
    assert.deepStrictEqual([...explained], [-1, -1, 0, -1, 0, -1])
  })
  it("counts each refusal that nothing explains", () => {
    const { cost, explained } = replayOf([1], story).run(nothing)
    assert.strictEqual(cost, 2)
    assert.isTrue(explained.every((place) => place === -1))
  })
  it("counts what passed although there was no room for it, and more than a refusal", () => {
    const { cost } = replayOf([1], [[0], [0], [0]]).run(supposing(messages, 5000, 1))
    assert.isAbove(cost, 2)
  })
  it("explains no refusal by a wait that ends at another time", () => {
    assert.isAtLeast(replayOf([1], story).run(supposing(messages, 7000, 2)).cost, 2)
  })
  it("names the bucket that refused by its place", () => {
    assert.strictEqual(replayOf([0, 1], story).run(supposing(rooms, 5000, 2)).explained[2], 0)
    assert.strictEqual(replayOf([0, 1], story).run(supposing(messages, 5000, 2)).explained[2], 1)
  })
  it("gives up as soon as it is worse than was asked for", () => {
    assert.strictEqual(replayOf([1], story).run(nothing, 0.5).cost, Number.POSITIVE_INFINITY)
  })
  it("says how many acts are still counted at the end", () => {
    const { left } = replayOf([1], [[0], [0], [0]]).run(supposing(messages, 1000, 5))
    assert.closeTo(left(1, 500), 2.5, 1e-9)
    assert.strictEqual(left(1, 4000), 0)
  })
  it("takes a wait in whole seconds for what may be up to a second less", () => {
    // the wait is half a second really, and the server rounds it up
    const rounded: ReadonlyArray<Told> = [[0], [0], [4500, 1000], [5501]]
    assert.isBelow(replayOf([1], rounded).run(supposing(messages, 5000, 2)).cost, 0.5)
    const exact: ReadonlyArray<Told> = [[0], [0], [1, 4999], [5001], [9500, 1500], [11_001]]
    assert.isAtLeast(replayOf([1], exact).run(supposing(messages, 5000, 2)).cost, 1)
  })
})
