/**
 * Finds out a server's limits from its refusals. A refusal does not say which limiter it comes from; but its wait ends
 * when that limiter has room again, and all that was sent before must have had room. So every setting that would explain
 * it is tried on the latest attempts, and the one that leaves the least unexplained is believed until something
 * contradicts it. Kinds have one setting for all their buckets. Among equals, what holds up fewer rows is believed, and
 * the rows that go on meanwhile are the experiment that tells.
 */

import * as Guess from "./LearningGuess.ts"
import type { Attempt, Log } from "./LearningLog.ts"
import { releaseOf } from "./LearningLog.ts"
import * as Replay from "./LearningReplay.ts"
import { kinds, traits } from "./LimiterKind.ts"
import * as Limits from "./Limits.ts"
import type { Mirror } from "./Mirror.ts"

export interface Learning {
  /** Takes in a refusal that is in the log. Says whether what is held up may have changed as a whole. */
  readonly refused: (attempt: Attempt, now: number, until: number) => boolean
  readonly settings: () => ReadonlyArray<Limits.Known>
}

export interface Options {
  readonly mirror: Mirror
  readonly log: Log
  /** By kind. */
  readonly given: ReadonlyArray<Limits.Known>
  /** Whether anything may be learned, or refusals are all somebody else's doing. */
  readonly learn: boolean
}

const supposedOf = (known: Limits.Known): Replay.Supposed | undefined =>
  known === undefined || known === null || known.per_second <= 0
    ? undefined
    : { period: 1000 / known.per_second, burst: known.burst_count }

const usual = [Limits.toList(Limits.synapseDefault), Limits.toList(Limits.dendriteDefault)].map((list) =>
  list.map(supposedOf)
)

const isSame = (one: Replay.Supposed | undefined, other: Replay.Supposed | undefined): boolean =>
  one === other ||
  (one !== undefined &&
    other !== undefined &&
    one.burst === other.burst &&
    Math.abs(one.period - other.period) < 1e-9 * one.period)

/** As many attempts as one replay takes in. */
const memory = 768

