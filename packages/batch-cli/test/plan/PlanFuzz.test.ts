import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as PlanMutation from "./PlanMutation.ts"

it.effect(
  "every one of three thousand spoilt plans is a plan still, or it is said in print what is wrong and where",
  () =>
    Effect.gen(function* () {
      const verdicts = { read: 0, refused: 0 }
      for (let seed = 0; seed < 3000; seed++) verdicts[yield* PlanMutation.check(seed)] += 1
      // neither of the two is what happens nearly always
      assert.isAbove(Math.min(verdicts.read, verdicts.refused), 100, JSON.stringify(verdicts))
    }),
  60_000
)
