/**
 * The server's buckets as a client sees them. Of a leaky bucket only the instant at which it will have run empty matters:
 * every counted act moves it on by one period, from now on if it lay in the past. An act is counted when its request
 * leaves, and its instant is that of the answer, which is never before the server's own; so no request comes too early,
 * and nothing of that caution adds up, since a bucket in use goes by the server's periods alone.
 */
import { type Charged, type Keys, keyOf, kinds, traits } from "./LimiterKind.ts"
import type { Known } from "./Limits.ts"

/** A kind's setting as it counts: milliseconds for each act, acts at once. */
export interface Pace {
  readonly period: number
  readonly burst: number
  /** Whether it holds rows up, or only tells which of them are likely to take long. */
  readonly enforced: boolean
}

export const toPace = (known: Known, assumed: Known): Pace => {
  const setting = known === undefined ? assumed : known
  if (setting === null || setting === undefined) return { period: 0, burst: Number.MAX_SAFE_INTEGER, enforced: false }
  const period = setting.per_second > 0 ? 1000 / setting.per_second : Number.POSITIVE_INFINITY
  return { period, burst: setting.burst_count, enforced: known !== undefined }
}

export interface Mirror {
  /** The bucket that counts the row for a kind. */
  readonly bucket: (kind: number, charged: Charged) => number
  readonly kind: (bucket: number) => number
  /** The number of the room or, shifted by one, of the person whose bucket it is. */
  readonly key: (bucket: number) => number
  readonly size: () => number
  readonly pace: (kind: number) => Pace
  readonly setPace: (kind: number, pace: Pace) => void
  /** When one more fits: in the past if it does now, infinitely far if an answer must come first. */
  readonly freeAt: (bucket: number) => number
  /** A request that it will count leaves. */
  readonly send: (bucket: number, now: number) => void
  /** Its answer has come, `at` being the instant from which it may count. */
  readonly settle: (bucket: number, at: number, counted: boolean) => void
  /** Counts an act whose request is over. */
  readonly count: (bucket: number, at: number) => void
  /** It will not be empty before then, whoever filled it. */
  readonly atLeast: (bucket: number, emptyAt: number) => void
  /** Lets one request through, whether there is room or not. */
  readonly probe: (bucket: number) => void
  /** By how much the request that left then was let through too early. */
  readonly earliness: (bucket: number, at: number) => number
  /** Nothing fits before then. */
  readonly hold: (bucket: number, until: number) => void
  /** Empties it of all that it has counted, held or not. */
  readonly clear: (bucket: number) => void
  /** Rows still to come. */
  readonly expect: (bucket: number, rows: number) => void
  readonly expected: (bucket: number) => number
  /** When the last expected row can pass at the earliest. */
  readonly finish: (bucket: number, now: number) => number
}

/** Milliseconds that make up for what both sides round. */
const margin = 1

/** Dendrite's, which have no period. */
const slots = kinds.indexOf("slots")

