import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Outcome from "../../src/Outcome.ts"
import * as Timeline from "../../src/report/ReportTimeline.ts"
import { account, forbidden, start, type Told } from "./ReportStage.ts"

const minute = 60_000
const make = (told: ReadonlyArray<Told>, span: number) => Timeline.make(account(told).ledger, start, start + span)

describe("the bars", () => {
  it("are minutes in a run of an hour, and hold the rows that ended in them", () => {
    const { bars, millis } = make(
      [
        { at: 10, outcome: Outcome.done },
        { at: minute - 1, outcome: forbidden("no") },
        { at: minute, outcome: Outcome.unchanged("so") },
        { at: 60 * minute, outcome: Outcome.unknown("lost") }
      ],
      60 * minute
    )
    assert.strictEqual(millis, minute)
    assert.strictEqual(bars.length, 61)
    assert.deepStrictEqual(bars[0], { from: start, counts: { done: 1, unchanged: 0, unknown: 0, failed: 1 } })
    assert.deepStrictEqual(bars[1]?.counts, { done: 0, unchanged: 1, unknown: 0, failed: 0 })
    assert.deepStrictEqual(bars[60]?.counts, { done: 0, unchanged: 0, unknown: 1, failed: 0 })
  })
  it("leave out what ended in earlier runs and what was never attempted", () => {
    const { bars } = make(
      [
        { earlier: true, outcome: Outcome.done },
        { outcome: Outcome.notAttempted("over") },
        {},
        { outcome: Outcome.deferred(0, "x") }
      ],
      1000
    )
    assert.isTrue(bars.every(({ counts }) => Object.values(counts).every((count) => count === 0)))
  })
  it.prop(
    "are neither too few nor too many, and none of the rows is lost",
    { span: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 400 * 24 * 60 * minute })) },
    ({ span }) => {
      const { bars, millis } = make(
        [
          { at: 0, outcome: Outcome.done },
          { at: span, outcome: Outcome.done }
        ],
        span
      )
      assert.isBelow(bars.length, 100)
      if (span > 12 * minute) assert.isAbove(bars.length, 8)
      assert.strictEqual(
        bars.reduce((sum, { counts }) => sum + counts.done, 0),
        2
      )
      assert.strictEqual((bars[1]?.from ?? start + millis) - (bars[0]?.from ?? start), millis)
    }
  )
})

describe("the chart", () => {
  it("is told in words and as a table, too", () => {
    const { text } = Timeline.svg(
      make(
        [
          { at: 0, outcome: Outcome.done },
          { at: 60_000, outcome: forbidden("no") }
        ],
        20 * minute
      ),
      "UTC"
    )
    assert.include(text, 'role="img" aria-labelledby="timeline-title timeline-text"')
    assert.include(text, "2 rows ended between 10:00 and 10:21; the most in one bar are 1, at 10:00.")
    assert.include(
      text,
      '<tr><td>10:01</td><td class="n">0</td><td class="n">0</td><td class="n">0</td><td class="n">1</td></tr>'
    )
    assert.include(text, "<title>10:01: 1 failed</title>")
  })
  it("has bars whose heights are to scale", () => {
    const rows = [
      ...Array.from({ length: 30 }, () => ({ at: 0, outcome: Outcome.done })),
      ...Array.from({ length: 15 }, () => ({ at: minute, outcome: Outcome.done }))
    ]
    const { text } = Timeline.svg(make(rows, 20 * minute), "UTC")
    const heights = [...text.matchAll(/<rect [^>]*height="([\d.]+)"/gu)].map(([, height]) => Number(height))
    assert.strictEqual(heights.length, 2)
    assert.closeTo((heights[0] ?? 0) / (heights[1] ?? 1), 2, 0.01)
  })
  it("is left out when nothing ended, and when all did at once", () => {
    assert.strictEqual(Timeline.svg(make([{}], 5000), "UTC").text, "")
    assert.strictEqual(Timeline.svg(make([{ outcome: Outcome.done }], 500), "UTC").text, "")
  })
})
