/** Settings that would explain a refusal: found from when a bucket was charged, and when it is to have room again. */

import { type Attempt, releaseOf, slack } from "./LearningLog.ts"
import { type Replay, type Supposed, slots } from "./LearningReplay.ts"
import { traits } from "./LimiterKind.ts"

/** What a bucket has seen before the refusal in question, in order. */
interface History {
  /** When it was charged. */
  readonly charges: ReadonlyArray<number>
  /** Its own refusals, and how many charges there were before each. */
  readonly refusals: ReadonlyArray<{ readonly after: number; readonly attempt: Attempt }>
}

const historyOf = (replay: Replay, explained: Int8Array, refused: Attempt, bucket: number, kind: number): History => {
  const charges: Array<number> = []
  const refusals: Array<{ readonly after: number; readonly attempt: Attempt }> = []
  const [earliest, latest] = releaseOf(refused, replay.latency)
  for (const [n, attempt] of replay.attempts.entries()) {
    if (attempt === refused) break
    const place = attempt.buckets.indexOf(bucket)
    if (place === -1) continue
    if (attempt.result !== "refused") {
      if (attempt.result !== "denied" || traits[kind]?.onlyDone !== true) charges.push(attempt.sent)
      continue
    }
    const [other, otherLatest] = releaseOf(attempt, replay.latency)
    // two waits that end together are for the same bucket, whichever it was taken for
    const isSame = other <= latest && otherLatest >= earliest
    if (isSame || explained[n] === place) refusals.push({ after: charges.length, attempt })
    else if ((explained[n] ?? -1) > place) charges.push(attempt.sent)
  }
  return { charges, refusals }
}

const digits = (value: number): number => {
  for (let n = 1; n < 7; n++) if (Math.abs(Number(value.toPrecision(n)) / value - 1) < 1e-9) return n
  return 7
}

/** How unlikely somebody is to have written this. */
export const oddity = ({ period }: Supposed): number => Math.min(digits(period / 1000), digits(1000 / period)) - 1

/** The value with the fewest digits in a range, as a rate a second or as seconds for each. */
export const roundest = (least: number, most: number): number => {
  const low = Math.max(least, 1e-3)
  const middle = (low + most) / 2
  for (let n = 1; n < 4; n++) {
    for (const period of [
      1000 / Number((1000 / middle).toPrecision(n)),
      1000 * Number((middle / 1000).toPrecision(n))
    ]) {
      if (period >= low && period <= most) return period
    }
  }
  return low * 0.1 + most * 0.9
}

/** When the bucket would be empty after the charges, if they could all have passed. */
const emptied = (
  charges: ReadonlyArray<number>,
  { burst, period }: Supposed,
  tolerance: number
): number | undefined => {
  let empty = Number.NEGATIVE_INFINITY
  for (const at of charges) {
    if (empty - (burst - 1) * period > at + tolerance + period / 50) return undefined
    empty = Math.max(empty, at) + period
  }
  return empty
}

/** Charges at which the bucket may have been empty: the first, and those after the longest pauses. */
const starts = (charges: ReadonlyArray<number>): ReadonlyArray<number> => {
  const pauses = charges.map((at, n) => [n, at - (charges[n - 1] ?? Number.NEGATIVE_INFINITY)] as const)
  return pauses
    .sort((one, other) => other[1] - one[1])
    .slice(0, 4)
    .map(([n]) => n)
}

const mostBurst = 40
const mostPlaces = 10
const mostGuesses = 30

/** Settings of the kind under which this bucket would have done all that it did, the usual ones first. */
export const guesses = (
  replay: Replay,
  explained: Int8Array,
  refused: Attempt,
  place: number,
  kind: number,
  usual: ReadonlyArray<Supposed>
): ReadonlyArray<Supposed> => {
  const bucket = refused.buckets[place] ?? -1
  const { charges, refusals } = historyOf(replay, explained, refused, bucket, kind)
  const [earliest, latest] = releaseOf(refused, replay.latency)
  const found: Array<Supposed> = [...usual]
  if (kind === slots) {
    const taken = charges.filter((at) => at > refused.sent - refused.wait).length
    const last = refusals.at(-1)?.attempt.wait
    // a wait that is rounded up is always the same, whatever it was
    return taken > 0 && last === refused.wait && !refused.isRounded
      ? [...found, { burst: taken, period: refused.wait / taken }]
      : found
  }
  if (charges.length === 0) return []
  const tolerance = 2 * (replay.latency + slack)
  const offer = (least: number, most: number, burst: number) => {
    if (burst < 1 || !(most > 0)) return
    // what is not round is not known to the end: a little too slow costs little, and a little too fast is refused
    for (const period of new Set([roundest(least, most), Math.max(least, 1e-3) * 0.1 + most * 0.9])) {
      const guess = { period, burst }
      const empty = emptied(charges, guess, tolerance)
      if (empty === undefined) continue
      const room = empty - (burst - 1) * period
      if (room >= earliest - tolerance && room <= latest + tolerance) found.push(guess)
    }
  }
  for (const { after, attempt } of [...refusals.slice(0, 3), ...refusals.slice(-3)]) {
    const between = charges.length - after
    if (between <= 0) continue
    // the same bucket twice: what was charged in between is what the wait has grown by
    const [before, beforeLatest] = releaseOf(attempt, replay.latency)
    const [least, most] = [(earliest - beforeLatest) / between, (latest - before) / between]
    const period = roundest(Math.max(least, 1e-3), most)
    const empty = emptied(charges, { period, burst: Number.MAX_SAFE_INTEGER / 1e6 }, tolerance)
    if (most > 0 && empty !== undefined)
      offer(least, most, Math.round(1 + (empty - refused.sent - refused.wait) / period))
  }
  for (const start of starts(charges)) {
    const since = charges[start] ?? 0
    const counted = charges.length - start
    const missing = new Set(usual.map(({ burst }) => counted + 1 - burst))
    for (let burst = 1; burst <= Math.min(counted, mostBurst); burst++) missing.add(counted + 1 - burst)
    for (let places = 1; places <= Math.min(counted, mostPlaces); places++) missing.add(places)
    for (const places of missing) {
      if (places > 0) offer((earliest - since) / places, (latest - since) / places, counted + 1 - places)
    }
  }
  return found.slice(0, mostGuesses + usual.length)
}
