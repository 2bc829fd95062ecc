/**
 * Spoilt plans by the hundred thousand: `node packages/batch-cli/fuzz/plans.ts [HOW MANY] [FIRST SEED]`. A failure names
 * the seed that brings it back.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as PlanMutation from "../test/plan/PlanMutation.ts"

const [count = 100_000, first = 0] = process.argv.slice(2).map(Number)

const program = Effect.gen(function* () {
  const verdicts = { read: 0, refused: 0 }
  const began = performance.now()
  for (let seed = first; seed < first + count; seed++) verdicts[yield* PlanMutation.check(seed)] += 1
  const seconds = (performance.now() - began) / 1000
  yield* Console.log(
    `${count} spoilt plans in ${seconds.toFixed(0)} s: ${verdicts.refused} refused, ${verdicts.read} read; none broke a law`
  )
})

NodeRuntime.runMain(program)
