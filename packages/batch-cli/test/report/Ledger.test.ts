import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Outcome from "../../src/Outcome.ts"
import * as Ledger from "../../src/report/Ledger.ts"

/** Row n is about person n in one of three rooms; every fifth is about the actor themself. */
const subjects = (size: number): Ledger.Subjects => ({
  size,
  room: (row) => row % 3,
  target: (row) => (row % 5 === 4 ? -1 : row),
  rooms: { at: (room) => `!room${room}:x` },
  people: { at: (person) => `@user${person}:x` }
})

const forbidden = (message: string, status = 403): Outcome.Outcome => ({
  _tag: "failed",
  failure: { tag: "Forbidden", message, status, errcode: "M_FORBIDDEN" }
})

describe("an outcome", () => {
  // texts that the ledger might take for its own
  const Text = Schema.Literals([
    "",
    "@user1:x is in !room1:x",
    "\u0001",
    "\0a",
    "\u0002@user0:x",
    "$&",
    "plain",
    "@user1:xy"
  ])
  const Failure = Schema.Struct({
    tag: Schema.Literals(["Forbidden", "Refused"]),
    message: Text,
    status: Schema.optionalKey(Schema.Literals([400, 403])),
    errcode: Schema.optionalKey(Schema.Literals(["M_FORBIDDEN", "M_UNKNOWN"]))
  })
  const Any: Schema.Schema<Outcome.Outcome> = Schema.Union([
    Schema.TaggedStruct("done", { because: Schema.optionalKey(Text) }),
    Schema.TaggedStruct("unchanged", { because: Text }),
    Schema.TaggedStruct("failed", { failure: Failure }),
    Schema.TaggedStruct("deferred", { until: Schema.Literals([0, 1_700_000_000_123]), because: Text }),
    Schema.TaggedStruct("unknown", { because: Text, failure: Schema.optionalKey(Failure) }),
    Schema.TaggedStruct("notAttempted", { because: Text })
  ])
  const Written = Schema.Array(
    Schema.Struct({ row: Schema.Literals([0, 1, 2, 3, 4, 5]), outcome: Any, earlier: Schema.Boolean })
  )

  it.prop(
    "comes back as it was written, and the counts are those of the last one of each row",
    [Written],
    ([written]) => {
      const ledger = Ledger.make(subjects(6))
      const last = new Map<number, (typeof written)[number]>()
      for (const [at, { earlier, outcome, row }] of written.entries()) {
        if (earlier) ledger.restore(row, outcome, at)
        else ledger.set(row, outcome, at)
        last.set(row, { row, outcome, earlier })
      }
      for (let row = 0; row < 6; row++) assert.deepStrictEqual(ledger.outcome(row), last.get(row)?.outcome)
      const count = (those: ReadonlyArray<{ readonly outcome: Outcome.Outcome }>) =>
        those.reduce((counts, { outcome }) => Outcome.add(counts, outcome), Outcome.none)
      assert.deepStrictEqual(ledger.counts, count([...last.values()]))
      assert.deepStrictEqual(ledger.earlier, count([...last.values()].filter(({ earlier }) => earlier)))
      assert.strictEqual(ledger.pending, 6 - last.size)
    }
  )
})

describe("a row", () => {
  it("has no outcome and no time before it has ended, not even the time nought", () => {
    const ledger = Ledger.make(subjects(2))
    const blank = { outcome: undefined, startedAt: undefined, endedAt: undefined, requests: 0, waitedMillis: 0 }
    assert.deepStrictEqual(ledger.entry(0), { row: 0, ...blank, isEarlier: false })
    assert.isUndefined(ledger.tag(0))
    assert.strictEqual(ledger.cause(0), -1)
    ledger.sent(0, 0)
    ledger.set(0, Outcome.done, 0)
    assert.deepInclude(ledger.entry(0), { startedAt: 0, endedAt: 0, requests: 1 })
  })
  it("keeps when its first request left, how many there were and how long it waited in all", () => {
    const ledger = Ledger.make(subjects(3))
    ledger.sent(1, 1_700_000_000_000)
    ledger.waited(1, 1500)
    ledger.sent(1, 1_700_000_002_000)
    ledger.waited(1, 250)
    ledger.set(1, Outcome.done, 1_700_000_002_100)
    assert.deepStrictEqual([...ledger][1], {
      row: 1,
      outcome: Outcome.done,
      startedAt: 1_700_000_000_000,
      endedAt: 1_700_000_002_100,
      requests: 2,
      waitedMillis: 1750,
      isEarlier: false
    })
  })
  it("that the plan does not have is nobody's mistake but ours", () => {
    assert.throws(() => Ledger.make(subjects(3)).set(3, Outcome.done, 0), /no row 3 among 3/u)
  })
})

describe("causes", () => {
  it("are the same for rows that differ only in whom and where the server named", () => {
    const ledger = Ledger.make(subjects(4))
    for (const row of [0, 1, 3]) ledger.set(row, forbidden(`@user${row}:x is banned from !room${row % 3}:x`), 0)
    assert.strictEqual(new Set([0, 1, 3].map(ledger.cause)).size, 1)
    assert.deepStrictEqual(ledger.causes, [
      {
        _tag: "failed",
        because: "",
        failure: {
          tag: "Forbidden",
          message: "<user> is banned from <room>",
          status: 403,
          errcode: "M_FORBIDDEN"
        }
      }
    ])
    ledger.set(2, forbidden("@user2:x is banned from !room2:x", 400), 0)
    assert.notStrictEqual(ledger.cause(2), ledger.cause(0))
  })
  it("do not grow with the rows when every answer names its user", () => {
    const ledger = Ledger.make(subjects(100_000))
    for (let row = 0; row < 100_000; row++) {
      ledger.set(row, row % 5 === 4 ? Outcome.done : forbidden(`@user${row}:x is already in the room`), row)
    }
    assert.strictEqual(ledger.causes.length, 2)
  })
})
