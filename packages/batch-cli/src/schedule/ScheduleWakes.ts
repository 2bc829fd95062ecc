/** When to look at which bucket again: a binary heap of instants. */

export interface Wakes {
  /** An infinite instant is one that never comes. */
  readonly add: (bucket: number, at: number) => void
  /** Takes out a bucket whose time has come. */
  readonly take: (now: number) => number | undefined
  readonly first: () => number | undefined
}

export const make = (): Wakes => {
  const times: Array<number> = []
  const buckets: Array<number> = []
  /** The earliest entry of each bucket is enough; where it comes too early, the next one is made then. */
  const next = new Map<number, number>()

  const swap = (one: number, other: number) => {
    const [time = 0, bucket = 0] = [times[one], buckets[one]]
    times[one] = times[other] ?? 0
    buckets[one] = buckets[other] ?? 0
    times[other] = time
    buckets[other] = bucket
  }
  const isBefore = (one: number, other: number) => (times[one] ?? 0) < (times[other] ?? 0)

  const rise = (from: number) => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!isBefore(at, parent)) return
      swap(at, parent)
      at = parent
    }
  }

  const sink = () => {
    for (let at = 0; ; ) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) if (child < times.length && isBefore(child, least)) least = child
      if (least === at) return
      swap(at, least)
      at = least
    }
  }

  const pop = () => {
    swap(0, times.length - 1)
    times.pop()
    buckets.pop()
    sink()
  }

  return {
    add: (bucket, at) => {
      if (at === Number.POSITIVE_INFINITY || at >= (next.get(bucket) ?? Number.POSITIVE_INFINITY)) return
      next.set(bucket, at)
      times.push(at)
      buckets.push(bucket)
      rise(times.length - 1)
    },
    take: (now) => {
      while ((times[0] ?? Number.POSITIVE_INFINITY) <= now) {
        const [time, bucket] = [times[0], buckets[0]]
        pop()
        if (bucket === undefined || next.get(bucket) !== time) continue
        next.delete(bucket)
        return bucket
      }
      return undefined
    },
    first: () => times[0]
  }
}
