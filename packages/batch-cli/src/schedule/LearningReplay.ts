/**
 * Lets the latest attempts run again under supposed settings, and counts what does not fit: a request that passed
 * although there was no room for it, a refusal that nothing explains.
 */

import { type Attempt, releaseOf, slack } from "./LearningLog.ts"
import { kinds, traits } from "./LimiterKind.ts"

/** Milliseconds for each act, acts at once. */
export interface Supposed {
  readonly period: number
  readonly burst: number
}

/** By kind; nothing where no limit is supposed. */
export type Model = ReadonlyArray<Supposed | undefined>

export interface Replayed {
  /** Infinite when it is more than was asked for. */
  readonly cost: number
  /** By attempt, the place of the bucket that explains its refusal, or -1. */
  readonly explained: Int8Array
  /** Acts that a bucket still counts at the end. */
  readonly left: (bucket: number, at: number) => number
}

export interface Replay {
  readonly run: (model: Model, most?: number) => Replayed
  readonly attempts: ReadonlyArray<Attempt>
  readonly latency: number
}

export const slots = kinds.indexOf("slots")
const width = 5

/** What a contradiction costs; explanations that fit badly cost a part of it. */
const looseness = 0.4

/** Others may use the account and cause refusals that nothing explains; but nobody makes room where there is none. */
const impossible = 1.5

