import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { chance, conditions } from "../../benchmark/scheduleRandom.ts"
import { run, workOf } from "../../benchmark/scheduleRun.ts"
import { told } from "../../benchmark/scheduleScenarios.ts"
import type { Act } from "../../benchmark/scheduleServer.ts"
import * as Limits from "../../src/schedule/Limits.ts"
import * as Schedule from "../../src/schedule/Schedule.ts"

const invite = (room: number, target: number): Act => ({ operation: "invite", room, target, actor: 0 })

const made = (acts: ReadonlyArray<Act>, options: Partial<Schedule.Options> = {}) =>
  Schedule.make({ work: workOf(acts), limits: Limits.synapseDefault, now: 0, ...options })

const addAll = (schedule: Schedule.Schedule, acts: ReadonlyArray<Act>) => {
  acts.forEach((_, row) => void schedule.announce(row))
  acts.forEach((_, row) => void schedule.add(row))
}

/** All rows that go at this time, each passed at once. */
const drain = (schedule: Schedule.Schedule, now: number): ReadonlyArray<number> => {
  const rows: Array<number> = []
  for (let row = schedule.next(now); row !== undefined; row = schedule.next(now)) {
    rows.push(row)
    schedule.passed(row, now)
  }
  return rows
}

describe("whatever the server and the plan", () => {
  it.prop(
    "no request comes too early when the limits are told, and the bound is nearly reached",
    { seed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })) },
    ({ seed }) => {
      const chosen = conditions(seed, false, 120)
      const { bound, makespan, refused } = run(chosen, { limits: told(chosen.server) })
      assert.strictEqual(refused, 0)
      assert.isAtMost(makespan, bound * 1.25 + 1000)
    },
    { arbitrary: { runs: 30 } }
  )
  it.prop(
    "latency makes no request too early",
    { seed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })) },
    ({ seed }) => {
      const chosen = conditions(seed, true, 120)
      assert.strictEqual(run(chosen, { limits: told(chosen.server) }).refused, 0)
    },
    { arbitrary: { runs: 20 } }
  )
  it.prop(
    "every row comes out again until it has passed, however often it is refused, and then never",
    { seed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })) },
    ({ seed }) => {
      const random = chance(seed)
      const { acts } = conditions(seed, false, 16)
      const schedule = made(acts, { limits: Limits.learn })
      addAll(schedule, acts)
      const passed = new Set<number>()
      let now = 0
      for (let attempts = 0; passed.size < acts.length; attempts++) {
        assert.isBelow(attempts, 2000, "it goes round in circles")
        const row = schedule.next(now)
        if (row === undefined) {
          const wake = schedule.wakeAt(now)
          assert.isDefined(wake, "rows are left, and nothing brings them on")
          assert.isAtLeast(wake ?? -1, now)
          now = wake ?? now
          continue
        }
        assert.isFalse(passed.has(row))
        // a wait of nothing at all is the worst that a server can say
        if (random() < 0.5) schedule.refused(row, now, random() < 0.5 ? 0 : random() * 5000)
        else {
          schedule.passed(row, now)
          passed.add(row)
        }
      }
      assert.isUndefined(schedule.next(now + 1e12))
      assert.isUndefined(schedule.wakeAt(now))
    },
    { arbitrary: { runs: 10 } }
  )
  it("a server that refuses everything at once is asked ever less often", () => {
    const acts = [invite(0, 1), invite(1, 2)]
    const schedule = made(acts, { limits: Limits.learn })
    addAll(schedule, acts)
    let attempts = 0
    for (let now = 0; now < 600_000; now = schedule.wakeAt(now) ?? Number.POSITIVE_INFINITY) {
      for (let row = schedule.next(now); row !== undefined; row = schedule.next(now)) {
        attempts += 1
        schedule.refused(row, now, 0)
      }
    }
    assert.isAtLeast(attempts, 10)
    assert.isBelow(attempts, 60)
  })
})

