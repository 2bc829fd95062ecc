/** How long the rows that are going to be sent take under some limits, and which limiter decides. Pure. */

import type { Preflight } from "../preflight/Preflight.ts"
import * as Order from "../run/Order.ts"
import * as Estimate from "../schedule/Estimate.ts"
import * as Kind from "../schedule/LimiterKind.ts"
import type * as Limits from "../schedule/Limits.ts"

export interface Bottleneck {
  readonly kind: Kind.Kind
  /** Whose limit it is: a room or a person. */
  readonly of: string
  /** What it has to let through. */
  readonly rows: number
}

/** Infinite where a limiter lets nothing through. */
export interface Duration {
  readonly millis: number
  /** Less than this nobody could need. */
  readonly leastMillis: number
  /** Absent where no limit holds anything up. */
  readonly bottleneck?: Bottleneck
}

/** Up to so many rows the schedule itself is run; beyond, the least time is close enough. */
const simulated = 20_000

const bottleneckOf = (preflight: Preflight, work: Kind.Work, { key, kind }: Estimate.Bound, skip: Skip) => {
  if (kind === undefined) return undefined
  const number = Kind.kinds.indexOf(kind)
  const isRoom = Kind.traits[number]?.key === "room"
  let rows = 0
  for (let row = 0; row < work.size; row++) {
    if (skip(row)) continue
    const charged = work.charges(row)
    if (!(Kind.classes[Kind.classOf(charged)] ?? []).includes(number)) continue
    if (Kind.keyOf(charged, number) === (isRoom ? key : key + 1)) rows++
  }
  const { people, rooms } = preflight.rows
  const bottleneck: Bottleneck = {
    kind,
    of: isRoom ? rooms.at(key) : key === -1 ? preflight.sender : people.at(key),
    rows
  }
  return bottleneck
}

type Skip = (row: number) => boolean

const isNotSent =
  (preflight: Preflight): Skip =>
  (row) =>
    preflight.verdict(row)._tag !== "send"

/** Less than this nobody could need. */
export const least = (preflight: Preflight, limits: Limits.Limits, maxRate?: number): Omit<Duration, "millis"> => {
  const [work, skip] = [Kind.ofPreflight(preflight), isNotSent(preflight)]
  const bound = Estimate.bound({ work, limits, skip, maxRate })
  const bottleneck = bottleneckOf(preflight, work, bound, skip)
  return { leastMillis: bound.millis, ...(bottleneck === undefined ? {} : { bottleneck }) }
}

export const make = (preflight: Preflight, limits: Limits.Limits, maxRate?: number): Duration => {
  const found = least(preflight, limits, maxRate)
  if (preflight.rows.size > simulated || !Number.isFinite(found.leastMillis)) {
    return { ...found, millis: found.leastMillis }
  }
  const { actorNumber: actor, roomNumber: room, targetNumber: target } = preflight
  const order = Order.make({ size: preflight.rows.size, room, actor, target })
  const millis = Estimate.makespan({
    work: Kind.ofPreflight(preflight),
    limits,
    skip: isNotSent(preflight),
    maxRate,
    order
  })
  return { ...found, millis }
}
