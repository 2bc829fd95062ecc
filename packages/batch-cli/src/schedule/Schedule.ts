/**
 * Which row is sent next, and when: as early as the server's limits allow, what takes longest first. Pure but for its
 * own state; times are epoch milliseconds and come from the caller. A row is known by its number.
 *
 * A row is announced, is added when nothing but limits holds it up, comes out of `next` once, and is then given back
 * with what became of it: `passed`, `denied`, `refused` or `again`.
 */

import * as Learning from "./Learning.ts"
import * as LearningLog from "./LearningLog.ts"
import * as Kind from "./LimiterKind.ts"
import * as Limits from "./Limits.ts"
import * as Mirror from "./Mirror.ts"
import * as Guard from "./ScheduleGuard.ts"
import * as Heap from "./ScheduleHeap.ts"
import * as Lanes from "./ScheduleLanes.ts"

/** What became of an attempt of an earlier run. */
export interface Recent {
  readonly row: number
  /** When it was answered. */
  readonly at: number
  readonly result: "passed" | "refused" | "failed"
}

export interface Options {
  /** `LimiterKind.ofRows` makes it of the rows of a plan. */
  readonly work: Kind.Work
  /** What is known of the server's limits. */
  readonly limits: Limits.Limits
  /**
   * Find out what is not known, and correct what turns out wrong. Without it, what `limits` leaves out is no limit, and a
   * refusal only holds up what it is most likely about. Default: true.
   */
  readonly learn?: boolean | undefined
  readonly now: number
  /** Requests a second, over all. */
  readonly maxRate?: number | undefined
  /** Attempts of earlier runs, by time, which the server still counts. */
  readonly recent?: Iterable<Recent> | undefined
}

/** Something that rows wait for. */
export interface Wait {
  readonly kind: Kind.Kind
  /** Number of the room or of the person; -1 for the owner of the access token. */
  readonly key: number
  /** Epoch milliseconds; infinite while an answer decides. */
  readonly until: number
  /** Rows that are held up by this alone or longest. */
  readonly rows: number
}

export interface Refusals {
  readonly kind: Kind.Kind
  readonly refusals: number
  /** The sum of the waits that the server asked for. */
  readonly millis: number
}

export interface Schedule {
  /** The row is going to come, so that its share of the remaining work is known from the beginning. */
  readonly announce: (row: number) => void
  /** The row may be sent, from `notBefore` on. Announces it, where nobody did. */
  readonly add: (row: number, notBefore?: number) => void
  /** The row to send now. It counts as sent from here on. */
  readonly next: (now: number) => number | undefined
  /** The earliest time at which `next` may give something; nothing while only an answer or a new row can help. */
  readonly wakeAt: (now: number) => number | undefined
  /** Sent, and done as far as is known. */
  readonly passed: (row: number, now: number) => void
  /** Sent, and turned down for good by something that is no limit: no event was written. */
  readonly denied: (row: number, now: number) => void
  /** Sent, and refused by a limit; the row waits by itself until it may be sent again. */
  readonly refused: (row: number, now: number, retryAfterMillis: number) => void
  /** Sent, with an effect or without, and to be sent again. */
  readonly again: (row: number, now: number, notBefore: number) => void
  /** An announced row ends without being sent. */
  readonly finished: (row: number) => void
  /** A row that waits to be sent ends without it; false when it does not wait. */
  readonly drop: (row: number) => boolean
  /** What the rest takes at least, under the limits that are known and else `assumed` ones. */
  readonly remainingMillis: (now: number) => number
  /** Whether `remainingMillis` rests on limits that nobody has seen. */
  readonly assumes: () => boolean
  /** What is known of the limits by now, for the journal. */
  readonly learned: () => Limits.Limits
  /** What rows wait for, those that hold most rows up first. */
  readonly waits: (now: number) => ReadonlyArray<Wait>
  readonly refusals: () => ReadonlyArray<Refusals>
}

/** What a row is to the schedule. */
const unknown = 0
const announced = 1
const added = 2
const inAir = 3
const over = 4

