/**
 * The rows that wait to be sent, and which of them is next. Rows that differ in nothing but their target form a lane:
 * what holds one of them up holds up all. A lane that is held up stands at the bucket that holds it longest, a row that
 * its target alone holds up stands at the target's; so a choice looks at those that can go, and not at all of them.
 */
import * as Kind from "./LimiterKind.ts"
import type { Mirror } from "./Mirror.ts"
import * as Column from "./ScheduleColumn.ts"
import * as Heap from "./ScheduleHeap.ts"
import * as Wakes from "./ScheduleWakes.ts"

export interface Lanes {
  /** A row may be sent as far as anything but limits goes. */
  readonly add: (row: number, now: number) => void
  /** The row to send now, which then is in no lane any more. */
  readonly take: (now: number) => number | undefined
  /** When time alone makes the next row possible. */
  readonly wakeAt: (now: number) => number | undefined
  /** Tells that a bucket may let rows through sooner than it seemed. */
  readonly touch: (bucket: number) => void
  /** Weighs the lanes anew: those that stand still fall behind as time goes on. */
  readonly weigh: (now: number) => void
  /** Forgets what was thought of how long rows take, and looks at all of them again. */
  readonly renew: (now: number) => void
  /** All that counts a row, in the server's order. */
  readonly bucketsOf: (row: number) => ReadonlyArray<number>
  /** Rows that wait. */
  readonly size: () => number
  /** Lanes that there have been. */
  readonly lanes: () => number
  /** Calls back with every bucket at which rows stand. */
  readonly held: (each: (bucket: number, lanes: number, rows: number) => void) => void
}

/** The state of a lane that is not at a bucket. */
const ready = -1
const idle = -2

/** No row is counted by more that are not its target's. */
const width = 5

const byTarget = Kind.traits.findIndex(({ key }) => key === "target")

