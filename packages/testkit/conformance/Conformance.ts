/** One run of the judge: who plays which scenarios, and what is compared with what. */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import type { Play } from "./Answer.ts"
import * as Compare from "./Compare.ts"
import * as Deliberate from "./Deliberate.ts"
import { fake } from "./Fake.ts"
import * as Lanes from "./Lanes.ts"
import * as Record from "./Record.ts"
import type { Scenario } from "./Scenario.ts"
import type { Subject } from "./Subject.ts"
import { Synapse } from "./Synapse.ts"
import { families } from "./scenarios/All.ts"

export interface Options {
  readonly synapse: boolean
  readonly record: boolean
  /** Part of the names of the scenarios to play; all when empty. */
  readonly only: string
  /** How many Synapses share the work. */
  readonly servers: number
}

export interface Report {
  readonly rendered: string
  readonly scenarios: number
  readonly steps: number
  readonly differences: number
}

const synapseSubject = Effect.fnUntraced(function* () {
  const synapse = yield* Synapse.make()
  const subject: Subject = {
    title: "Synapse",
    baseUrl: synapse.baseUrl,
    serverName: synapse.serverName,
    http: yield* HttpClient.HttpClient,
    register: (localpart) => synapse.registerUser({ localpart }),
    lanes: 2
  }
  return subject
})

const byScenario = (plays: ReadonlyArray<Play>) => new Map(plays.map((play) => [play.scenario, play]))

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

const progress = (title: string, total: number) => (done: number) =>
  done % 50 === 0 || done === total ? Effect.log(`${title}: ${done} of ${total} scenarios`) : Effect.void

const playOn = (subjects: ReadonlyArray<Subject>, scenarios: ReadonlyArray<Scenario>) =>
  Effect.map(Lanes.playAll(subjects, scenarios, progress(subjects[0]?.title ?? "", scenarios.length)), byScenario)

const recorded = Effect.map(
  Effect.forEach(Object.keys(families), Record.read),
  (files) => new Map(files.flatMap((file) => [...file]))
)

/** Answers of scenarios that were not played this time are kept; those of scenarios that are gone are not. */
const record = Effect.fnUntraced(function* (played: ReadonlyMap<string, Play>, before: ReadonlyMap<string, Play>) {
  for (const [family, scenarios] of Object.entries(families)) {
    const plays = scenarios.flatMap(({ name }) => played.get(name) ?? before.get(name) ?? [])
    yield* Record.write(
      family,
      plays.filter((play) => play.broken === undefined)
    )
  }
})

const isDeliberate = (difference: Compare.Difference) =>
  Deliberate.deliberate.some(({ scenario, step }) => scenario === difference.scenario && step === difference.step)

export const run = Effect.fn("Conformance.run")(function* (options: Options) {
  const scenarios = Object.values(families)
    .flat()
    .filter(({ name }) => name.includes(options.only))
  const before = yield* recorded
  const rendered: Array<string> = []
  let differences = 0
  const add = (left: string, right: string, all: ReadonlyArray<Compare.Difference>) => {
    differences += all.length
    if (all.length > 0) rendered.push(Compare.render({ left, right }, all))
  }

  let judge = { title: "recorded", plays: before as ReadonlyMap<string, Play> }
  if (options.synapse || options.record) {
    const subjects = yield* Effect.forEach(Array.from({ length: options.servers }), synapseSubject, {
      concurrency: "unbounded"
    })
    const plays = yield* playOn(subjects, scenarios)
    judge = { title: "Synapse", plays }
    if (options.record) yield* record(plays, before)
    else add("recorded", "Synapse", compared(scenarios, before, plays))
  }

  const faked = compared(scenarios, judge.plays, yield* playOn([yield* fake], scenarios))
  add(
    judge.title,
    "fake",
    faked.filter((difference) => !isDeliberate(difference))
  )
  for (const { reason, scenario, step } of Deliberate.deliberate) {
    const played = scenarios.some(({ name }) => name === scenario)
    if (!played || faked.some((difference) => difference.scenario === scenario && difference.step === step)) continue
    differences += 1
    rendered.push(`${scenario}, step ${step}: meant to differ (${reason}), but does not`)
  }
  const report: Report = {
    rendered: rendered.join("\n"),
    scenarios: scenarios.length,
    steps: scenarios.reduce((sum, { steps }) => sum + steps.length, 0),
    differences
  }
  return report
}, Effect.scoped)
