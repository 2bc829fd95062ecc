import { assert, describe, it } from "@effect/vitest"
import { run } from "../../benchmark/scheduleRun.ts"
import { type Act, type Limits as ServerLimits, synapse } from "../../benchmark/scheduleServer.ts"
import { roundest } from "../../src/schedule/LearningGuess.ts"
import * as Limits from "../../src/schedule/Limits.ts"

const range = (size: number) => Array.from({ length: size }, (_, n) => n)
const invite = (room: number, target: number): Act => ({ operation: "invite", room, target, actor: 0 })
const learned = (acts: ReadonlyArray<Act>, server: ServerLimits) => run({ acts, server }, { limits: Limits.learn })

describe("from refusals alone", () => {
  it("a limit that nobody has by default is found to the digit", () => {
    const course = learned(
      range(400).map((n): Act => ({ operation: "kick", room: 0, target: n + 1, actor: 0 })),
      { messages: { per_second: 0.7, burst_count: 23 } }
    )
    assert.deepStrictEqual(course.learned.rc_message, { per_second: 0.7, burst_count: 23 })
    assert.isAtMost(course.refused, 6)
    assert.isAtMost(course.makespan / course.bound, 1.01)
  })
  it("a room's limit is told from the sender's, and holds up no other room", () => {
    const course = learned(
      range(600).map((n) => invite(n % 12, n + 1)),
      { perRoom: { per_second: 0.1, burst_count: 7 } }
    )
    assert.deepStrictEqual(course.learned.rc_invites, { per_room: { per_second: 0.1, burst_count: 7 } })
    assert.isAtMost(course.makespan / course.bound, 1.02)
  })
  it("an invitee's limit is told from the room's", () => {
    const course = learned(
      [...range(300).map((n) => invite(n % 40, n + 2)), ...range(40).map((room) => invite(room, 1))],
      { perInvitee: { per_second: 0.01, burst_count: 3 } }
    )
    assert.deepStrictEqual(course.learned.rc_invites?.per_user, { per_second: 0.01, burst_count: 3 })
    assert.isAtMost(course.makespan / course.bound, 1.02)
  })
  it("Dendrite's slots are known for what they are", () => {
    const course = learned(
      range(300).map((n) => invite(n % 3, n + 1)),
      { slots: { threshold: 5, cooloff_ms: 500 } }
    )
    assert.deepStrictEqual(course.learned.slots, { threshold: 5, cooloff_ms: 500 })
    assert.isAtMost(course.refused, 6)
  })
  it("a server without limits is thought to have none", () => {
    const course = learned(
      range(500).map((n) => invite(n % 3, n + 1)),
      {}
    )
    assert.deepStrictEqual([course.refused, course.makespan], [0, 0])
  })
})

describe("in a plan of twenty rows", () => {
  it("Synapse's limits cost few refusals and no time", () => {
    const course = learned(
      range(20).map((n) => invite(n % 4, n + 1)),
      synapse
    )
    assert.isAtMost(course.refused, 7)
    assert.isAtMost(course.makespan / course.bound, 1.1)
  })
})

it("limits that were told wrong are corrected", () => {
  const acts = range(600).map((n): Act => ({ operation: "kick", room: 0, target: n + 1, actor: 0 }))
  const course = run(
    { acts, server: { messages: { per_second: 0.05, burst_count: 4 } } },
    { limits: Limits.synapseDefault }
  )
  assert.isAtMost(course.refused / course.sent, 0.02)
  assert.isAtMost(course.makespan / course.bound, 1.05)
})

it("somebody else who uses the account now and then spoils nothing", () => {
  const acts = range(600).map((n): Act => ({ operation: "kick", room: 0, target: n + 1, actor: 0 }))
  const others = range(30).map((n) => ({
    at: 60_000 + n * 90_000,
    act: { operation: "kick", room: 9, target: 9999, actor: 0 } as const
  }))
  const course = run({ acts, others, server: synapse }, { limits: Limits.learn })
  assert.isAtMost(course.makespan / course.bound, 1.1)
  assert.isAtMost(course.refused / course.sent, 0.1)
})

describe("the roundest period in a range", () => {
  it("is a round rate or a round time", () => {
    assert.strictEqual(roundest(4900, 5060), 5000)
    assert.closeTo(roundest(333_000, 334_000), 1000 / 0.003, 1e-6)
    assert.closeTo(roundest(1425, 1432), 1000 / 0.7, 1e-6)
  })
  it("is nearly the slowest where none is round", () => {
    assert.closeTo(roundest(1234.5671, 1234.5672), 1234.56719, 1e-5)
  })
})
