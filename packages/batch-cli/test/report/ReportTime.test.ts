import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Time from "../../src/report/ReportTime.ts"

const minute = 60_000
const hour = 60 * minute

it.each([
  [0, "0.0 s"],
  [2500, "2.5 s"],
  [9949, "9.9 s"],
  [9950, "10 s"],
  [59_499, "59 s"],
  [59_500, "1 min"],
  [4 * minute + 12_000, "4 min 12 s"],
  [9 * minute + 59_600, "10 min"],
  [25 * minute + 31_000, "26 min"],
  [59 * minute + 45_000, "1 h"],
  [hour + 50 * minute, "1 h 50 min"],
  [23 * hour + 59 * minute + 40_000, "1 d"],
  [76 * hour, "3 d 4 h"]
])("%i ms are %s", (millis, said) => assert.strictEqual(Time.duration(millis), said))

it.prop(
  "a duration never has sixty of anything, nor more than two units",
  { millis: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000 * hour })) },
  ({ millis }) => {
    assert.match(
      Time.duration(millis),
      /^(?:\d\.\d s|[1-5]?\d s|[1-5]?\d min(?: [1-5]?\d s)?|(?:1?\d|2[0-3]) h(?: [1-5]?\d min)?|\d+ d(?: (?:1?\d|2[0-3]) h)?)$/u
    )
  }
)

describe("a moment", () => {
  const now = Date.UTC(2026, 10, 22, 21, 40)
  it("is a time of day on the same day, and has its date on another", () => {
    assert.strictEqual(Time.moment(now + hour, now, "UTC"), "22:40")
    assert.strictEqual(Time.moment(now + 3 * hour, now, "UTC"), "2026-11-23 00:40")
    assert.strictEqual(Time.moment(now - 24 * hour, now, "UTC"), "2026-11-21 21:40")
  })
  it("is told in the zone of whoever reads it", () => {
    assert.strictEqual(Time.moment(now, now, "Asia/Kolkata"), "03:10")
    assert.strictEqual(Time.date(now, "Asia/Kolkata"), "2026-11-23 03:10")
    assert.strictEqual(Time.iso(now), "2026-11-22T21:40:00.000Z")
  })
})