export const make = ({ people, rooms }: Keys, paces: ReadonlyArray<Pace>): Mirror => {
  const current = [...paces]
  const byKey: Array<Int32Array | undefined> = kinds.map(() => undefined)
  let size = 0
  let empty = new Float64Array(64)
  /** When it was last found empty. */
  let opened = new Float64Array(64)
  let held = new Float64Array(64)
  let numbers = new Int32Array(64 * 4)
  const probed = new Set<number>()
  const lastProbe = new Map<number, readonly [number, number]>()
  const taken = new Map<number, Array<number>>()

  const grow = () => {
    if (size < empty.length) return
    const wider = (values: Float64Array<ArrayBuffer>) => {
      const grown = new Float64Array(values.length * 2)
      grown.set(values)
      return grown
    }
    empty = wider(empty)
    opened = wider(opened)
    held = wider(held)
    const grown = new Int32Array(numbers.length * 2)
    grown.set(numbers)
    numbers = grown
  }

  const made = (kind: number, key: number): number => {
    grow()
    empty[size] = Number.NEGATIVE_INFINITY
    opened[size] = Number.NEGATIVE_INFINITY
    held[size] = Number.NEGATIVE_INFINITY
    numbers.set([kind, key, 0, 0], size * 4)
    return size++
  }

  const kindOf = (bucket: number) => numbers[bucket * 4] ?? 0
  const inAir = (bucket: number) => numbers[bucket * 4 + 2] ?? 0
  const expected = (bucket: number) => numbers[bucket * 4 + 3] ?? 0
  const emptyAt = (bucket: number) => empty[bucket] ?? 0
  const heldTo = (bucket: number) => held[bucket] ?? 0
  const paceOf = (bucket: number): Pace => current[kindOf(bucket)] ?? { period: 0, burst: 0, enforced: false }
  const slotsOf = (bucket: number) => taken.get(bucket) ?? []

  const freeAt = (bucket: number): number => {
    const { burst, enforced, period } = paceOf(bucket)
    const hold = heldTo(bucket)
    if (probed.has(bucket)) return Number.NEGATIVE_INFINITY
    if (!enforced) return hold
    const spare = burst - 1 - inAir(bucket)
    if (spare < 0) return Number.POSITIVE_INFINITY
    if (kindOf(bucket) === slots) {
      const busy = slotsOf(bucket)
      return Math.max(hold, busy[busy.length - 1 - spare] ?? Number.NEGATIVE_INFINITY)
    }
    const room = spare === 0 ? emptyAt(bucket) : emptyAt(bucket) - spare * period
    // what fitted in from the beginning has nothing to wait for
    return Math.max(hold, room <= (opened[bucket] ?? 0) + 0.01 ? room : room + margin)
  }

  const count = (bucket: number, at: number) => {
    const { burst, period } = paceOf(bucket)
    if (kindOf(bucket) === slots) {
      const busy = slotsOf(bucket)
      busy.push(at + period * burst)
      if (busy.length > burst) busy.shift()
      taken.set(bucket, busy)
    }
    if (emptyAt(bucket) + margin < at) {
      opened[bucket] = at
      empty[bucket] = at
    }
    empty[bucket] = emptyAt(bucket) + period
  }

  return {
    bucket: (kind, charged) => {
      let buckets = byKey[kind]
      if (buckets === undefined) {
        buckets = new Int32Array(traits[kind]?.key === "room" ? rooms : people + 1).fill(-1)
        byKey[kind] = buckets
      }
      const key = keyOf(charged, kind)
      const known = buckets[key] ?? -1
      if (known !== -1) return known
      const bucket = made(kind, key)
      buckets[key] = bucket
      return bucket
    },
    kind: kindOf,
    key: (bucket) => numbers[bucket * 4 + 1] ?? 0,
    size: () => size,
    pace: (kind) => current[kind] ?? { period: 0, burst: 0, enforced: false },
    setPace: (kind, pace) => {
      current[kind] = pace
    },
    freeAt,
    send: (bucket, now) => {
      if (probed.delete(bucket)) lastProbe.set(bucket, [now, freeAt(bucket) - now])
      numbers[bucket * 4 + 2] = inAir(bucket) + 1
    },
    settle: (bucket, at, counted) => {
      numbers[bucket * 4 + 2] = inAir(bucket) - 1
      if (counted) count(bucket, at)
    },
    count,
    atLeast: (bucket, at) => {
      empty[bucket] = Math.max(emptyAt(bucket), at)
    },
    probe: (bucket) => {
      probed.add(bucket)
    },
    earliness: (bucket, at) => {
      const [when, early] = lastProbe.get(bucket) ?? [0, 0]
      return when === at ? early : 0
    },
    hold: (bucket, until) => {
      held[bucket] = Math.max(heldTo(bucket), until)
    },
    clear: (bucket) => {
      empty[bucket] = Number.NEGATIVE_INFINITY
      held[bucket] = Number.NEGATIVE_INFINITY
      taken.delete(bucket)
      probed.delete(bucket)
    },
    expect: (bucket, rows) => {
      numbers[bucket * 4 + 3] = expected(bucket) + rows
    },
    expected,
    finish: (bucket, now) => {
      const { burst, period } = paceOf(bucket)
      const left = expected(bucket) + inAir(bucket)
      const free = period === 0 || left === 0 ? now : Math.max(emptyAt(bucket), now) + (left - burst) * period
      return Math.max(free, heldTo(bucket))
    }
  }
}
