import { assert, describe, it } from "@effect/vitest"
import * as Guard from "../../src/schedule/ScheduleGuard.ts"

/** Refusals until it is time to learn anew. */
const untilRestart = (guard: Guard.Guard): number => {
  for (let count = 1; count < 1000; count++) if (guard.refused(4000)) return count
  return Number.POSITIVE_INFINITY
}

describe("refusals", () => {
  it("are no reason to worry as long as they are what learning costs", () => {
    const guard = Guard.make()
    for (let n = 0; n < 1000; n++) {
      guard.passed()
      if (n % 50 === 0) assert.isFalse(guard.refused(4000))
    }
    assert.deepStrictEqual([guard.isUp(), guard.spacing()], [false, 0])
  })
  it("lead to learning anew when they are too many, and only then again to more space", () => {
    const guard = Guard.make()
    assert.isBelow(untilRestart(guard), 100)
    assert.deepStrictEqual([guard.isUp(), guard.spacing()], [false, 0])
    assert.isBelow(untilRestart(guard), 100)
    assert.isTrue(guard.isUp())
    guard.refused(4000)
    assert.isAbove(guard.spacing(), 0)
  })
})

describe("the space between requests", () => {
  const wary = () => {
    const guard = Guard.make()
    untilRestart(guard)
    untilRestart(guard)
    return guard
  }
  it("is never wider than the wait that the server asks for", () => {
    const guard = wary()
    for (let n = 0; n < 100; n++) guard.refused(4000)
    assert.strictEqual(guard.spacing(), 4000)
  })
  it("is gone after enough requests that have passed", () => {
    const guard = wary()
    for (let n = 0; n < 100; n++) guard.refused(4000)
    for (let n = 0; n < 400; n++) guard.passed()
    assert.strictEqual(guard.spacing(), 0)
  })
  it("leaves few requests refused by a server that lets one through every second, whatever else it counts", () => {
    const guard = wary()
    let [refused, sent, free] = [0, 0, 0]
    for (let now = 0; sent < 2000; now += Math.max(20, guard.spacing())) {
      sent += 1
      if (now < free) {
        refused += 1
        guard.refused(free - now)
      } else {
        free = now + 1000
        guard.passed()
      }
    }
    assert.isBelow(refused / sent, 0.1)
  })
})
