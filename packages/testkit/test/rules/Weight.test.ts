import { assert, describe, it } from "@effect/vitest"
import type { Content } from "@matrix-membership/testkit/rules/Event"
import * as RoomVersion from "@matrix-membership/testkit/rules/RoomVersion"
import * as Weight from "@matrix-membership/testkit/rules/Weight"
import * as Result from "effect/Result"

const verdict = (content: Content, version: string) => {
  const found = RoomVersion.find(version)
  assert(found !== undefined)
  const checked = Weight.check({ type: "org.example", stateKey: "", sender: "@a:b", content }, found)
  return Result.isSuccess(checked) ? "ok" : `${checked.failure.status} ${checked.failure.errcode}`
}

describe("numbers in events", () => {
  it("may be anything in the first five room versions", () => {
    assert.strictEqual(verdict({ a: 1.5, b: [2 ** 53] }, "5"), "ok")
  })

  it("have to be whole and safe from version 6 on", () => {
    assert.strictEqual(verdict({ a: [{ b: 2 ** 53 - 1, c: -(2 ** 53 - 1), d: "1.5" }] }, "6"), "ok")
    for (const a of [1.5, 2 ** 53, -(2 ** 53), [{ b: 0.1 }]])
      assert.strictEqual(verdict({ a }, "6"), "400 M_BAD_JSON", JSON.stringify(a))
  })

  it("come after text that is no Unicode, and before the size", () => {
    assert.strictEqual(verdict({ a: 1.5, b: "\ud800" }, "6"), "500 M_UNKNOWN")
    assert.strictEqual(verdict({ a: 1.5, b: "x".repeat(70_000) }, "6"), "400 M_BAD_JSON")
    assert.strictEqual(verdict({ b: "x".repeat(70_000) }, "6"), "413 M_TOO_LARGE")
  })
})