export const make = (options: Options): Schedule => {
  const { learn = true, limits, maxRate, now: origin, work } = options
  const known = Limits.toList(limits)
  const assumed = Limits.toList(Limits.synapseDefault)
  const mirror = Mirror.make(
    work,
    known.map((setting, kind) => Mirror.toPace(setting, learn ? assumed[kind] : null))
  )
  const lanes = Lanes.make(work, mirror, origin)
  const delayed = Heap.make(work.size)
  const states = new Uint8Array(work.size)
  const air = new Map<number, LearningLog.Attempt>()
  const log = LearningLog.make()
  const learning = Learning.make({ mirror, log, given: known, learn })
  const refusals = Kind.kinds.map((kind) => ({ kind, refusals: 0, millis: 0 }))
  const spacing = maxRate === undefined ? 0 : 1000 / maxRate
  const guard = Guard.make()
  let delayedTop = -1
  let nextSlot = Number.NEGATIVE_INFINITY
  let streak = 0
  /** Rows taken since all were weighed, and since the lanes were. */
  let takes = 0
  let weighed = 0
  /** Limits may be run into that nobody knows of. */
  const isCurious = learn && known.includes(undefined)
  let clock = origin
  let through = 0

  /** Requests in the air: few at first, since each of them may run into the same unknown limit. */
  const width = () => (isCurious ? 1 + through / 8 : Number.POSITIVE_INFINITY)

  const stateOf = (row: number) => states[row] ?? unknown

  const announce = (row: number) => {
    if (stateOf(row) !== unknown) return
    states[row] = announced
    for (const bucket of lanes.bucketsOf(row)) mirror.expect(bucket, 1)
  }

  const enqueue = (row: number, notBefore: number) => {
    states[row] = added
    if (notBefore > clock) delayedTop = delayed.insert(delayedTop, row, -notBefore)
    else lanes.add(row, clock)
  }

  const admit = (now: number) => {
    while (delayedTop !== -1 && -delayed.key(delayedTop) <= now) {
      const row = delayedTop
      delayedTop = delayed.pop(delayedTop)
      lanes.add(row, now)
    }
  }

  /** Takes the row out of the air. `counted` says of a bucket whether it counts it. */
  const settle = (
    row: number,
    now: number,
    result: LearningLog.Attempt["result"],
    counted: (bucket: number) => boolean
  ): LearningLog.Attempt | undefined => {
    clock = Math.max(clock, now)
    const attempt = air.get(row)
    if (attempt === undefined) return undefined
    air.delete(row)
    attempt.answered = now
    attempt.result = result
    if (result === "passed" || result === "denied") {
      log.passed(attempt, now)
      guard.passed()
      streak = 0
      through += 1
    }
    for (const bucket of attempt.buckets) mirror.settle(bucket, now, counted(bucket))
    if (result !== "refused" && learning.passed(attempt, now)) lanes.renew(now)
    for (const bucket of attempt.buckets) lanes.touch(bucket)
    return attempt
  }

  const expectAgain = (row: number) => {
    for (const bucket of lanes.bucketsOf(row)) mirror.expect(bucket, 1)
  }

  for (const { at, result, row } of options.recent ?? []) {
    if (result === "refused") continue
    const attempt = log.sent(row, lanes.bucketsOf(row), at)
    attempt.answered = at
    attempt.result = result === "passed" ? "passed" : "denied"
    for (const bucket of attempt.buckets) {
      if (result === "passed" || Kind.traits[mirror.kind(bucket)]?.onlyDone !== true) mirror.count(bucket, at)
    }
  }

  return {
    announce,
    add: (row, notBefore = clock) => {
      announce(row)
      if (stateOf(row) === announced) enqueue(row, notBefore)
    },
    next: (now) => {
      clock = Math.max(clock, now)
      if (now < nextSlot || air.size >= width()) return undefined
      admit(now)
      let row = lanes.take(now)
      while (row !== undefined && stateOf(row) === over) row = lanes.take(now)
      if (row === undefined) return undefined
      states[row] = inAir
      const buckets = lanes.bucketsOf(row)
      air.set(row, log.sent(row, buckets, now))
      nextSlot = Math.max(nextSlot, now) + Math.max(spacing, guard.spacing())
      for (const bucket of buckets) {
        mirror.expect(bucket, -1)
        mirror.send(bucket, now)
      }
      weighed += 1
      if (++takes > Math.max(64, lanes.size() / 2)) {
        takes = weighed = 0
        lanes.renew(now)
      } else if (weighed > lanes.lanes() / 4) {
        weighed = 0
        lanes.weigh(now)
      }
      return row
    },
    wakeAt: (now) => {
      if (air.size >= width()) return undefined
      const first = lanes.wakeAt(now)
      const later = delayedTop === -1 ? undefined : -delayed.key(delayedTop)
      const soonest = Math.min(first ?? Number.POSITIVE_INFINITY, later ?? Number.POSITIVE_INFINITY)
      return soonest === Number.POSITIVE_INFINITY ? undefined : Math.max(now, nextSlot, soonest)
    },
    passed: (row, now) => {
      if (settle(row, now, "passed", () => true) !== undefined) states[row] = over
    },
    denied: (row, now) => {
      const counts = (bucket: number) => Kind.traits[mirror.kind(bucket)]?.onlyDone !== true
      if (settle(row, now, "denied", counts) !== undefined) states[row] = over
    },
    refused: (row, now, retryAfterMillis) => {
      const attempt = settle(row, now, "refused", () => false)
      if (attempt === undefined) return
      streak += 1
      log.refused(attempt, retryAfterMillis)
      const until = now + Math.max(retryAfterMillis, Math.min(60_000, 2 ** Math.min(streak, 20)))
      expectAgain(row)
      const changed = learning.refused(attempt, now, until)
      for (const bucket of attempt.buckets) lanes.touch(bucket)
      const bucket = attempt.buckets[attempt.blamed]
      const count = bucket === undefined ? undefined : refusals[mirror.kind(bucket)]
      if (count !== undefined) {
        count.refusals += 1
        count.millis += retryAfterMillis
      }
      if (guard.refused(retryAfterMillis)) {
        learning.restart(now)
        lanes.renew(now)
      }
      enqueue(row, bucket === undefined || guard.isUp() ? until : now)
      if (changed) {
        through /= 2
        lanes.renew(now)
      }
    },
    again: (row, now, notBefore) => {
      if (settle(row, now, "over", () => true) === undefined) return
      expectAgain(row)
      enqueue(row, notBefore)
    },
    finished: (row) => {
      if (stateOf(row) === announced) for (const bucket of lanes.bucketsOf(row)) mirror.expect(bucket, -1)
      if (stateOf(row) <= announced) states[row] = over
    },
    drop: (row) => {
      if (stateOf(row) !== added) return false
      // it stays where it stands, and is passed over when its turn comes
      for (const bucket of lanes.bucketsOf(row)) mirror.expect(bucket, -1)
      states[row] = over
      return true
    },
    remainingMillis: (now) => {
      let last = now
      for (let bucket = 0; bucket < mirror.size(); bucket++) {
        if (mirror.expected(bucket) > 0) last = Math.max(last, mirror.finish(bucket, now))
      }
      return last - now
    },
    assumes: () => isCurious && learning.settings().some((setting) => setting === undefined),
    learned: () => Limits.ofList(learning.settings()),
    waits: (now) => {
      const waits: Array<Wait> = []
      lanes.held((bucket, _, rows) => {
        const kind = Kind.kinds[mirror.kind(bucket)]
        const key = mirror.key(bucket) - (Kind.traits[mirror.kind(bucket)]?.key === "room" ? 0 : 1)
        const until = mirror.freeAt(bucket)
        if (kind !== undefined && until > now) waits.push({ kind, key, until, rows })
      })
      return waits.sort((one, other) => other.rows - one.rows)
    },
    refusals: () => refusals.filter(({ refusals }) => refusals > 0)
  }
}
