/**
 * How near the schedule comes to what no order of the rows can beat, and how many requests are refused on the way: with
 * the limits told, with the limits learned, by itself and by the runner on the fake homeserver, beside what simpler
 * programs do; then plans and servers by chance.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Limits from "../src/schedule/Limits.ts"
import * as Fake from "./scheduleFake.ts"
import * as Naive from "./scheduleNaive.ts"
import * as Random from "./scheduleRandom.ts"
import * as Run from "./scheduleRun.ts"
import { scenarios, told } from "./scheduleScenarios.ts"

/** What has to be reached. */
const goals = { told: { makespan: 1.02, refused: 0.005 }, learned: { makespan: 1.05, refused: 0.02 } }

const servers = 150

const concurrency = 8

const line = (name: string, makespan: number, refused: number) =>
  Console.log(`  ${name.padEnd(32)} × ${makespan.toFixed(3)}   ${(100 * refused).toFixed(2).padStart(6)} % refused`)

const quantiles = (name: string, values: ReadonlyArray<number>) => {
  const sorted = values.toSorted((one, other) => one - other)
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(4)
  return Console.log(
    `  ${name.padEnd(32)} half ${at(0.5)}   9 of 10 ${at(0.9)}   19 of 20 ${at(0.95)}   worst ${at(1)}`
  )
}

Effect.gen(function* () {
  const missed: Array<string> = []
  for (const scenario of scenarios) {
    yield* Console.log(scenario.name)
    for (const [how, limits] of [["told", told(scenario.server)] as const, ["learned", Limits.learn] as const]) {
      const courses = [
        ["alone", Run.run(scenario, { limits })] as const,
        ["by the runner", yield* Fake.run(scenario, limits, concurrency)] as const
      ]
      for (const [who, course] of courses) {
        const [makespan, refused] = [course.makespan / course.bound, course.refused / course.sent]
        yield* line(`${how}, ${who}, ${course.cpuMillis.toFixed(0)} ms`, makespan, refused)
        if (makespan > goals[how].makespan || refused > goals[how].refused)
          missed.push(`${scenario.name}, ${how}, ${who}`)
      }
    }
    for (const strategy of Naive.strategies) {
      const course = Naive.run(scenario, strategy)
      yield* line(strategy, course.makespan / Run.boundOf(scenario.acts, scenario.server), course.refused / course.sent)
    }
  }
  for (const rough of [false, true]) {
    yield* Console.log(
      `${servers} plans and servers by chance, ${rough ? "with latency and rounded waits" : "no latency"}`
    )
    const courses = Array.from({ length: servers }, (_, seed) => {
      const conditions = Random.conditions(seed + 1, rough)
      const best = Run.run(conditions, { limits: told(conditions.server) })
      const learned = Run.run(conditions, { limits: Limits.learn })
      return { best, learned }
    })
    // a plan that no limit holds up takes no time that could be compared
    const long = courses.filter(({ best }) => best.bound > 60_000)
    yield* quantiles(
      "makespan, told",
      long.map(({ best }) => best.makespan / best.bound)
    )
    yield* quantiles(
      "refused, told",
      courses.map(({ best }) => best.refused / best.sent)
    )
    yield* quantiles(
      "makespan, learned",
      long.map(({ learned }) => learned.makespan / learned.bound)
    )
    yield* quantiles(
      "refused, learned",
      courses.map(({ learned }) => learned.refused / learned.sent)
    )
  }
  if (missed.length > 0) return yield* Effect.die(new Error(`missed: ${missed.join("; ")}`))
}).pipe(NodeRuntime.runMain)
