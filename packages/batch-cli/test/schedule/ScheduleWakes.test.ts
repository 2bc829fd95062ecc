import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Wakes from "../../src/schedule/ScheduleWakes.ts"

const instants = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1000 })))

describe("wakes", () => {
  it.prop("come in the order of their instants, each bucket at its earliest", { instants }, ({ instants }) => {
    const wakes = Wakes.make()
    const earliest = new Map<number, number>()
    instants.forEach((at, n) => {
      const bucket = n % 7
      wakes.add(bucket, at)
      earliest.set(bucket, Math.min(earliest.get(bucket) ?? Number.POSITIVE_INFINITY, at))
    })
    const taken: Array<number> = []
    for (let bucket = wakes.take(1000); bucket !== undefined; bucket = wakes.take(1000)) taken.push(bucket)
    assert.sameMembers(taken, [...earliest.keys()])
    const times = taken.map((bucket) => earliest.get(bucket) ?? -1)
    assert.deepStrictEqual(
      times,
      times.toSorted((one, other) => one - other)
    )
  })
  it("are not given out before their time", () => {
    const wakes = Wakes.make()
    wakes.add(3, 50)
    assert.isUndefined(wakes.take(49))
    assert.strictEqual(wakes.first(), 50)
    assert.strictEqual(wakes.take(50), 3)
    assert.isUndefined(wakes.first())
  })
  it("that never come are not kept", () => {
    const wakes = Wakes.make()
    wakes.add(1, Number.POSITIVE_INFINITY)
    assert.isUndefined(wakes.first())
  })
  it("can be asked for again once they have been given out", () => {
    const wakes = Wakes.make()
    wakes.add(1, 10)
    assert.strictEqual(wakes.take(10), 1)
    wakes.add(1, 20)
    assert.strictEqual(wakes.take(20), 1)
  })
})
