import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Order from "../../src/run/Order.ts"

interface Place {
  readonly room: string
  readonly actor: string
  readonly target: string
}

const people = ["me", "ann", "bob", "cem"]
const rooms = ["a", "b", "c"]

const made = (places: ReadonlyArray<Place>) =>
  Order.make({
    size: places.length,
    room: (row) => rooms.indexOf(places[row]?.room ?? ""),
    actor: (row) => people.indexOf(places[row]?.actor ?? ""),
    target: (row) => people.indexOf(places[row]?.target ?? "")
  })

const other = (room: string, target: string): Place => ({ room, actor: "me", target })
const own = (room: string, actor = "me"): Place => ({ room, actor, target: actor })

const ready = (order: Order.Order, size: number) => Array.from({ length: size }, (_, row) => row).filter(order.isReady)

const Places = Schema.Array(
  Schema.Struct({
    room: Schema.Literals(["a", "b", "c"]),
    actor: Schema.Literals(people),
    target: Schema.Literals(people)
  })
).check(Schema.isMaxLength(16))

/** Says which of the rows under way ends next. */
const Choices = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99 })))

/** The rule, said without an algorithm. */
const mustWait = (later: Place, earlier: Place) =>
  later.room === earlier.room &&
  (later.target === earlier.target || later.target === earlier.actor || later.actor === earlier.target)

/** Rows whose turn has come: all that they must wait for is finished. */
const due = (places: ReadonlyArray<Place>, finished: ReadonlySet<number>) =>
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
      const order = made(places)
      const finished = new Set<number>()
      const released = ready(order, places.length)
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
    { arbitrary: { runs: 500 } }
  )
})

describe("of the rows of one room", () => {
  it("those about one user run one after the other", () => {
    const order = made([other("a", "ann"), other("a", "ann"), other("a", "ann")])
    assert.deepStrictEqual(ready(order, 3), [0])
    assert.deepStrictEqual(order.finish(0), [1])
    assert.deepStrictEqual(order.finish(1), [2])
  })

  it("those about different users may overlap", () => {
    assert.deepStrictEqual(ready(made([other("a", "ann"), other("a", "bob")]), 2), [0, 1])
  })

  it("what the sender does themselves waits for what they do to others, and holds up what they do afterwards", () => {
    const order = made([other("a", "ann"), other("a", "bob"), own("a"), other("a", "cem")])
    assert.deepStrictEqual(ready(order, 4), [0, 1])
    assert.deepStrictEqual(order.finish(1), [])
    assert.deepStrictEqual(order.finish(0), [2])
    assert.deepStrictEqual(order.finish(2), [3])
  })

  it("what one actor does themselves holds up no other actor", () => {
    assert.deepStrictEqual(ready(made([own("a", "ann"), other("a", "bob")]), 2), [0, 1])
  })

  it("somebody invited by one actor joins as another only after the invitation", () => {
    const order = made([other("a", "ann"), own("a", "ann")])
    assert.deepStrictEqual(ready(order, 2), [0])
    assert.deepStrictEqual(order.finish(0), [1])
  })
})

it("rows of different rooms never wait for each other", () => {
  assert.deepStrictEqual(ready(made([own("a"), own("b"), other("c", "me")]), 3), [0, 1, 2])
})

it("no row is ready in a plan without rows", () => {
  assert.deepStrictEqual(ready(made([]), 0), [])
})

it("a hundred thousand rows of one sender in one room are ordered in linear time", () => {
  const size = 100_000
  const order = Order.make({
    size: size + 1,
    room: () => 0,
    actor: () => 0,
    target: (row) => (row === size ? 0 : row + 1)
  })
  let released: ReadonlyArray<number> = []
  for (let row = 0; row < size; row++) released = order.finish(row)
  assert.deepStrictEqual(released, [size])
})