/** `initial` says how many acts a bucket counted when the first of the attempts was sent. */
export const make = (
  attempts: ReadonlyArray<Attempt>,
  kindOf: (bucket: number) => number,
  latency: number,
  initial: ReadonlyMap<number, number> = new Map()
): Replay => {
  const numbers = new Map<number, number>()
  const buckets = new Int32Array(attempts.length * width).fill(-1)
  const bucketKinds: Array<number> = []
  const initially: Array<number> = []
  const begin = attempts[0]?.sent ?? 0
  attempts.forEach((attempt, n) => {
    attempt.buckets.forEach((bucket, place) => {
      let number = numbers.get(bucket)
      if (number === undefined) {
        initially.push(initial.get(bucket) ?? 0)
        number = numbers.size
        numbers.set(bucket, number)
        bucketKinds.push(kindOf(bucket))
      }
      buckets[n * width + place] = number
    })
  })
  const tolerance = latency + slack

  const run = (model: Model, most = Number.POSITIVE_INFINITY): Replayed => {
    const empty = new Float64Array(numbers.size).fill(Number.NEGATIVE_INFINITY)
    initially.forEach((acts, bucket) => {
      const supposed = model[bucketKinds[bucket] ?? 0]
      if (acts > 0 && supposed !== undefined) empty[bucket] = begin + acts * supposed.period
    })
    const taken: Array<Array<number>> = []
    /** The end of a wait that nothing explained; what it explains in turn is worth less. */
    const told = new Float64Array(numbers.size).fill(Number.NEGATIVE_INFINITY)
    const explained = new Int8Array(attempts.length).fill(-1)
    let cost = 0

    const roomAt = (bucket: number, { burst, period }: Supposed): number =>
      bucketKinds[bucket] === slots
        ? (taken[bucket]?.[(taken[bucket]?.length ?? 0) - burst] ?? Number.NEGATIVE_INFINITY)
        : (empty[bucket] ?? 0) - (burst - 1) * period

    const count = (n: number, place: number, at: number) => {
      const bucket = buckets[n * width + place] ?? 0
      const kind = bucketKinds[bucket] ?? 0
      const supposed = model[kind]
      if (supposed === undefined) return
      if (kind === slots) {
        const busy = taken[bucket] ?? []
        taken[bucket] = busy
        busy.push(at + supposed.period * supposed.burst)
      } else empty[bucket] = Math.max(empty[bucket] ?? 0, at) + supposed.period
    }

    /** Which bucket refused it, and how badly that fits. */
    const explanation = (n: number, attempt: Attempt, earliest: number, latest: number): readonly [number, number] => {
      for (let place = 0; place < attempt.buckets.length; place++) {
        const bucket = buckets[n * width + place] ?? 0
        const supposed = model[bucketKinds[bucket] ?? 0]
        if (supposed === undefined) continue
        const room = roomAt(bucket, supposed)
        if (bucketKinds[bucket] === slots) {
          const whole = supposed.period * supposed.burst
          if (room <= attempt.sent - tolerance) continue
          return Math.abs(whole - attempt.wait) <= slack ? [place, 0] : [-1, 0]
        }
        if (room >= earliest && room <= latest) {
          const middle = attempt.sent + attempt.wait
          // it was sent in the belief that there was room
          const surprise = room <= attempt.sent ? 1 : 0
          const borrowed = (told[bucket] ?? 0) >= earliest ? 1 : 0
          return [place, surprise + borrowed + Math.abs(room - middle) / (latest - earliest) / 3]
        }
        // it would have refused, but with another wait
        if (room > attempt.sent + tolerance) return [-1, 0]
      }
      return [-1, 0]
    }

    const refuse = (n: number, attempt: Attempt, place: number, misfit: number) => {
      explained[n] = place
      cost += place === -1 ? 1 : misfit * looseness
      const refusing = place === -1 ? attempt.blamed : place
      for (let before = 0; before < refusing; before++) count(n, before, attempt.sent)
      // who knows the end of the wait knows how full the bucket is, whoever filled it
      const bucket = refusing === -1 ? -1 : (buckets[n * width + refusing] ?? -1)
      const supposed = model[bucketKinds[bucket] ?? -1]
      if (bucket !== -1 && supposed !== undefined && bucketKinds[bucket] !== slots && place === -1) {
        told[bucket] = attempt.sent + attempt.wait
        empty[bucket] = Math.max(
          empty[bucket] ?? 0,
          attempt.sent + attempt.wait + (supposed.burst - 1) * supposed.period
        )
      }
    }

    /** Refusals that nothing explains yet: what was sent shortly after may have been there first. */
    let pending: Array<number> = []
    const reconsider = (now: number) => {
      pending = pending.filter((n) => {
        const attempt = attempts[n]
        if (attempt === undefined) return false
        const [place, misfit] = explanation(n, attempt, ...releaseOf(attempt, latency))
        if (place === -1 && now <= attempt.sent + latency) return true
        refuse(n, attempt, place, misfit)
        return false
      })
    }

    for (let n = 0; n < attempts.length; n++) {
      const attempt = attempts[n]
      if (attempt === undefined) break
      if (cost > most) return { cost: Number.POSITIVE_INFINITY, explained, left: () => 0 }
      const size = attempt.buckets.length
      if (attempt.result !== "refused") {
        for (let place = 0; place < size; place++) {
          const bucket = buckets[n * width + place] ?? 0
          const kind = bucketKinds[bucket] ?? 0
          const supposed = model[kind]
          if (supposed === undefined) continue
          const onlyDone = attempt.result === "denied" && traits[kind]?.onlyDone === true
          const latest = attempt.sent + tolerance + supposed.period / 50
          if (!onlyDone && attempt.result !== "in the air" && roomAt(bucket, supposed) > latest) cost += impossible
          if (!onlyDone) count(n, place, attempt.sent)
        }
        if (pending.length > 0) reconsider(attempt.sent)
        continue
      }
      pending.push(n)
      reconsider(attempt.sent)
    }
    reconsider(Number.POSITIVE_INFINITY)
    const left = (bucket: number, at: number) => {
      const number = numbers.get(bucket)
      const supposed = model[kindOf(bucket)]
      return number === undefined || supposed === undefined
        ? 0
        : Math.max(0, (empty[number] ?? 0) - at) / supposed.period
    }
    return { cost, explained, left }
  }

  return { run, attempts, latency }
}