describe("under Synapse's limits", () => {
  it("ten invites go at once, and the eleventh when the sender may write again", () => {
    const acts = Array.from({ length: 20 }, (_, n) => invite(n, n + 1))
    const schedule = made(acts)
    addAll(schedule, acts)
    assert.deepStrictEqual(drain(schedule, 0), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    assert.isUndefined(schedule.next(0))
    assert.strictEqual(schedule.wakeAt(0), 5001)
    assert.deepStrictEqual(drain(schedule, 5000), [])
    assert.deepStrictEqual(drain(schedule, 5001), [10])
  })
  it("one invitee's limit holds up nobody else", () => {
    const acts = [...Array.from({ length: 7 }, (_, room) => invite(room, 1)), invite(7, 2), invite(8, 3)]
    const schedule = made(acts)
    addAll(schedule, acts)
    assert.sameMembers([...drain(schedule, 0)], [0, 1, 2, 3, 4, 7, 8])
    assert.deepStrictEqual(
      schedule.waits(0).map(({ key, kind, rows }) => ({ key, kind, rows })),
      [{ kind: "rc_invites.per_user", key: 1, rows: 2 }]
    )
  })
  it("who has most to come goes first, even where their rows are announced only", () => {
    const acts = [invite(0, 2), ...Array.from({ length: 20 }, (_, room) => invite(room, 1))]
    const schedule = made(acts)
    acts.forEach((_, row) => void schedule.announce(row))
    schedule.add(0)
    schedule.add(1)
    assert.strictEqual(schedule.next(0), 1)
  })
  it("a row that was denied has written no event, and has been counted as an invite", () => {
    const acts = Array.from({ length: 12 }, (_, n) => invite(0, n + 1))
    const schedule = made(acts)
    addAll(schedule, acts)
    for (let n = 0; n < 10; n++) {
      const row = schedule.next(0)
      if (row !== undefined) schedule.denied(row, 0)
    }
    assert.isUndefined(schedule.next(0))
    assert.closeTo(schedule.wakeAt(0) ?? 0, 3334, 1)
  })
  it("attempts of an earlier run still count", () => {
    const acts = Array.from({ length: 12 }, (_, n) => invite(n, n + 1))
    const recent = Array.from({ length: 10 }, (_, row) => ({ row, at: 0, result: "passed" as const }))
    const schedule = made(acts, { recent, now: 1000 })
    schedule.add(10)
    assert.isUndefined(schedule.next(1000))
    assert.strictEqual(schedule.wakeAt(1000), 5001)
  })
  it("forgetting waits for nothing", () => {
    const acts = Array.from({ length: 100 }, (_, room): Act => ({ operation: "forget", room, target: 0, actor: 0 }))
    const schedule = made(acts)
    addAll(schedule, acts)
    assert.strictEqual(drain(schedule, 0).length, 100)
  })
})

describe("a row", () => {
  const acts = [invite(0, 1), invite(0, 2)]
  it("does not come before its time", () => {
    const schedule = made(acts)
    schedule.add(0, 5000)
    assert.isUndefined(schedule.next(4999))
    assert.strictEqual(schedule.wakeAt(0), 5000)
    assert.strictEqual(schedule.next(5000), 0)
  })
  it("comes again after a failure that is no limit's", () => {
    const schedule = made(acts)
    schedule.add(0)
    assert.strictEqual(schedule.next(0), 0)
    schedule.again(0, 10, 3000)
    assert.isUndefined(schedule.next(2999))
    assert.strictEqual(schedule.next(3000), 0)
  })
  it("that is finished without being sent is nothing that remains", () => {
    const many = Array.from({ length: 30 }, (_, n) => invite(n, n + 1))
    const schedule = made(many)
    many.forEach((_, row) => void schedule.announce(row))
    assert.strictEqual(schedule.remainingMillis(0), 100_000)
    for (let row = 10; row < 30; row++) schedule.finished(row)
    assert.strictEqual(schedule.remainingMillis(0), 0)
  })
  it("added twice comes once", () => {
    const schedule = made(acts)
    schedule.add(0)
    schedule.add(0)
    assert.deepStrictEqual(drain(schedule, 0), [0])
  })
})

it("requests are as far apart as the greatest rate asks for", () => {
  const acts = [invite(0, 1), invite(1, 2)]
  const schedule = made(acts, { maxRate: 2 })
  addAll(schedule, acts)
  assert.deepStrictEqual(drain(schedule, 0), [0])
  assert.strictEqual(schedule.wakeAt(0), 500)
  assert.deepStrictEqual(drain(schedule, 500), [1])
})

it("with limits unknown, few requests are in the air at first", () => {
  const acts = Array.from({ length: 50 }, (_, n) => invite(n, n + 1))
  const schedule = made(acts, { limits: Limits.learn })
  addAll(schedule, acts)
  assert.isDefined(schedule.next(0))
  assert.isUndefined(schedule.next(0))
  assert.isUndefined(schedule.wakeAt(0))
})

it("ten thousand rooms with a member each take no time to choose from", () => {
  const acts = Array.from({ length: 10_000 }, (_, n) => invite(n, n + 1))
  const { makespan, refused } = run({ acts, server: {} }, { limits: Limits.none })
  assert.deepStrictEqual([makespan, refused], [0, 0])
})

it("of three rooms that all have much to come, none is left to the end", () => {
  const acts = Array.from({ length: 150 }, (_, n) => invite(n % 3, n + 1))
  const server = {
    perRoom: { per_second: 2, burst_count: 5 },
    perInviter: { per_second: 3, burst_count: 10 },
    messages: { per_second: 5, burst_count: 10 }
  }
  const { bound, makespan } = run({ acts, server }, { limits: told(server) })
  assert.isAtMost(makespan / bound, 1.01)
})
