import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Outcome from "../../src/Outcome.ts"
import * as ProgressLine from "../../src/report/ProgressLine.ts"
import * as Width from "../../src/report/ProgressWidth.ts"

const now = Date.UTC(2026, 10, 22, 19, 50)
const minute = 60_000

const state = (
  counts: Partial<Outcome.Counts>,
  total: number,
  rest: Partial<ProgressLine.State> = {}
): ProgressLine.State => ({
  counts: { ...Outcome.none, ...counts },
  earlier: 0,
  total,
  rate: 0,
  waits: [],
  remainingMillis: 0,
  isAssumed: false,
  ...rest
})

const plain = (of: ProgressLine.State) => ProgressLine.plain(of, now, "UTC")
const live = (of: ProgressLine.State, columns: number, colours = false) =>
  ProgressLine.live(of, now, { columns, colours, zone: "UTC" })

/** A run that has something of everything. */
const busy = state({ done: 5120, unchanged: 8, failed: 2 }, 10_000, {
  rate: 0.7,
  waits: [
    { kind: "rc_message", until: now + 5000, rows: 3 },
    { kind: "rc_invites.per_user", until: now + 4 * minute + 11_200, rows: 100 },
    { kind: "rc_invites.per_user", until: now + 9 * minute, rows: 15 },
    { kind: "rc_invites.per_user", until: now + 6 * minute, rows: 5 }
  ],
  remainingMillis: 110 * minute
})

describe("the line", () => {
  it("says how far the run is, how it went and how fast", () => {
    assert.strictEqual(
      plain(state({ done: 120, unchanged: 8 }, 240, { rate: 64 })),
      "128/240 (53 %)  120 done, 8 unchanged  64.0 rows/s"
    )
  })
  it("says what rows wait for, how many, for how long, and when all will be done", () => {
    assert.strictEqual(
      plain(busy),
      "5130/10000 (51 %)  5120 done, 8 unchanged, 2 failed  42.0 rows/min  waiting 4 min 12 s for rc_invites.per_user of 3 people, 120 rows behind it  about 1 h 50 min left, until 21:40"
    )
  })
  it("does not take rows for progress that will not be attempted", () => {
    assert.match(plain(state({ done: 1, notAttempted: 9 }, 10)), /^1\/10 \(10 %\)/u)
  })
  it("is never at a hundred per cent before the end", () => {
    assert.include(plain(state({ done: 1999 }, 2000)), "(99 %)")
    assert.include(plain(state({ done: 2000 }, 2000)), "(100 %)")
  })
  it("tells rows of earlier runs from those of this one", () => {
    assert.include(plain(state({ done: 120 }, 240, { earlier: 100 })), "120 done (100 rows before)")
  })
  it("knows one person, one room and one row from several", () => {
    const wait = (kind: string) =>
      plain(state({}, 9, { waits: [{ kind, until: now + 30_000, rows: 1 }] })).replace(/.*waiting/u, "waiting")
    assert.strictEqual(wait("rc_invites.per_user"), "waiting 30 s for rc_invites.per_user of 1 person, 1 row behind it")
    assert.strictEqual(wait("rc_joins_per_room"), "waiting 30 s for rc_joins_per_room of 1 room, 1 row behind it")
    assert.strictEqual(wait("rc_message"), "waiting 30 s for rc_message, 1 row behind it")
  })
  it("does not speak of waits that are over or that only an answer can end", () => {
    const waits = [now, now - 1, Number.POSITIVE_INFINITY].map((until) => ({ kind: "rc_message", until, rows: 1 }))
    assert.notInclude(plain(state({}, 9, { waits })), "waiting")
  })
  it("says when the next row goes where it waits for itself alone", () => {
    assert.include(plain(state({}, 9, { wakeAt: now + 60_000 })), "next row in 1 min")
    assert.notInclude(plain(state({}, 9, { wakeAt: now + 500 })), "next row")
  })
  it("says that the server is away rather than when it will be done", () => {
    const away = { because: "no answer\u001b[2J from the homeserver", until: now + 12_000 }
    const text = plain(state({ done: 1 }, 9, { away, remainingMillis: 90_000 }))
    assert.include(text, "no answer\\u{1b}[2J from the homeserver; asking again in 12 s")
    assert.notInclude(text, "left")
  })
  it("foretells the end by the pace where no limit rules, and calls what nobody has seen a guess", () => {
    assert.include(plain(state({ done: 100 }, 1300, { rate: 10 })), "about 2 min left, until 19:52")
    const guess = state({ done: 100 }, 1300, { remainingMillis: 10 * minute, isAssumed: true })
    assert.include(plain(guess), "perhaps 10 min left, until 20:00")
    assert.notInclude(plain(state({ done: 1300 }, 1300, { rate: 10, remainingMillis: 9 * minute })), "left")
  })
  it("names no rate before there is one", () => assert.notInclude(plain(state({}, 10)), "rows/"))
})

