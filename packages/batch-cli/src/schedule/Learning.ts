/**
 * Finds out a server's limits from its refusals. A refusal does not say which limiter it comes from; but its wait ends
 * when that limiter has room again, and all that was sent before must have had room. So every setting that would explain
 * it is tried on the latest attempts, and the one that leaves the least unexplained is believed until something
 * contradicts it. Kinds have one setting for all their buckets. Among equals, what holds up fewer rows is believed, and
 * the rows that go on meanwhile are the experiment that tells.
 */

import * as Belief from "./LearningBelief.ts"
import { type Attempt, type Log, releaseOf, slack } from "./LearningLog.ts"
import * as Replay from "./LearningReplay.ts"
import { kinds, traits } from "./LimiterKind.ts"
import type * as Limits from "./Limits.ts"
import type { Mirror } from "./Mirror.ts"

export interface Learning {
  /** Takes in a refusal that is in the log; nothing is sent to its bucket before `until`. Says whether much has changed. */
  readonly refused: (attempt: Attempt, now: number, until: number) => boolean
  /** Takes in a request that passed. Says whether much has changed. */
  readonly passed: (attempt: Attempt, now: number) => boolean
  /** Forgets all that was made of the answers so far, which has led nowhere. */
  readonly restart: (now: number) => void
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

/** After so many acts that a kind has counted, its setting is tried; then after twice as many, and so on. */
const firstTrial = 150

/** The same where waits come in whole seconds, and tell little of a period that is hardly longer. */
const firstTrialOfVague = 25
const vaguePeriod = 2500

export const make = ({ given, learn, log, mirror }: Options): Learning => {
  const beliefs = Belief.make(given, mirror.kind)
  const origin = given.map(Belief.supposedOf)
  let model: Replay.Model = origin
  /** Acts that buckets counted before the log begins. */
  let initial = new Map<number, number>()
  /** Buckets whose next act but one is sent too early on purpose: its refusal tells the setting exactly. */
  let thoughts = 0
  let passes = 0
  const trials = new Set<number>()
  /** Acts that kinds have counted since they were last tried, and how many it takes to try them again. */
  const counted = kinds.map(() => 0)
  const patience = kinds.map(() => firstTrial)

  const patienceWith = (supposed: Replay.Supposed | undefined) =>
    log.rounds() && supposed !== undefined && supposed.period < vaguePeriod ? firstTrialOfVague : firstTrial

  /** A server that refuses for reasons of its own is not worth ever more thought. */
  const mayThink = () => ++thoughts <= 50 + passes / 10

  const forget = () => {
    const old = log.outdated()
    const first = log.all()[0]
    if (old.length === 0 || first === undefined) return
    const { explained, left } = Replay.make(old, mirror.kind, log.latency(), initial).run(model)
    old.forEach(({ buckets }, n) => {
      // what is proved by refusals that are forgotten stays proved
      const kind = mirror.kind(buckets[explained[n] ?? -1] ?? -1)
      if ((explained[n] ?? -1) !== -1) beliefs.establish(kind, model[kind])
    })
    const acts = new Map<number, number>()
    for (const bucket of new Set(old.flatMap(({ buckets }) => buckets))) {
      const rest = left(bucket, first.sent)
      if (rest > 0) acts.set(bucket, rest)
    }
    initial = acts
  }

  const breadthOf = (bucket: number) => traits[mirror.kind(bucket)]?.breadth ?? 0

  const narrowestOf = (buckets: ReadonlyArray<number>, filter: (place: number) => boolean): number => {
    let found = -1
    buckets.forEach((bucket, place) => {
      const least = found === -1 ? Number.POSITIVE_INFINITY : breadthOf(buckets[found] ?? 0)
      if (filter(place) && breadthOf(bucket) < least) found = place
    })
    return found
  }

  /** Other refusals whose waits end at the same time. */
  const companions = (attempt: Attempt): ReadonlyArray<Attempt> => {
    const [earliest, latest] = releaseOf(attempt, log.latency())
    return log
      .all()
      .slice(-32)
      .filter((one) => {
        if (one === attempt || one.result !== "refused") return false
        const [other, otherLatest] = releaseOf(one, log.latency())
        return other <= latest && otherLatest >= earliest
      })
  }

  /** Where nothing explains it, somebody else has used the account: the bucket nearest to full, or the narrowest. */
  const scapegoat = (attempt: Attempt): number => {
    const { buckets, sent, wait } = attempt
    const alike = companions(attempt)
    if (alike.length > 0) {
      const common = buckets.map((bucket) => alike.every((one) => one.buckets.includes(bucket)))
      const narrowest = narrowestOf(buckets, (place) => common[place] === true)
      if (narrowest !== -1) return narrowest
    }
    let found = -1
    let fullest = Number.NEGATIVE_INFINITY
    buckets.forEach((bucket, place) => {
      const { period } = mirror.pace(mirror.kind(bucket))
      if (model[mirror.kind(bucket)] === undefined || wait > period + log.latency() + 1000) return
      const fullness = (mirror.freeAt(bucket) - sent) / period
      if (fullness <= fullest) return
      found = place
      fullest = fullness
    })
    if (found !== -1) return found
    return narrowestOf(buckets, () => true)
  }

  /** Who knows the end of the wait knows how full the bucket is. */
  const resync = (attempt: Attempt) => {
    const bucket = attempt.buckets[attempt.blamed]
    const supposed = bucket === undefined ? undefined : model[mirror.kind(bucket)]
    if (bucket === undefined || supposed === undefined || mirror.kind(bucket) === Replay.slots) return
    mirror.atLeast(bucket, attempt.sent + attempt.wait + (supposed.burst - 1) * supposed.period)
  }

  const recount = (attempt: Attempt) => {
    const places = attempt.result === "refused" ? attempt.blamed : attempt.buckets.length
    attempt.buckets.forEach((bucket, place) => {
      const spared = attempt.result === "denied" && traits[mirror.kind(bucket)]?.onlyDone === true
      if (place < places && !spared) mirror.count(bucket, attempt.answered)
    })
    if (attempt.result === "refused") resync(attempt)
  }

  /** Makes the mirror what it would be had this been known all along. */
  const rebuild = (now: number) => {
    model.forEach((supposed, kind) => {
      if (Belief.isSame(supposed, origin[kind]) && mirror.pace(kind).enforced === (supposed !== undefined)) return
      if (supposed !== undefined) mirror.setPace(kind, { ...supposed, enforced: true })
      else mirror.setPace(kind, { ...mirror.pace(kind), enforced: false })
    })
    const begin = log.all()[0]?.sent ?? now
    for (const bucket of new Set(log.all().flatMap(({ buckets }) => buckets))) {
      mirror.clear(bucket)
      const acts = initial.get(bucket)
      if (acts !== undefined) mirror.atLeast(bucket, begin + acts * mirror.pace(mirror.kind(bucket)).period)
    }
    for (const attempt of log.all()) {
      if (attempt.result === "in the air") continue
      recount(attempt)
      const bucket = attempt.buckets[attempt.blamed]
      const until = attempt.answered + attempt.wait
      if (bucket !== undefined && until > now) mirror.hold(bucket, until)
    }
  }

  const adopt = (better: Replay.Model, now: number): boolean => {
    const before = model
    model = better
    const { explained } = replay().run(model)
    log.all().forEach((one, n) => {
      if (one.result === "refused" && explained[n] !== undefined && explained[n] !== -1) one.blamed = explained[n]
    })
    if (model === before) return false
    model.forEach((supposed, kind) => {
      if (Belief.isSame(supposed, before[kind])) return
      patience[kind] = patienceWith(supposed)
      counted[kind] = 0
    })
    rebuild(now)
    return true
  }

  const replay = () => Replay.make(log.all(), mirror.kind, log.latency(), initial)

  return {
    refused: (attempt, now, until) => {
      attempt.blamed = scapegoat(attempt)
      const before = model
      const better = learn && mayThink() ? beliefs.explain(replay(), model, attempt) : model
      const changed = adopt(better, now)
      if (!changed) recount(attempt)
      const bucket = attempt.buckets[attempt.blamed]
      if (bucket === undefined) return changed
      mirror.hold(bucket, until)
      const kind = mirror.kind(bucket)
      const supposed = model[kind]
      if (supposed !== undefined && !Belief.isSame(supposed, before[kind]) && !Belief.isUsual(kind, supposed)) {
        trials.add(bucket)
        const narrower = attempt.buckets.filter((one) => breadthOf(one) < breadthOf(bucket))
        // a row that shares nothing narrower with this one tells whether it is really this wide
        for (const one of narrower) mirror.hold(one, until)
        if (narrower.length > 0) mirror.probe(bucket)
      }
      return changed
    },
    passed: (attempt, now) => {
      passes += 1
      forget()
      if (!learn) return false
      let changed = false
      const early = Math.max(...attempt.buckets.map((bucket) => mirror.earliness(bucket, attempt.sent)), 0)
      if (early > log.latency() + 2 * slack) changed = adopt(beliefs.doubt(replay(), model), now)
      for (const bucket of attempt.buckets) {
        const kind = mirror.kind(bucket)
        counted[kind] = (counted[kind] ?? 0) + 1
        // what a person says is not put to the test
        const own = model[kind] !== undefined && !Belief.isSame(model[kind], origin[kind])
        const due = own && (counted[kind] ?? 0) > (patience[kind] ?? firstTrial)
        if (!trials.delete(bucket) && !due) continue
        if (due) {
          counted[kind] = 0
          patience[kind] = (patience[kind] ?? firstTrial) * 2
        }
        mirror.probe(bucket)
      }
      return changed
    },
    restart: (now) => {
      if (!learn) return
      log.clear()
      initial = new Map()
      thoughts = 0
      passes = 0
      trials.clear()
      model.forEach((supposed, kind) => {
        const { burst, period } = mirror.pace(kind)
        if (!Belief.isSame(supposed, origin[kind])) mirror.setPace(kind, { burst, period, enforced: false })
      })
      model = origin
      rebuild(now)
    },
    settings: () =>
      model.map((supposed, kind) =>
        supposed === undefined || Belief.isSame(supposed, origin[kind])
          ? given[kind]
          : { per_second: 1000 / supposed.period, burst_count: supposed.burst }
      )
  }
}
