import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Order from "../src/Order.ts"

const other = (room: string, user: string): Order.Place => ({ room, user, own: false })
const own = (room: string): Order.Place => ({ room, user: "me", own: true })

const Places = Schema.Array(
  Schema.Struct({
    room: Schema.Literals(["a", "b", "c"]),
    user: Schema.Literals(["me", "ann", "bob"]),
    own: Schema.Boolean
  })
).check(Schema.isMaxLength(16))

/** Says which of the rows under way ends next. */
const Choices = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 })))

/** The rule, said without an algorithm. */
const mustWait = (later: Order.Place, earlier: Order.Place) =>
  later.room === earlier.room && (later.own || earlier.own || later.user === earlier.user)

/** Rows whose turn has come: all that they must wait for is finished. */
const due = (places: ReadonlyArray<Order.Place>, finished: ReadonlySet<number>) =>
  Array.from(places.keys()).filter((row) =>
    places.every((place, before) => {
      const here = places[row]
      return before >= row || here === undefined || finished.has(before) || !mustWait(here, place)
    })
  )

const sorted = (rows: Iterable<number>) => [...rows].sort((one, two) => one - two)

describe("for any places and any order of ending", () => {
  it.prop(
    "a row is released once, as soon as all it must wait for is finished, and not before",
    { places: Places, choices: Choices },
    ({ choices, places }) => {
      const order = Order.make(places)
      const finished = new Set<number>()
      const released = [...order.ready]
      assert.deepStrictEqual(sorted(released), due(places, finished))
      for (let step = 0; finished.size < places.length; step++) {
        const underWay = released.filter((row) => !finished.has(row))
        const row = underWay[(choices[step % Math.max(choices.length, 1)] ?? 0) % underWay.length]
        assert.isDefined(row, "rows are left, and none of them may run")
        if (row === undefined) return
        finished.add(row)
        released.push(...order.finish(row))
        // due() names no row twice, so neither was one released twice
        assert.deepStrictEqual(sorted(released), due(places, finished))
      }
    },
    { arbitrary: { runs: 300 } }
  )
})

describe("of the rows of one room", () => {
  it("those about one user run one after the other", () => {
    const order = Order.make([other("a", "ann"), other("a", "ann"), other("a", "ann")])
    assert.deepStrictEqual(order.ready, [0])
    assert.deepStrictEqual(order.finish(0), [1])
    assert.deepStrictEqual(order.finish(1), [2])
    assert.deepStrictEqual(order.finish(2), [])
  })
  it("those about different users run together", () => {
    assert.deepStrictEqual(Order.make([other("a", "ann"), other("a", "bob")]).ready, [0, 1])
  })
  it("the sender's own waits for everybody before it, and everybody after it waits", () => {
    const order = Order.make([other("a", "ann"), other("a", "bob"), own("a"), other("a", "ann"), other("a", "cem")])
    assert.deepStrictEqual(order.ready, [0, 1])
    assert.deepStrictEqual(order.finish(1), [])
    assert.deepStrictEqual(order.finish(0), [2])
    assert.deepStrictEqual(order.finish(2), [3, 4])
  })
  it("the sender's own run one after the other", () => {
    const order = Order.make([own("a"), own("a"), own("a")])
    assert.deepStrictEqual(order.ready, [0])
    assert.deepStrictEqual(order.finish(0), [1])
    assert.deepStrictEqual(order.finish(1), [2])
  })
})

it("rooms do not wait for each other", () => {
  assert.deepStrictEqual(Order.make([own("a"), own("b"), other("c", "ann")]).ready, [0, 1, 2])
})

it("no rows, nothing to run", () => {
  assert.deepStrictEqual(Order.make([]).ready, [])
})

it("a hundred thousand rows about one room take no time to arrange", () => {
  const rows = 100_000
  const order = Order.make(Array.from({ length: rows }, (_, row) => (row % 2 === 0 ? own("a") : other("a", "ann"))))
  let next = order.ready[0]
  let ended = 0
  while (next !== undefined) {
    ended += 1
    next = order.finish(next)[0]
  }
  assert.strictEqual(ended, rows)
})
