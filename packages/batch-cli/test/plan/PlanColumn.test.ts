import { assert, describe, it } from "@effect/vitest"
import * as PlanColumn from "../../src/plan/PlanColumn.ts"

describe.each([
  ["a column", PlanColumn.make],
  ["a sparse column", () => PlanColumn.makeSparse(-1)]
])("%s", (_, make) => {
  it("gives back what was pushed and set, and nothing beyond", () => {
    const column = make()
    for (let n = 0; n < 100; n++) column.push(n < 50 ? -1 : n)
    column.set(3, 7)
    column.set(100, 7)
    assert.deepStrictEqual(
      [0, 3, 49, 50, 99, 100].map((index) => column.at(index)),
      [-1, 7, -1, 50, 99, undefined]
    )
  })
})

it("a sparse column knows the usual number as far as it goes", () => {
  const column = PlanColumn.makeSparse(5)
  column.push(5)
  assert.deepStrictEqual([column.at(0), column.at(1)], [5, undefined])
  column.set(0, 6)
  assert.strictEqual(column.at(0), 6)
})