export const make = (work: Kind.Work, mirror: Mirror, origin: number): Lanes => {
  const rows = Heap.make(work.size)
  const lanes = Heap.make(0)
  const wakes = Wakes.make()
  /** By lane. */
  const firstRow = Column.make(-1)
  const place = Column.make(idle)
  const members = Column.make(0)
  const shared = Column.make(-1)
  /** By bucket. */
  const lanesAt = Column.make(-1)
  const rowsAt = Column.make(-1)
  const parked = Column.make(0)
  const laneNumbers = new Map<number, number>()
  let readyTop = -1
  let waiting = 0
  let laneCount = 0

  const bucketsOf = (row: number): ReadonlyArray<number> => {
    const charged = work.charges(row)
    return (Kind.classes[Kind.classOf(charged)] ?? []).map((kind) => mirror.bucket(kind, charged))
  }

  const targetOf = (row: number): number => {
    const charged = work.charges(row)
    return Kind.classOf(charged) === 0 ? mirror.bucket(byTarget, charged) : -1
  }

  const laneOf = (row: number): number => {
    const charged = work.charges(row)
    const sort = Kind.classOf(charged)
    const name = (sort * (work.people + 1) + charged.actor + 1) * work.rooms + charged.room
    const known = laneNumbers.get(name)
    if (known !== undefined) return known
    const lane = laneCount++
    laneNumbers.set(name, lane)
    const buckets = bucketsOf(row).filter((bucket) => mirror.kind(bucket) !== byTarget)
    for (let n = 0; n < width; n++) shared.set(lane * width + n, buckets[n] ?? -1)
    return lane
  }

  /** How long the rest of a bucket takes, as time since the origin; nothing when it is not worth a thought. */
  const weight = (bucket: number, now: number) => {
    const finish = mirror.finish(bucket, now)
    return finish <= now ? 0 : finish - origin
  }

  const rowKey = (row: number, now: number) => {
    const target = targetOf(row)
    return target === -1 ? 0 : weight(target, now)
  }

  /**
   * What takes longest counts, and between lanes of one sender, who takes as long for all of them, what else they are
   * held up by. `but` is a bucket that all who are compared have in common.
   */
  const laneKey = (lane: number, now: number, but = -1) => {
    let narrow = firstRow.get(lane) === -1 ? 0 : rows.key(firstRow.get(lane))
    let wide = 0
    for (let n = lane * width; n < lane * width + width; n++) {
      const bucket = shared.get(n)
      if (bucket === -1) break
      if (bucket === but) continue
      const value = weight(bucket, now)
      if (Kind.traits[mirror.kind(bucket)]?.key === "room") narrow = Math.max(narrow, value)
      else wide = Math.max(wide, value)
    }
    return Math.max(narrow, wide) + narrow / 100
  }

  const enter = (lane: number, at: number, now: number) => {
    place.set(lane, at)
    if (at === ready) readyTop = lanes.insert(readyTop, lane, laneKey(lane, now))
    else lanesAt.set(at, lanes.insert(lanesAt.get(at), lane, laneKey(lane, now, at)))
  }

  const withdraw = (lane: number) => {
    const at = place.get(lane)
    if (at === ready) readyTop = lanes.remove(readyTop, lane)
    else if (at >= 0) lanesAt.set(at, lanes.remove(lanesAt.get(at), lane))
    place.set(lane, idle)
  }

  /** Where a bucket lets somebody through, one lane of those who stand there is enough to try it. */
  const offer = (bucket: number, now: number) => {
    const top = lanesAt.get(bucket)
    if (top === -1) return
    const free = mirror.freeAt(bucket)
    if (free > now) return wakes.add(bucket, free)
    withdraw(top)
    enter(top, ready, now)
  }

  const offerAll = (lane: number, now: number, but = -1) => {
    for (let n = lane * width; n < lane * width + width; n++) {
      const bucket = shared.get(n)
      if (bucket === -1) return
      if (bucket !== but) offer(bucket, now)
    }
  }

  const enlist = (row: number, lane: number, now: number) => {
    firstRow.set(lane, rows.insert(firstRow.get(lane), row, rowKey(row, now)))
    const at = place.get(lane)
    if (at === idle) enter(lane, ready, now)
    else if (firstRow.get(lane) === row) {
      withdraw(lane)
      enter(lane, at, now)
    }
  }

  const release = (bucket: number, now: number) => {
    let top = rowsAt.get(bucket)
    while (top !== -1) {
      const row = top
      top = rows.pop(top)
      rowsAt.set(bucket, top)
      parked.set(bucket, parked.get(bucket) - 1)
      const lane = laneOf(row)
      members.set(lane, members.get(lane) + 1)
      enlist(row, lane, now)
    }
  }

  const wake = (now: number) => {
    for (let bucket = wakes.take(now); bucket !== undefined; bucket = wakes.take(now)) {
      const free = mirror.freeAt(bucket)
      if (free > now) {
        if (lanesAt.get(bucket) !== -1 || rowsAt.get(bucket) !== -1) wakes.add(bucket, free)
        continue
      }
      release(bucket, now)
      offer(bucket, now)
    }
  }

  /** The bucket that holds the lane longest, or -1. */
  const obstacle = (lane: number, now: number): number => {
    let worst = -1
    let until = now
    for (let n = lane * width; n < lane * width + width; n++) {
      const bucket = shared.get(n)
      if (bucket === -1) break
      const free = mirror.freeAt(bucket)
      if (free > until) {
        worst = bucket
        until = free
      }
    }
    return worst
  }

  /** The first row of a free lane whose target is free, too; the others go to stand at their targets. */
  const takeRow = (lane: number, now: number): number | undefined => {
    for (let row = firstRow.get(lane); row !== -1; row = firstRow.get(lane)) {
      firstRow.set(lane, rows.pop(row))
      const target = targetOf(row)
      const free = target === -1 ? now : mirror.freeAt(target)
      if (free <= now) return row
      rowsAt.set(target, rows.insert(rowsAt.get(target), row, 0))
      parked.set(target, parked.get(target) + 1)
      members.set(lane, members.get(lane) - 1)
      wakes.add(target, free)
    }
    return undefined
  }

  const take = (now: number): number | undefined => {
    wake(now)
    while (readyTop !== -1) {
      const lane = readyTop
      withdraw(lane)
      const bucket = obstacle(lane, now)
      if (bucket !== -1) {
        enter(lane, bucket, now)
        wakes.add(bucket, mirror.freeAt(bucket))
        offerAll(lane, now, bucket)
        continue
      }
      const row = takeRow(lane, now)
      if (firstRow.get(lane) !== -1) enter(lane, ready, now)
      else offerAll(lane, now)
      if (row === undefined) continue
      waiting -= 1
      members.set(lane, members.get(lane) - 1)
      return row
    }
    return undefined
  }

  return {
    add: (row, now) => {
      const lane = laneOf(row)
      waiting += 1
      members.set(lane, members.get(lane) + 1)
      enlist(row, lane, now)
    },
    take,
    wakeAt: (now) => (readyTop === -1 ? wakes.first() : now),
    touch: (bucket) => {
      if (lanesAt.get(bucket) === -1 && rowsAt.get(bucket) === -1) return
      wakes.add(bucket, mirror.freeAt(bucket))
    },
    weigh: (now) => {
      for (let lane = 0; lane < laneCount; lane++) {
        const at = place.get(lane)
        if (at === idle) continue
        withdraw(lane)
        enter(lane, at, now)
      }
    },
    renew: (now) => {
      for (let bucket = 0; bucket < mirror.size(); bucket++) release(bucket, now)
      for (let lane = 0; lane < laneCount; lane++) {
        if (place.get(lane) === idle) continue
        withdraw(lane)
        let top = firstRow.get(lane)
        firstRow.set(lane, -1)
        const all: Array<number> = []
        for (; top !== -1; top = rows.pop(top)) all.push(top)
        for (const row of all) firstRow.set(lane, rows.insert(firstRow.get(lane), row, rowKey(row, now)))
        enter(lane, ready, now)
      }
    },
    bucketsOf,
    size: () => waiting,
    lanes: () => laneCount,
    held: (each) => {
      const held = new Map<number, readonly [number, number]>()
      for (let lane = 0; lane < laneCount; lane++) {
        const at = place.get(lane)
        if (at < 0) continue
        const [count, sum] = held.get(at) ?? [0, 0]
        held.set(at, [count + 1, sum + members.get(lane)])
      }
      for (const [bucket, [count, sum]] of held) each(bucket, count, sum)
      for (let bucket = 0; bucket < mirror.size(); bucket++) {
        const count = parked.get(bucket)
        if (count > 0) each(bucket, 0, count)
      }
    }
  }
}
