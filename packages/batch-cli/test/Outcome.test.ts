import { assert, it } from "@effect/vitest"
import { Unreachable } from "@matrix-membership/core/MatrixError"
import * as Schema from "effect/Schema"
import * as Outcome from "../src/Outcome.ts"

const outcomes: { readonly [T in Outcome.Tag]: Outcome.Outcome } = {
  done: Outcome.done,
  unchanged: Outcome.unchanged("already joined"),
  failed: Outcome.failed(new Unreachable({ cause: "connect ECONNREFUSED", sent: false })),
  deferred: Outcome.deferred(1, "a limit"),
  unknown: Outcome.unknown("interrupted"),
  notAttempted: Outcome.notAttempted("interrupted")
}

const Tag = Schema.Literals(["done", "unchanged", "failed", "deferred", "unknown", "notAttempted"])

it.prop("the counts add up to the rows, whatever their outcomes", [Schema.Array(Tag)], ([tags]) => {
  const counts = tags.map((tag) => outcomes[tag]).reduce(Outcome.add, Outcome.none)
  assert.strictEqual(Outcome.total(counts), tags.length)
  for (const tag of Tag.literals) {
    assert.strictEqual(counts[tag], tags.filter((other) => other === tag).length)
  }
})

it("counting leaves the counts before as they were", () => {
  Outcome.add(Outcome.none, Outcome.done)
  assert.strictEqual(Outcome.total(Outcome.none), 0)
})
