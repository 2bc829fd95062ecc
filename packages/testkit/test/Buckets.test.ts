import { assert, describe, it } from "@effect/vitest"
import * as Buckets from "@matrix-membership/testkit/Buckets"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

const Setting = Schema.Struct({
  per_second: Schema.Finite.check(Schema.isBetween({ minimum: 0.001, maximum: 20 })),
  burst_count: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 }))
})
const Gaps = Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 5000 })))

describe("a leaky bucket", () => {
  it.effect.prop(
    "lets a client pass that waited exactly as long as it was told",
    { setting: Setting, gaps: Gaps },
    (the) =>
      Effect.sync(() => {
        let { empty: buckets } = Buckets
        let now = 0
        for (const gap of the.gaps) {
          now += gap
          const verdict = Buckets.charge(buckets, "k", the.setting, now)
          if (verdict.wait === undefined) {
            buckets = verdict.buckets
            continue
          }
          assert.isTrue(Number.isInteger(verdict.wait) && verdict.wait > 0)
          assert.isDefined(Buckets.charge(buckets, "k", the.setting, now + verdict.wait - 1).wait)
          now += verdict.wait
          const second = Buckets.charge(buckets, "k", the.setting, now)
          assert.isUndefined(second.wait)
          buckets = second.buckets
        }
      })
  )

  it.effect.prop("never lets more pass than burst and rate allow", { setting: Setting, gaps: Gaps }, (the) =>
    Effect.sync(() => {
      let { empty: buckets } = Buckets
      let now = 0
      let passed = 0
      for (const gap of the.gaps) {
        now += gap
        const verdict = Buckets.charge(buckets, "k", the.setting, now)
        if (verdict.wait === undefined) passed += 1
        buckets = verdict.buckets
      }
      assert.isAtMost(passed, the.setting.burst_count + (now / 1000) * the.setting.per_second + 1e-6)
    })
  )

  it("is not filled by a refusal, nor by a look", () => {
    const setting = { per_second: 1, burst_count: 1 }
    const full = Buckets.charge(Buckets.empty, "k", setting, 0).buckets
    const refused = Buckets.charge(full, "k", setting, 400)
    assert.strictEqual(refused.wait, 600)
    assert.strictEqual(Buckets.charge(refused.buckets, "k", setting, 400).wait, 600)
    const looked = Buckets.charge(Buckets.empty, "k", setting, 0, { count: false })
    assert.isUndefined(Buckets.charge(looked.buckets, "k", setting, 0).wait)
  })

  it("that never leaks is full for ever", () => {
    const setting = { per_second: 0, burst_count: 1 }
    const full = Buckets.charge(Buckets.empty, "k", setting, 0).buckets
    assert.strictEqual(Buckets.charge(full, "k", setting, 1e12).wait, Number.POSITIVE_INFINITY)
  })
})
