/** One run of the judge: who plays which scenarios, and what is compared with what. */
import * as Effect from "effect/Effect"
import type { Play } from "./Answer.ts"
import * as Compare from "./Compare.ts"
import * as Deliberate from "./Deliberate.ts"
import * as Fake from "./Fake.ts"
import * as Record from "./Record.ts"
import type { Scenario } from "./Scenario.ts"
import * as Stages from "./Stages.ts"
import * as SynapseSubject from "./SynapseSubject.ts"
import { families } from "./scenarios/All.ts"

export interface Options {
  readonly synapse: boolean
  readonly record: boolean
  /** Part of the names of the scenarios to play; all when empty. */
  readonly only: string
  /** Of those only each so many-th. */
  readonly every: number
  /** How many Synapses share the work. */
  readonly servers: number
}

export interface Report {
  readonly rendered: string
  readonly scenarios: number
  readonly steps: number
  readonly differences: number
}

const nothing = (scenario: Scenario, why: string): Play => ({ scenario: scenario.name, answers: [], broken: why })

const compared = (
  scenarios: ReadonlyArray<Scenario>,
  left: ReadonlyMap<string, Play>,
  right: ReadonlyMap<string, Play>
): ReadonlyArray<Compare.Difference> =>
  scenarios.flatMap((scenario) =>
    Compare.differences(
      scenario,
      left.get(scenario.name) ?? nothing(scenario, "not recorded"),
      right.get(scenario.name) ?? nothing(scenario, "not recorded")
    )
  )

const recorded = Effect.map(
  Effect.forEach(Object.keys(families), Record.read),
  (files) => new Map(files.flatMap((file) => [...file]))
)

/** Answers of scenarios that were not played this time are kept; those of scenarios that are gone are not. */
const record = Effect.fnUntraced(function* (played: ReadonlyMap<string, Play>, before: ReadonlyMap<string, Play>) {
  for (const [family, scenarios] of Object.entries(families)) {
    if (!scenarios.some(({ name }) => played.has(name))) continue
    const plays = scenarios.flatMap(({ name }) => played.get(name) ?? before.get(name) ?? [])
    yield* Record.write(
      family,
      plays.filter((play) => play.broken === undefined)
    )
  }
})

/** What of these was not meant, and then the entries that none of the scenarios played needs any more. */
const undeliberate = (scenarios: ReadonlyArray<Scenario>, all: ReadonlyArray<Compare.Difference>) => {
  const covered = (entry: Deliberate.Deliberate) =>
    all.some(({ scenario, step }) => Deliberate.covers(entry, scenario, step))
  return {
    differences: all.filter(
      ({ scenario, step }) => !Deliberate.deliberate.some((entry) => Deliberate.covers(entry, scenario, step))
    ),
    needless: Deliberate.deliberate.filter(
      (entry) => scenarios.some(({ name }) => name === entry.scenario) && !covered(entry)
    )
  }
}

/** Where the fake differs from what is recorded, and does not mean to. */
export const againstRecord = Effect.fnUntraced(function* (scenarios: ReadonlyArray<Scenario>) {
  const faked = compared(scenarios, yield* recorded, yield* Stages.playAll(Fake.make, 1, scenarios))
  return undeliberate(scenarios, faked).differences
})

const onSynapse = Effect.fnUntraced(function* (servers: number, scenarios: ReadonlyArray<Scenario>) {
  return yield* Stages.playAll(yield* SynapseSubject.maker, servers, scenarios)
}, Effect.scoped)

export const run = Effect.fn("Conformance.run")(function* (options: Options) {
  const scenarios = Object.values(families)
    .flat()
    .filter(({ name }) => name.includes(options.only))
    .filter((_, index) => index % options.every === 0)
  const before = yield* recorded
  const rendered: Array<string> = []
  let differences = 0
  const add = (left: string, right: string, all: ReadonlyArray<Compare.Difference>) => {
    differences += all.length
    if (all.length > 0) rendered.push(Compare.render({ left, right }, all))
  }

  let judge = { title: "recorded", plays: before as ReadonlyMap<string, Play> }
  if (options.synapse || options.record) {
    const plays = yield* onSynapse(options.servers, scenarios)
    judge = { title: "Synapse", plays }
    if (options.record) yield* record(plays, before)
    else add("recorded", "Synapse", compared(scenarios, before, plays))
  }

  const faked = compared(scenarios, judge.plays, yield* Stages.playAll(Fake.make, 1, scenarios))
  const found = undeliberate(scenarios, faked)
  add(judge.title, "fake", found.differences)
  for (const { reason, scenario } of found.needless) {
    differences += 1
    rendered.push(`${scenario}: meant to differ (${reason}), but does not`)
  }
  const report: Report = {
    rendered: rendered.join("\n"),
    scenarios: scenarios.length,
    steps: scenarios.reduce((sum, { steps }) => sum + steps.length, 0),
    differences
  }
  return report
})
