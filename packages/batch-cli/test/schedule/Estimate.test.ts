import { assert, it } from "@effect/vitest"
import { workOf } from "../../benchmark/scheduleRun.ts"
import { scenarios, told } from "../../benchmark/scheduleScenarios.ts"
import type { Act } from "../../benchmark/scheduleServer.ts"
import * as Estimate from "../../src/schedule/Estimate.ts"
import * as Limits from "../../src/schedule/Limits.ts"

const unordered = { isReady: () => true, finish: () => [] }
const invites = (count: number): ReadonlyArray<Act> =>
  Array.from({ length: count }, (_, n) => ({ operation: "invite", room: 0, target: n + 1, actor: -1 }))

it("a thousand invitations by one sender take as long as Synapse lets them write", () => {
  const options = { work: workOf(invites(1000)), limits: Limits.synapseDefault }
  assert.deepStrictEqual(Estimate.bound(options), { millis: 4_950_000, kind: "rc_message", key: -1 })
  assert.closeTo(Estimate.makespan({ ...options, order: unordered }), 4_950_000, 10)
})

it("rows that need no request take no time", () => {
  const options = { work: workOf(invites(1000)), limits: Limits.synapseDefault, skip: (row: number) => row >= 10 }
  assert.strictEqual(Estimate.bound(options).millis, 0)
  assert.strictEqual(Estimate.makespan({ ...options, order: unordered }), 0)
})

it("a row that waits for another one waits for it to be done, and for one that needs no request it does not", () => {
  const work = workOf(invites(2))
  const order = { isReady: (row: number) => row === 0, finish: (row: number) => (row === 0 ? [1] : []) }
  const limits = { rc_message: { per_second: 1, burst_count: 1 } }
  assert.closeTo(Estimate.makespan({ work, limits, order }), 1000, 2)
  assert.strictEqual(Estimate.makespan({ work, limits, order, skip: (row) => row === 0 }), 0)
})

it("no limits, no time; with a greatest rate, what it asks for", () => {
  const work = workOf(invites(11))
  assert.strictEqual(Estimate.bound({ work, limits: Limits.none }).millis, 0)
  assert.strictEqual(Estimate.bound({ work, limits: Limits.none, maxRate: 2 }).millis, 5000)
  assert.strictEqual(Estimate.makespan({ work, limits: Limits.none, maxRate: 2, order: unordered }), 5000)
})

it("in every scenario the estimate is within 2 % of the bound", () => {
  for (const { acts, server } of scenarios) {
    const options = { work: workOf(acts), limits: told(server) }
    const makespan = Estimate.makespan({ ...options, order: unordered })
    const { millis } = Estimate.bound(options)
    assert.isAtLeast(makespan, millis)
    assert.isAtMost(makespan, millis * 1.02)
  }
})