describe("on a terminal", () => {
  it.each([
    [250, /^█{12}░{12} 5130\/10000 \(51 %\) {2}.* 120 rows behind it {2}about 1 h 50 min left, until 21:40$/u],
    [190, /^5130\/10000 \(51 %\) {2}.* 120 rows behind it {2}about 1 h 50 min left, until 21:40$/u],
    [
      120,
      /^5130\/10000 \(51 %\) {2}5120 done, 2 failed {2}42\.0 rows\/min {2}waiting 4 min 12 s, 120 rows {2}about 1 h 50 min left$/u
    ],
    [80, /^5130\/10000 \(51 %\) {2}2 failed {2}waiting 4 min 12 s, 120 rows {2}1 h 50 min left$/u],
    [40, /^5130\/10000 {2}2 failed {2}1 h 50 min left$/u],
    [12, /^5130\/10000$/u],
    [6, /^51 %$/u],
    [1, /^$/u]
  ])("with %i columns it says what matters most", (columns, text) => assert.match(live(busy, columns), text))

  it("has a bar where there is room, as full as the run is far and never full before the end", () => {
    const bar = (done: number) => live(state({ done }, 1000), 120).split(" ")[0] ?? ""
    assert.match(bar(0), /^░{24}$/u)
    assert.match(bar(500), /^█{12}░{12}$/u)
    assert.match(bar(999), /^█{23}░$/u)
    assert.match(bar(1000), /^█{24}$/u)
  })
  it("marks in colour what is amiss, and in no other way than in colour does it differ then", () => {
    const text = live(busy, 250, true)
    assert.include(text, "\u001b[31m2 failed\u001b[39m")
    assert.include(text, "\u001b[33mwaiting 4 min 12 s")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours
    assert.strictEqual(text.replace(/\u001b\[\d+m/gu, ""), live(busy, 250))
  })
  it("is plain where all is well", () => assert.notInclude(live(state({ done: 1 }, 9), 30, true), "\u001b"))
})

const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
const Millis = Schema.Int.check(Schema.isBetween({ minimum: -1000, maximum: 1_000_000_000 }))
const Any = Schema.Struct({
  counts: Schema.Struct({
    done: Count,
    unchanged: Count,
    failed: Count,
    deferred: Count,
    unknown: Count,
    notAttempted: Count
  }),
  more: Count,
  earlier: Count,
  rate: Schema.Union([Schema.Literals([0, 0.1, 99_999]), Schema.Number]),
  waits: Schema.Array(
    Schema.Struct({
      kind: Schema.Literals(["rc_message", "rc_joins_per_room", "limites.日本語の制限", "👩‍👩‍👧", "a\nb\u001b[2J"]),
      until: Millis,
      rows: Count
    })
  ),
  remainingMillis: Schema.Union([Schema.Literals([0, 4000, 6_600_000, 9e15]), Schema.Number]),
  wakeAt: Schema.Union([Schema.Undefined, Schema.Literals([now + 60_000]), Schema.Number]),
  isAssumed: Schema.Boolean,
  away: Schema.Array(
    Schema.Struct({ because: Schema.Literals(["down", "日本語".repeat(50), "\u0007"]), until: Millis })
  ),
  columns: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 250 })),
  colours: Schema.Boolean
})

it.prop(
  "never wraps, whatever it has to say: a wrapped line could not be drawn over",
  { any: Any },
  ({ any: { away, colours, columns, counts, more, waits, ...rest } }) => {
    const of: ProgressLine.State = {
      ...rest,
      counts,
      total: Outcome.total(counts) + more,
      waits: waits.map((wait) => ({ ...wait, until: now + wait.until })),
      away: away[0] === undefined ? undefined : { ...away[0], until: now + away[0].until }
    }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours
    const text = live(of, columns, colours).replace(/\u001b\[\d+m/gu, "")
    assert.isBelow(Width.columns(text), Math.max(1, columns))
    assert.notMatch(text, /\p{Cc}|NaN|Infinity|Invalid/u)
  },
  { arbitrary: { runs: 1000 } }
)
