/**
 * Finds the latest row that is like another, in eight to sixteen bytes a row: what is alike is looked up in the columns
 * and kept nowhere else.
 */
export interface PlanIndex {
  /** The latest row before that is like this one, or -1. From now on this one is the latest. */
  readonly replace: (row: number) => number
}

/** Stirs numbers into one, so that neighbours do not share slots. */
export const mix = (...numbers: ReadonlyArray<number>): number => {
  let hash = 0x9e3779b9
  for (const number of numbers) {
    hash = Math.imul(hash ^ number, 0x85ebca6b)
    hash ^= hash >>> 13
  }
  hash = Math.imul(hash, 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** Rows that are alike have the same hash. */
export const make = (hash: (row: number) => number, alike: (one: number, other: number) => boolean): PlanIndex => {
  let used = 0
  let slots = new Int32Array(64).fill(-1)

  const slotOf = (row: number, isSame: (other: number) => boolean): number => {
    const mask = slots.length - 1
    for (let slot = hash(row) & mask; ; slot = (slot + 1) & mask) {
      const other = slots[slot] ?? -1
      if (other === -1 || isSame(other)) return slot
    }
  }

  const grow = () => {
    const rows = slots
    slots = new Int32Array(rows.length * 2).fill(-1)
    for (const row of rows) if (row !== -1) slots[slotOf(row, () => false)] = row
  }

  return {
    replace: (row) => {
      if (used * 2 >= slots.length) grow()
      const slot = slotOf(row, (other) => alike(row, other))
      const before = slots[slot] ?? -1
      if (before === -1) used++
      slots[slot] = row
      return before
    }
  }
}
