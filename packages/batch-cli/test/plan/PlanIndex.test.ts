import { assert, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import * as PlanIndex from "../../src/plan/PlanIndex.ts"

const few = Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 })))

it.prop(
  "the latest row like another is found, whatever shares its slot",
  { kinds: Arbitrary.array(few, { maxLength: 300 }) },
  ({ kinds }) => {
    for (const hash of [(row: number) => PlanIndex.mix(kinds[row] ?? 0), () => 7]) {
      const index = PlanIndex.make(hash, (one, other) => kinds[one] === kinds[other])
      kinds.forEach((kind, row) => {
        assert.strictEqual(index.replace(row), kinds.slice(0, row).lastIndexOf(kind))
      })
    }
  }
)
