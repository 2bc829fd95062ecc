/**
 * How long a plan takes under given limits: what no order of its rows can beat, and what a run really needs, found by
 * running the schedule in virtual time against a server that answers at once.
 */
import * as Kind from "./LimiterKind.ts"
import * as Limits from "./Limits.ts"
import * as Schedule from "./Schedule.ts"

/** The limiter that decides, and how long it takes by itself. */
export interface Bound {
  readonly millis: number
  readonly kind: Kind.Kind | undefined
  /** Number of the room or of the person; -1 for the owner of the access token. */
  readonly key: number
}

/** Rows by number; `skip` leaves out those that need no request. */
export interface Options {
  readonly work: Kind.Work
  readonly limits: Limits.Limits
  readonly skip?: ((row: number) => boolean) | undefined
  readonly maxRate?: number | undefined
}

const never = () => false

/** The largest (n − burst) / rate over all buckets; a bucket counts the rows that have its key. */
export const bound = ({ limits, maxRate, skip = never, work }: Options): Bound => {
  const settings = Limits.toList(limits)
  const counts = Kind.kinds.map(() => new Map<number, number>())
  let rows = 0
  for (let row = 0; row < work.size; row++) {
    if (skip(row)) continue
    rows += 1
    const charged = work.charges(row)
    for (const kind of Kind.classes[Kind.classOf(charged)] ?? []) {
      if (settings[kind] == null) continue
      const key = Kind.keyOf(charged, kind)
      const byKey = counts[kind]
      byKey?.set(key, (byKey.get(key) ?? 0) + 1)
    }
  }
  let longest: Bound = { millis: maxRate === undefined ? 0 : ((rows - 1) * 1000) / maxRate, kind: undefined, key: -1 }
  counts.forEach((byKey, kind) => {
    const setting = settings[kind]
    if (setting == null) return
    for (const [key, n] of byKey) {
      const millis = n <= setting.burst_count ? 0 : ((n - setting.burst_count) * 1000) / setting.per_second
      if (millis <= longest.millis) continue
      longest = { millis, kind: Kind.kinds[kind], key: Kind.traits[kind]?.key === "room" ? key : key - 1 }
    }
  })
  return longest
}

/** Which rows may go, and what ends with a row: `Order.Order` is one. */
export interface Order {
  readonly isReady: (row: number) => boolean
  readonly finish: (row: number) => ReadonlyArray<number>
}

/**
 * Milliseconds until the last row is done, if every row is done at once when it is sent. Rows that are skipped hold up
 * nothing.
 */
export const makespan = ({
  limits,
  maxRate,
  order,
  skip = never,
  work
}: Options & { readonly order: Order }): number => {
  const begin = 0
  const schedule = Schedule.make({ work, limits: Limits.over(Limits.none, limits), learn: false, now: begin, maxRate })
  for (let row = 0; row < work.size; row++) if (!skip(row)) schedule.announce(row)
  const ready: Array<number> = []
  for (let row = 0; row < work.size; row++) if (order.isReady(row)) ready.push(row)
  let now = begin
  let last = begin
  while (true) {
    for (let row = ready.pop(); row !== undefined; row = ready.pop()) {
      if (skip(row)) ready.push(...order.finish(row))
      else schedule.add(row)
    }
    const row = schedule.next(now)
    if (row !== undefined) {
      schedule.passed(row, now)
      last = now
      ready.push(...order.finish(row))
      continue
    }
    const wake = schedule.wakeAt(now)
    if (wake === undefined) return last - begin
    now = wake
  }
}