export const make = ({ given, learn, log, mirror }: Options): Learning => {
  const origin = given.map(supposedOf)
  let model: Replay.Model = origin
  /** Refusals that a kind has explained. */
  const proofs = kinds.map(() => 0)

  /** How much there is to believe. */
  const complexity = (candidate: Replay.Model): number =>
    candidate.reduce((sum, supposed, kind) => {
      if (isSame(supposed, origin[kind])) return sum
      const changed = given[kind] === undefined ? 0 : 1
      if (supposed === undefined) return sum + changed
      const breadth = (traits[kind]?.breadth ?? 0) / 50
      const isUsual = usual.some((preset) => isSame(preset[kind], supposed))
      // the faster of two: if it is wrong, the next refusal tells, and nobody would tell of the slower one
      const slowness = Math.log(Math.max(1, supposed.period)) / 1000
      return sum + changed + breadth + slowness + (isUsual ? 0.35 : 0.5 + Guess.oddity(supposed) / 25)
    }, 0)

  const candidates = (replay: Replay.Replay, attempt: Attempt): ReadonlyArray<Replay.Model> =>
    attempt.buckets.flatMap((bucket, place) => {
      const kind = mirror.kind(bucket)
      const bursts = [...usual.map((preset) => preset[kind]), model[kind]].filter((one) => one !== undefined)
      const others = model.flatMap((supposed, other) =>
        other !== kind && supposed !== undefined && !isSame(supposed, origin[other]) && (proofs[other] ?? 0) < 3
          ? [other]
          : []
      )
      return Guess.guesses(replay, attempt, place, kind, bursts).flatMap((guess) => {
        const changed = model.with(kind, guess)
        return [changed, ...others.map((other) => changed.with(other, undefined))]
      })
    })

  const best = (replay: Replay.Replay, attempt: Attempt) => {
    const costOf = (candidate: Replay.Model) => replay.run(candidate).cost + complexity(candidate)
    let least = costOf(model)
    let chosen = model
    for (const candidate of candidates(replay, attempt)) {
      const cost = costOf(candidate)
      if (cost >= least - 1e-6) continue
      least = cost
      chosen = candidate
    }
    return chosen
  }

  /** Where nothing explains it, somebody else has used the account: the bucket that is nearest to full, or the narrowest. */
  const scapegoat = ({ buckets, sent, wait }: Attempt): number => {
    let found = -1
    let fullest = Number.NEGATIVE_INFINITY
    buckets.forEach((bucket, place) => {
      const { period } = mirror.pace(mirror.kind(bucket))
      if (model[mirror.kind(bucket)] === undefined || wait > period + log.latency() + 1000) return
      const free = mirror.freeAt(bucket)
      const fullness = (free - sent) / period
      if (fullness <= fullest) return
      found = place
      fullest = fullness
    })
    if (found !== -1) return found
    const breadths = buckets.map((bucket) => traits[mirror.kind(bucket)]?.breadth ?? 0)
    return breadths.indexOf(Math.min(...breadths))
  }

  const resync = (attempt: Attempt) => {
    const bucket = attempt.buckets[attempt.blamed]
    const supposed = bucket === undefined ? undefined : model[mirror.kind(bucket)]
    if (bucket === undefined || supposed === undefined || mirror.kind(bucket) === Replay.slots) return
    const [earliest] = releaseOf(attempt, 0)
    mirror.atLeast(bucket, earliest + (supposed.burst - 1) * supposed.period)
  }

  const recount = (attempt: Attempt) => {
    const counted = attempt.result === "refused" ? attempt.blamed : attempt.buckets.length
    attempt.buckets.slice(0, counted).forEach((bucket) => {
      if (attempt.result === "denied" && traits[mirror.kind(bucket)]?.onlyDone === true) return
      mirror.count(bucket, attempt.answered)
    })
    if (attempt.result === "refused") resync(attempt)
  }

  /** Makes the mirror what it would be had this been known all along. */
  const rebuild = (attempts: ReadonlyArray<Attempt>, now: number) => {
    model.forEach((supposed, kind) => {
      if (isSame(supposed, origin[kind])) return
      if (supposed !== undefined) mirror.setPace(kind, { ...supposed, enforced: true })
      else mirror.setPace(kind, { ...mirror.pace(kind), enforced: false })
    })
    for (const { buckets } of attempts) for (const bucket of buckets) mirror.clear(bucket)
    for (const attempt of attempts) {
      if (attempt.result === "in the air") continue
      recount(attempt)
      const bucket = attempt.buckets[attempt.blamed]
      const until = attempt.answered + attempt.wait
      if (bucket !== undefined && until > now) mirror.hold(bucket, until)
    }
  }

  return {
    refused: (attempt, now, until) => {
      const attempts = log.all()
      const replay = Replay.make(attempts.slice(-memory), mirror.kind, log.latency())
      const before = model
      attempt.blamed = scapegoat(attempt)
      if (learn) model = best(replay, attempt)
      const { explained } = replay.run(model)
      replay.attempts.forEach((one, n) => {
        if ((explained[n] ?? -1) !== -1) one.blamed = explained[n] ?? -1
      })
      const kind = mirror.kind(attempt.buckets[attempt.blamed] ?? 0)
      const changed = model !== before
      if (changed) {
        model.forEach((supposed, kind) => {
          if (!isSame(supposed, before[kind])) proofs[kind] = 0
        })
        rebuild(attempts, now)
      } else recount(attempt)
      if (explained.at(-1) !== -1) proofs[kind] = (proofs[kind] ?? 0) + 1
      const bucket = attempt.buckets[attempt.blamed]
      if (bucket !== undefined) mirror.hold(bucket, until)
      return changed
    },
    settings: () =>
      model.map((supposed, kind) =>
        supposed === undefined || isSame(supposed, origin[kind])
          ? given[kind]
          : { per_second: 1000 / supposed.period, burst_count: supposed.burst }
      )
  }
}
