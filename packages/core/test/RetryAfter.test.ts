import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as RetryAfter from "../src/RetryAfter.ts"

const second = 1000
const day = 24 * 60 * 60 * second
/** Our own clock: the 1st of August 2026, noon. */
const now = Date.UTC(2026, 7, 1, 12)

const httpDate = (millis: number) => new Date(millis).toUTCString()

const read = (headers: Record<string, string>, millis?: unknown) => {
  const { retryAfter, source } = RetryAfter.read(headers, millis, now)
  return { millis: retryAfter && Duration.toMillis(retryAfter), source }
}

const none = { millis: undefined, source: "none" } as const

describe("Retry-After", () => {
  it.each([
    ["0", 0],
    ["1", second],
    ["333", 333 * second],
    [" 7 ", 7 * second],
    ["0009", 9 * second],
    ["31536000", 365 * day]
  ])("%j is seconds", (header, millis) => {
    assert.deepStrictEqual(read({ "retry-after": header }), { millis, source: "Retry-After" })
  })

  it.each([["Sat, 01 Aug 2026 12:05:33 GMT"], ["Saturday, 01-Aug-26 12:05:33 GMT"], ["Sat Aug  1 12:05:33 2026"]])(
    "%j is a date, measured against our clock when the answer has no Date",
    (header) => {
      assert.deepStrictEqual(read({ "retry-after": header }), { millis: 333 * second, source: "Retry-After" })
    }
  )

  it.each([
    ["two hours ahead", now + 7200 * second],
    ["two hours behind", now - 7200 * second],
    ["years behind", Date.UTC(1999, 11, 31, 23, 59, 59)]
  ])("as a date is measured against the clock of a server that is %s", (_, theirs) => {
    assert.deepStrictEqual(read({ date: httpDate(theirs), "retry-after": httpDate(theirs + 42 * second) }), {
      millis: 42 * second,
      source: "Retry-After"
    })
  })

  it("in seconds does not care for the Date", () =>
    assert.strictEqual(read({ date: httpDate(0), "retry-after": "5" }).millis, 5 * second))

  it("as a date in the past is no wait, never a negative one", () =>
    assert.deepStrictEqual(read({ "retry-after": httpDate(now - day) }), { millis: 0, source: "Retry-After" }))

  // a lenient reader takes "12" for a year 2001, and the wait is gone
  it.each(["12", "1", "2030", "Aug 2 2026"])("as a date ignores a Date that is not one: %j", (date) => {
    assert.strictEqual(read({ date, "retry-after": httpDate(now + 42 * second) }).millis, 42 * second)
  })

  it.each([
    "",
    "soon",
    "-5",
    "+5",
    "1.5",
    "1e3",
    "0x10",
    "NaN",
    "Infinity",
    "5 s",
    "5, x",
    "Sat, 32 Aug 2026 12:00:00 GMT"
  ])("%j is not a wait", (header) => assert.deepStrictEqual(read({ "retry-after": header }), none))

  it("given twice is as long as the longer one", () =>
    assert.strictEqual(read({ "retry-after": "5, 10" }).millis, 10 * second))

  it.each(["99999999999", "9".repeat(400), "Fri, 01 Jan 9999 00:00:00 GMT"])(
    "%j is absurd, but no leave to come back sooner than in a year",
    (header) => assert.deepStrictEqual(read({ "retry-after": header }), { millis: 366 * day, source: "Retry-After" })
  )
})

describe("retry_after_ms", () => {
  it.each([
    [0, 0],
    [1, 1],
    [333_334, 333_334],
    [0.2, 1],
    [1999.0001, 2000],
    [365 * day, 365 * day]
  ])("%d is milliseconds, a fraction is rounded up", (given, millis) => {
    assert.deepStrictEqual(read({}, given), { millis, source: "retry_after_ms" })
  })

  it.each([-1, -0.001, Number.NaN, Number.NEGATIVE_INFINITY, "5000", true, null, {}, [5000]])(
    "%j is not a wait",
    (given) => assert.deepStrictEqual(read({}, given), none)
  )

  it.each([JSON.parse("1e999"), 1e300, Number.MAX_SAFE_INTEGER, 400 * day])(
    "%d is absurd, but no leave to come back sooner than in a year",
    (given) => assert.deepStrictEqual(read({}, given), { millis: 366 * day, source: "retry_after_ms" })
  )
})

describe("header and body together", () => {
  it("the finer value of the body holds where the header was rounded up from it, and nothing is lost by the header", () => {
    assert.deepStrictEqual(read({ "retry-after": "2" }, 1500), { millis: 2000, source: "Retry-After" })
  })
  it("the body holds where it asks for more", () =>
    assert.deepStrictEqual(read({ "retry-after": "1" }, 1500), { millis: 1500, source: "retry_after_ms" }))
  it("the one that makes sense holds", () => {
    assert.deepStrictEqual(read({ "retry-after": "-3" }, 1500), { millis: 1500, source: "retry_after_ms" })
    assert.deepStrictEqual(read({ "retry-after": "3" }, -1500), { millis: 3000, source: "Retry-After" })
  })
  it("neither is no wait of the server's", () => assert.deepStrictEqual(read({}), none))
})

it.prop(
  "never less than either asks, and never more than the longer one",
  {
    header: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100_000 })),
    body: Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1e8 }))
  },
  ({ body, header }) => {
    const { millis = -1 } = read({ "retry-after": String(header) }, body)
    assert.isAtLeast(millis, header * second)
    assert.isAtLeast(millis, body)
    assert.isAtMost(millis, Math.max(header * second, Math.ceil(body)))
  }
)

it.prop(
  "is a sane wait or none, whatever the server writes",
  {
    header: Arbitrary.map(Arbitrary.schema(Schema.Union([Schema.String, Schema.Number])), String),
    date: Arbitrary.schema(Schema.String),
    body: Arbitrary.schema(Schema.Union([Schema.Number, Schema.String, Schema.Null]))
  },
  ({ body, date, header }) => {
    const { retryAfter, source } = RetryAfter.read({ date, "retry-after": header }, body, now)
    assert.strictEqual(retryAfter === undefined, source === "none")
    if (retryAfter === undefined) return
    const millis = Duration.toMillis(retryAfter)
    assert.isTrue(Number.isFinite(millis) && millis >= 0 && millis <= 366 * day, String(millis))
  }
)
