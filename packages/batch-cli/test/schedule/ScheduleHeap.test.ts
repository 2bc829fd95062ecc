import { assert, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Heap from "../../src/schedule/ScheduleHeap.ts"

const Keys = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 9 }))).check(Schema.isMaxLength(40))

it.prop(
  "nodes come out by their keys, the lower number first among equals, whatever was taken out before",
  { keys: Keys, gone: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 39 }))) },
  ({ gone, keys }) => {
    const heap = Heap.make(0)
    let top = -1
    keys.forEach((key, node) => {
      top = heap.insert(top, node, key)
    })
    const left = new Set(keys.keys())
    for (const node of gone) if (left.delete(node)) top = heap.remove(top, node)
    const out: Array<number> = []
    for (; top !== -1; top = heap.pop(top)) out.push(top)
    const key = (node: number) => keys[node] ?? 0
    assert.deepStrictEqual(
      out,
      [...left].sort((one, other) => key(other) - key(one) || one - other)
    )
  },
  { arbitrary: { runs: 200 } }
)

it("heaps over the same nodes do not meet", () => {
  const heap = Heap.make(4)
  const even = heap.insert(heap.insert(-1, 0, 1), 2, 5)
  const odd = heap.insert(heap.insert(-1, 1, 3), 3, 2)
  assert.deepStrictEqual([even, heap.pop(even)], [2, 0])
  assert.deepStrictEqual([odd, heap.pop(odd)], [1, 3])
})
