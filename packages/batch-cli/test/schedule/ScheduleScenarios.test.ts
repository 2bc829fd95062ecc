import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fake from "../../benchmark/scheduleFake.ts"
import { run } from "../../benchmark/scheduleRun.ts"
import { scenarios, small, told } from "../../benchmark/scheduleScenarios.ts"
import * as Limits from "../../src/schedule/Limits.ts"

describe("on a server that only counts", () => {
  for (const scenario of scenarios) {
    it(`${scenario.name}: with the limits told, within 2 % of the bound and nothing refused`, () => {
      const { bound, makespan, refused } = run(scenario, { limits: told(scenario.server) })
      assert.strictEqual(refused, 0)
      assert.isAtMost(makespan / bound, 1.02)
    })
    it(`${scenario.name}: with the limits learned, within 5 % of the bound and 2 % refused`, () => {
      const { bound, makespan, refused, sent } = run(scenario, { limits: Limits.learn })
      assert.isAtMost(makespan / bound, 1.05)
      assert.isAtMost(refused / sent, 0.02)
    })
  }
})

describe("by the runner, on a homeserver with Synapse's answers", () => {
  for (const scenario of small) {
    it.live(`${scenario.name}: with the limits told, within 2 % of the bound and nothing refused`, () =>
      Effect.map(Fake.run(scenario, told(scenario.server), 8), ({ bound, done, makespan, refused }) => {
        assert.strictEqual(done, scenario.acts.length)
        assert.strictEqual(refused, 0)
        assert.isAtMost(makespan / bound, 1.02)
      })
    )
    it.live(`${scenario.name}: with the limits learned, within 5 % of the bound and 2 % refused`, () =>
      Effect.map(Fake.run(scenario, Limits.learn, 8), ({ bound, done, makespan, refused, sent }) => {
        assert.strictEqual(done, scenario.acts.length)
        assert.isAbove(refused, 0)
        assert.isAtMost(makespan / bound, 1.05)
        assert.isAtMost(refused / sent, 0.02)
      })
    )
  }
})
