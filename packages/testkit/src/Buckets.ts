/**
 * How limits count, as pure functions. Synapse has a leaky bucket: a call passes while there is room for one more in
 * `burst_count`, and the bucket leaks `per_second`; a refused call leaves it as it is. Dendrite has a number of slots,
 * each taken for a fixed time.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Setting, Slots } from "./RateLimits.ts"

/** Counted acts, and when the bucket was last empty (milliseconds since the epoch). */
interface Leaky {
  readonly count: number
  readonly since: number
}

export interface Buckets {
  readonly leaky: HashMap.HashMap<string, Leaky>
  /** When each slot in use becomes free again. */
  readonly slots: HashMap.HashMap<string, ReadonlyArray<number>>
}

export const empty: Buckets = { leaky: HashMap.empty(), slots: HashMap.empty() }

export interface Verdict {
  readonly buckets: Buckets
  /** `undefined` when the call may pass, or how long to wait, in whole milliseconds. */
  readonly wait: number | undefined
}

/** `count: false` looks without counting, as Synapse does where the act is counted elsewhere. */
export const charge = (
  buckets: Buckets,
  key: string,
  setting: Setting | undefined,
  now: number,
  options: { readonly count?: boolean; readonly acts?: number } = {}
): Verdict => {
  if (setting === undefined) return { buckets, wait: undefined }
  const { count = true, acts = 1 } = options
  const bucket = drained(buckets, key, setting, now)
  const freeAt = roomFrom(bucket, setting, acts)
  if (freeAt > now) return { buckets, wait: freeAt - now }
  return { buckets: count ? fill(buckets, key, bucket, acts) : buckets, wait: undefined }
}

/** Counts an act that no limit may stop, full bucket or not. */
export const record = (buckets: Buckets, key: string, setting: Setting | undefined, now: number): Buckets =>
  setting === undefined ? buckets : fill(buckets, key, drained(buckets, key, setting, now), 1)

/** Takes a slot. A refusal names the whole cool-off, whenever the next slot may come free. */
export const takeSlot = (buckets: Buckets, key: string, slots: Slots | undefined, now: number): Verdict => {
  if (slots === undefined) return { buckets, wait: undefined }
  const taken = Option.getOrElse(HashMap.get(buckets.slots, key), (): ReadonlyArray<number> => []).filter(
    (freeAt) => freeAt > now
  )
  return taken.length >= slots.threshold
    ? { buckets, wait: slots.cooloff_ms }
    : {
        buckets: { ...buckets, slots: HashMap.set(buckets.slots, key, [...taken, now + slots.cooloff_ms]) },
        wait: undefined
      }
}

const fill = (buckets: Buckets, key: string, bucket: Leaky, acts: number): Buckets => ({
  ...buckets,
  leaky: HashMap.set(buckets.leaky, key, { ...bucket, count: bucket.count + acts })
})

const millisPerAct = (setting: Setting): number => (setting.per_second > 0 ? 1000 / setting.per_second : Infinity)

const drained = (buckets: Buckets, key: string, setting: Setting, now: number): Leaky => {
  const bucket = Option.getOrUndefined(HashMap.get(buckets.leaky, key))
  return bucket === undefined || now > bucket.since + bucket.count * millisPerAct(setting)
    ? { count: 0, since: now }
    : bucket
}

/**
 * When `acts` more fit in, as a whole millisecond. Synapse rounds the wait down and leaves the rest to the network; on a
 * virtual clock, where a wait can be exact, only rounding up lets a client that waited as told pass.
 */
const roomFrom = (bucket: Leaky, setting: Setting, acts: number): number => {
  const excess = bucket.count + acts - setting.burst_count
  return excess <= 0 ? Number.NEGATIVE_INFINITY : Math.ceil(bucket.since + excess * millisPerAct(setting))
}
