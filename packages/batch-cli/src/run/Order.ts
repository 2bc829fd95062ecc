/**
 * In which order rows may run. A row changes its target's membership in its room, and what it may do there depends on
 * its actor's. So it waits for the latest earlier row that changes either, and for the earlier rows that depend on what
 * it changes; all else may overlap. The rows about one user in one room thus keep their order, and what somebody does
 * there after their own join waits for the join. Pure; typed arrays, since a plan may have a million rows.
 */
import * as PlanIndex from "../plan/PlanIndex.ts"

/** Rows by number; rooms and people by numbers that are equal where they are the same. */
export interface Places {
  readonly size: number
  readonly room: (row: number) => number
  readonly actor: (row: number) => number
  readonly target: (row: number) => number
}

export interface Order {
  /** Whether the row waits for nothing any more. */
  readonly isReady: (row: number) => boolean
  /** Marks a row as finished and gives the rows that waited for it alone. Called once for each row. */
  readonly finish: (row: number) => ReadonlyArray<number>
}

/** Pairs of rows, by the first of each. */
const makePairs = (size: number) => {
  const heads = new Int32Array(size).fill(-1)
  let used = 0
  let seconds = new Int32Array(size)
  let nexts = new Int32Array(size)
  const grown = (values: Int32Array<ArrayBuffer>) => {
    const larger = new Int32Array(Math.max(16, values.length * 2))
    larger.set(values)
    return larger
  }
  return {
    add: (first: number, second: number) => {
      if (used === seconds.length) {
        seconds = grown(seconds)
        nexts = grown(nexts)
      }
      seconds[used] = second
      nexts[used] = heads[first] ?? -1
      heads[first] = used++
    },
    of: (first: number): ReadonlyArray<number> => {
      const found: Array<number> = []
      for (let pair = heads[first] ?? -1; pair !== -1; pair = nexts[pair] ?? -1) found.push(seconds[pair] ?? -1)
      return found.reverse()
    }
  }
}

/**
 * A row touches a membership as its target, which is a change, and as its actor, which is not: touch `2 * row` and
 * touch `2 * row + 1`.
 */
const rowOf = (touch: number) => touch >> 1
const isChange = (touch: number) => (touch & 1) === 0

export const make = ({ actor, room, size, target }: Places): Order => {
  const person = (touch: number) => (isChange(touch) ? target(rowOf(touch)) : actor(rowOf(touch)))
  const latest = PlanIndex.make(
    (touch) => PlanIndex.mix(room(rowOf(touch)), person(touch)),
    (one, other) => person(one) === person(other) && room(rowOf(one)) === room(rowOf(other))
  )
  /** The touch of the same membership before, and the latest change at or before. */
  const before = new Int32Array(size * 2).fill(-1)
  const changed = new Int32Array(size * 2).fill(-1)
  const waitsFor = new Int32Array(size)
  const holds = makePairs(size)

  const wait = (row: number, touch: number) => {
    holds.add(rowOf(touch), row)
    waitsFor[row] = (waitsFor[row] ?? 0) + 1
  }

  for (let row = 0; row < size; row++) {
    const own = target(row) === actor(row)
    if (!own) {
      const reading = row * 2 + 1
      const previous = latest.replace(reading)
      const change = previous === -1 ? -1 : (changed[previous] ?? -1)
      before[reading] = previous
      changed[reading] = change
      if (change !== -1) wait(row, change)
    }
    const writing = row * 2
    const previous = latest.replace(writing)
    changed[writing] = writing
    // those who depend on the membership as it is must be through first, and they have waited for the change before
    let touch = previous
    for (; touch !== -1 && !isChange(touch); touch = before[touch] ?? -1) wait(row, touch)
    if (previous !== -1 && previous === touch) wait(row, touch)
  }

  return {
    isReady: (row) => waitsFor[row] === 0,
    finish: (row) =>
      holds.of(row).filter((held) => {
        const left = (waitsFor[held] ?? 0) - 1
        waitsFor[held] = left
        return left === 0
      })
  }
}
