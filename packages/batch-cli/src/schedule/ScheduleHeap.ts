/**
 * Heaps of numbered nodes, the greatest key on top, the lower number first among equals. All heaps over the same nodes
 * share the arrays; a heap is the number of its top node, -1 when it is empty, and a node is in one heap at most.
 */

export interface Heap {
  /** Each gives the new top. The node must be in no heap. */
  readonly insert: (top: number, node: number, key: number) => number
  /** Takes the top out. */
  readonly pop: (top: number) => number
  /** Takes any node out of the heap that it is in. */
  readonly remove: (top: number, node: number) => number
  readonly key: (node: number) => number
}

export const make = (nodes: number): Heap => {
  let keys = new Float64Array(nodes)
  let child = new Int32Array(nodes).fill(-1)
  let sibling = new Int32Array(nodes).fill(-1)
  /** The parent of a first child, the left neighbour of any other. */
  let before = new Int32Array(nodes).fill(-1)

  const grow = (node: number) => {
    if (node < keys.length) return
    const size = Math.max(16, node + 1, keys.length * 2)
    const larger = (values: Int32Array<ArrayBuffer>) => {
      const grown = new Int32Array(size).fill(-1)
      grown.set(values)
      return grown
    }
    const grown = new Float64Array(size)
    grown.set(keys)
    keys = grown
    child = larger(child)
    sibling = larger(sibling)
    before = larger(before)
  }

  const at = (values: Int32Array, node: number) => values[node] ?? -1
  const key = (node: number) => keys[node] ?? 0
  const isAbove = (one: number, other: number) => key(one) > key(other) || (key(one) === key(other) && one < other)

  const merge = (one: number, other: number): number => {
    if (one === -1) return other
    if (other === -1) return one
    const [above, below] = isAbove(one, other) ? [one, other] : [other, one]
    const first = at(child, above)
    sibling[below] = first
    if (first !== -1) before[first] = below
    before[below] = above
    child[above] = below
    return above
  }

  /** One heap of all the children, in pairs from left to right and then from right to left. */
  const children = (node: number): number => {
    let next = at(child, node)
    child[node] = -1
    let pairs = -1
    while (next !== -1) {
      const one = next
      const other = at(sibling, one)
      next = other === -1 ? -1 : at(sibling, other)
      sibling[one] = -1
      before[one] = -1
      if (other !== -1) {
        sibling[other] = -1
        before[other] = -1
      }
      const merged = merge(one, other)
      sibling[merged] = pairs
      pairs = merged
    }
    let all = -1
    while (pairs !== -1) {
      const rest = at(sibling, pairs)
      sibling[pairs] = -1
      all = merge(all, pairs)
      pairs = rest
    }
    return all
  }

  const remove = (top: number, node: number): number => {
    if (top === node) return children(node)
    const [left, right] = [at(before, node), at(sibling, node)]
    if (at(child, left) === node) child[left] = right
    else sibling[left] = right
    if (right !== -1) before[right] = left
    before[node] = -1
    sibling[node] = -1
    return merge(top, children(node))
  }

  return {
    insert: (top, node, value) => {
      grow(node)
      keys[node] = value
      return merge(top, node)
    },
    pop: children,
    remove,
    key
  }
}
