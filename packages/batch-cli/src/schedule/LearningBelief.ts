/** What to believe of a server's limits, of all that would explain what it did: the simplest that explains most. */
import * as Guess from "./LearningGuess.ts"
import type { Attempt } from "./LearningLog.ts"
import { type Model, type Replay, type Supposed, slots } from "./LearningReplay.ts"
import { kinds, traits } from "./LimiterKind.ts"
import * as Limits from "./Limits.ts"

export interface Belief {
  /** What to believe after a refusal; the model itself where nothing is better. */
  readonly explain: (replay: Replay, model: Model, refused: Attempt) => Model
  /** Takes a setting for known, as if it had been given. */
  readonly establish: (kind: number, supposed: Supposed | undefined) => void
  /** What to believe after something passed that should not have. */
  readonly doubt: (replay: Replay, model: Model) => Model
}

export const supposedOf = (known: Limits.Known): Supposed | undefined =>
  known === undefined || known === null || known.per_second <= 0
    ? undefined
    : { period: 1000 / known.per_second, burst: known.burst_count }

const usual = [Limits.toList(Limits.synapseDefault), Limits.toList(Limits.dendriteDefault)].map((list) =>
  list.map(supposedOf)
)

export const isSame = (one: Supposed | undefined, other: Supposed | undefined): boolean =>
  one === other ||
  (one !== undefined &&
    other !== undefined &&
    one.burst === other.burst &&
    Math.abs(one.period - other.period) < 1e-9 * one.period)

export const isUsual = (kind: number, supposed: Supposed): boolean =>
  usual.some((preset) => isSame(preset[kind], supposed))

export const make = (given: ReadonlyArray<Limits.Known>, kindOf: (bucket: number) => number): Belief => {
  const origin = given.map(supposedOf)
  const settled = given.map((known) => known !== undefined)

  /** How much there is to believe, in unexplained refusals. */
  const complexity = (candidate: Model): number =>
    candidate.reduce((sum, supposed, kind) => {
      if (isSame(supposed, origin[kind])) return sum
      const changed = settled[kind] === true ? 1 : 0
      if (supposed === undefined) return sum + changed
      const breadth = (traits[kind]?.breadth ?? 0) / 20
      // the faster of two: if it is wrong, the next refusal tells, and nobody would tell of the slower one
      const slowness = Math.log10(Math.max(1, supposed.period)) / 40
      // hardly anybody lets one or two through at once
      const size = supposed.burst < 3 ? 0.4 / supposed.burst ** 2 : Math.log10(supposed.burst) / 10
      const rare = kind === slots ? 1 : 0
      const odd = isUsual(kind, supposed) ? 0.3 : 0.4 + Guess.oddity(supposed) / 25 + rare
      return sum + changed + breadth + slowness + size + odd
    }, 0)

  const costOf = (replay: Replay, candidate: Model, most = Number.POSITIVE_INFINITY) => {
    const simple = complexity(candidate)
    return simple > most ? simple : replay.run(candidate, most - simple).cost + simple
  }

  /** The model with another setting for one of the kinds that count the row. */
  const changes = (
    replay: Replay,
    model: Model,
    explained: Int8Array,
    refused: Attempt,
    only = -1
  ): ReadonlyArray<readonly [Model, number]> =>
    refused.buckets.flatMap((bucket, place) => {
      if (only !== -1 && place !== only) return []
      const kind = kindOf(bucket)
      const known = [...usual.map((preset) => preset[kind]), model[kind]].filter((one) => one !== undefined)
      return Guess.guesses(replay, explained, refused, place, kind, known).map(
        (guess) => [model.with(kind, guess), kind] as const
      )
    })

  /** The best of the changes; the better ones are tried without what else has been learned, too. */
  const least = (
    replay: Replay,
    model: Model,
    candidates: ReadonlyArray<readonly [Model, number]>
  ): readonly [Model, number] => {
    let cost = costOf(replay, model)
    let chosen = model
    const consider = (candidate: Model, limit: number): number => {
      const other = costOf(replay, candidate, limit)
      if (other >= cost - 1e-6) return other
      cost = other
      chosen = candidate
      return other
    }
    const rated = candidates.map(([candidate, kind]) => [consider(candidate, cost + 2), candidate, kind] as const)
    for (const [, candidate, kind] of rated.sort((one, other) => one[0] - other[0]).slice(0, 6)) {
      kinds.forEach((_, other) => {
        if (other === kind || candidate[other] === undefined || isSame(candidate[other], origin[other])) return
        consider(candidate.with(other, undefined), cost)
      })
    }
    return [chosen, cost]
  }

  const improved = (replay: Replay, model: Model, refused: Attempt): readonly [Model, number] => {
    const explained = replay
      .run(model)
      .explained.map((place, n) => (place === -1 ? (replay.attempts[n]?.blamed ?? -1) : place))
    // what is understood needs no more than a better figure
    const only = explanationOf(replay, model, refused)
    return least(replay, model, changes(replay, model, explained, refused, only))
  }

  const explanationOf = (replay: Replay, model: Model, refused: Attempt): number =>
    replay.run(model).explained[replay.attempts.indexOf(refused)] ?? -1

  const unexplained = (replay: Replay, model: Model): ReadonlyArray<Attempt> => {
    const { explained } = replay.run(model)
    return replay.attempts.filter(({ result }, n) => result === "refused" && explained[n] === -1)
  }

  /** All anew, one refusal after the other, from the earliest on or from the latest back. */
  const anew = (replay: Replay, isBackwards: boolean): readonly [Model, number] => {
    let model: Model = origin
    let cost = costOf(replay, model)
    const tried = new Set<Attempt>()
    for (let round = 0; round < 10; round++) {
      const untried = unexplained(replay, model).filter((one) => !tried.has(one))
      const refused = untried.at(isBackwards ? -1 : 0)
      if (refused === undefined) break
      tried.add(refused)
      const { explained } = replay.run(model)
      ;[model, cost] = least(replay, model, changes(replay, model, explained, refused))
    }
    return [model, cost]
  }

  return {
    establish: (kind, supposed) => {
      origin[kind] = supposed
      settled[kind] = true
    },
    explain: (replay, model, refused) => {
      let [better, cost] = improved(replay, model, refused)
      const left = unexplained(replay, better).length
      if (left < 2 || (left & (left - 1)) !== 0) return better
      for (const isBackwards of [false, true]) {
        const [other, otherCost] = anew(replay, isBackwards)
        if (otherCost < cost) [better, cost] = [other, otherCost]
      }
      return better
    },
    doubt: (replay, model) => {
      const refusals = replay.attempts.filter(({ result }) => result === "refused")
      let [better, cost] = least(
        replay,
        model,
        model.map((_, kind) => [model.with(kind, origin[kind]), kind] as const)
      )
      for (const refused of refusals.slice(-4)) {
        const [other, otherCost] = improved(replay, better, refused)
        if (otherCost < cost) [better, cost] = [other, otherCost]
      }
      return better
    }
  }
}
