import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as Width from "../../src/report/ProgressWidth.ts"

it.each([
  ["", 0],
  ["done", 4],
  ["░█…", 3],
  ["日本語", 6],
  ["한국어", 6],
  ["ｗｉｄｅ", 8],
  ["e\u0301", 1],
  ["\u0301", 0],
  ["👩‍👩‍👧", 2],
  ["🇩🇪", 2],
  ["\u200b", 0],
  ["שלום", 4]
])("%j takes %i columns", (text, columns) => assert.strictEqual(Width.columns(text), columns))

describe("a text that is cut", () => {
  it("ends with a mark, and between letters", () => {
    assert.strictEqual(Width.cut("rows behind it", 6), "rows …")
    assert.strictEqual(Width.cut("日本語", 6), "日本語")
    assert.strictEqual(Width.cut("日本語", 5), "日本…")
    assert.strictEqual(Width.cut("日本語", 4), "日…")
    assert.strictEqual(Width.cut("e\u0301e\u0301e\u0301", 2), "e\u0301…")
  })
  const Most = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 }))
  const Text = Schema.Array(Schema.Literals(["a", "日", "\u0301", "👩‍👩‍👧", "…", " "]))
  it.prop("takes no more columns than it may", { parts: Text, most: Most }, ({ most, parts }) => {
    const text = parts.join("")
    const short = Width.cut(text, most)
    assert.isAtMost(Width.columns(short), most)
    if (Width.columns(text) <= most) assert.strictEqual(short, text)
  })
})
