import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { chance } from "../../benchmark/scheduleRandom.ts"
import * as Server from "../../benchmark/scheduleServer.ts"
import * as Kind from "../../src/schedule/LimiterKind.ts"
import * as Limits from "../../src/schedule/Limits.ts"
import * as Mirror from "../../src/schedule/Mirror.ts"

const kick: Kind.Charged = { operation: "kick", room: 0, actor: -1, target: 1, thirdParty: false }
const messages = Kind.kinds.indexOf("rc_message")
const slots = Kind.kinds.indexOf("slots")

const made = (limits: Limits.Limits) =>
  Mirror.make(
    { rooms: 2, people: 3 },
    Limits.toList(Limits.over(Limits.none, limits)).map((known) => Mirror.toPace(known, null))
  )

/** The owner's bucket of events, with so many a second and at once. */
const bucketful = (per_second: number, burst_count: number) => {
  const mirror = made({ rc_message: { per_second, burst_count } })
  return { mirror, bucket: mirror.bucket(messages, kick) }
}

describe("a bucket", () => {
  it("lets a burst through at once, and then one every period", () => {
    const { bucket, mirror } = bucketful(0.5, 3)
    for (let n = 0; n < 3; n++) {
      assert.isAtMost(mirror.freeAt(bucket), 100)
      mirror.count(bucket, 100)
    }
    assert.closeTo(mirror.freeAt(bucket), 2100, 2)
    mirror.count(bucket, 2101)
    assert.closeTo(mirror.freeAt(bucket), 4100, 2)
  })
  it("counts what is in the air, and waits for an answer where that fills it", () => {
    const { bucket, mirror } = bucketful(1, 2)
    mirror.send(bucket, 0)
    mirror.send(bucket, 0)
    assert.strictEqual(mirror.freeAt(bucket), Number.POSITIVE_INFINITY)
    mirror.settle(bucket, 500, true)
    mirror.settle(bucket, 600, false)
    assert.isAtMost(mirror.freeAt(bucket), 600)
  })
  it("is full until the wait is over when somebody else has filled it", () => {
    const { bucket, mirror } = bucketful(1, 2)
    mirror.atLeast(bucket, 9000)
    assert.closeTo(mirror.freeAt(bucket), 8000, 2)
  })
  it("that is held lets nothing through, whether there is room or not, but a probe", () => {
    const { bucket, mirror } = bucketful(1, 2)
    mirror.hold(bucket, 7000)
    assert.strictEqual(mirror.freeAt(bucket), 7000)
    mirror.probe(bucket)
    assert.isBelow(mirror.freeAt(bucket), 0)
    mirror.send(bucket, 1000)
    assert.strictEqual(mirror.earliness(bucket, 1000), 6000)
    assert.strictEqual(mirror.earliness(bucket, 1001), 0)
    mirror.clear(bucket)
    assert.isBelow(mirror.freeAt(bucket), 7000)
  })
  it("without a limit holds nobody up", () => {
    const mirror = made({})
    const bucket = mirror.bucket(messages, kick)
    for (let n = 0; n < 100; n++) mirror.count(bucket, 0)
    assert.isAtMost(mirror.freeAt(bucket), 0)
  })
  it("says when the last of the expected rows can pass", () => {
    const { bucket, mirror } = bucketful(0.1, 5)
    mirror.expect(bucket, 25)
    assert.strictEqual(mirror.finish(bucket, 1000), 1000 + 20 * 10_000)
    mirror.expect(bucket, -21)
    assert.isAtMost(mirror.finish(bucket, 1000), 1000)
  })
})

it("slots are free again when their time is over, each for itself", () => {
  const mirror = made({ slots: { threshold: 2, cooloff_ms: 500 } })
  const bucket = mirror.bucket(slots, { ...kick, operation: "leave" })
  mirror.count(bucket, 0)
  assert.isAtMost(mirror.freeAt(bucket), 0)
  mirror.count(bucket, 200)
  assert.closeTo(mirror.freeAt(bucket), 500, 2)
})

it("rows with one key have one bucket, and others have another", () => {
  const mirror = made({})
  assert.strictEqual(mirror.bucket(messages, kick), mirror.bucket(messages, { ...kick, room: 1, target: 2 }))
  assert.notStrictEqual(mirror.bucket(messages, kick), mirror.bucket(messages, { ...kick, actor: 1 }))
})

it.prop(
  "what waits for the mirror is never refused by the server, whatever the latency",
  { seed: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })) },
  ({ seed }) => {
    const random = chance(seed)
    const limit = { per_second: 0.01 * 1000 ** random(), burst_count: 1 + Math.floor(20 * random()) }
    const { bucket, mirror } = bucketful(limit.per_second, limit.burst_count)
    const server = Server.make({ messages: limit })
    let now = 0
    for (let n = 0; n < 60; n++) {
      now = Math.ceil(Math.max(now + (random() < 0.2 ? 20_000 * random() : 0), mirror.freeAt(bucket)))
      mirror.send(bucket, now)
      const arrival = now + Math.floor(200 * random())
      assert.isUndefined(server.receive({ operation: "kick", room: 0, target: 1, actor: 0 }, arrival))
      now = arrival + Math.floor(200 * random())
      mirror.settle(bucket, now, true)
    }
  }
)
