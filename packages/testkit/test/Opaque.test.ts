import { assert, describe, it } from "@effect/vitest"
import * as Opaque from "@matrix-membership/testkit/Opaque"

describe("identifiers", () => {
  it("are the same in every run", () => {
    assert.strictEqual(Opaque.make("fake", 0, 18), Opaque.make("fake", 0, 18))
    assert.notStrictEqual(Opaque.make("fake", 0, 18), Opaque.make("other", 0, 18))
  })

  it("do not collide, long or short", () => {
    const count = 20_000
    const distinct = (length: number) =>
      new Set(Array.from({ length: count }, (_, n) => Opaque.make("fake", n, length)))
    assert.strictEqual(distinct(43).size, count)
    assert.strictEqual(distinct(18).size, count)
  })
})
