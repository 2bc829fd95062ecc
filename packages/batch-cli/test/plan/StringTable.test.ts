import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Schema from "effect/Schema"
import * as StringTable from "../../src/plan/StringTable.ts"

const texts = Arbitrary.array(
  Arbitrary.map(
    Arbitrary.array(Arbitrary.schema(Schema.Literals(["a", "b", "@", ":x", "ü", "日", "🎉", " "])), { maxLength: 4 }),
    (parts) => parts.join("")
  ),
  { maxLength: 200 }
)

describe("a table of texts", () => {
  it.prop("numbers every text once, in the order in which they came, and gives it back", { texts }, ({ texts }) => {
    const table = StringTable.make()
    const known = [...new Set(texts)]
    assert.deepStrictEqual(
      texts.map(table.add),
      texts.map((text) => known.indexOf(text))
    )
    assert.strictEqual(table.size, known.length)
    assert.deepStrictEqual(known.map(table.find), [...known.keys()])
    assert.deepStrictEqual(Array.from(known.keys(), table.at), known)
  })
  it("does not find what was never added, and has an empty text for a number never given", () => {
    const table = StringTable.make()
    table.add("@a:x")
    assert.deepStrictEqual([table.find("@b:x"), table.find(""), table.at(1), table.at(-1)], [-1, -1, "", ""])
  })
  it("grows to many thousands, long ones among them", () => {
    const table = StringTable.make()
    const long = "é".repeat(100_000)
    for (let n = 0; n < 20_000; n++) table.add(`@user${n}:example.org`)
    assert.strictEqual(table.add(long), 20_000)
    assert.strictEqual(table.find("@user12345:example.org"), 12_345)
    assert.strictEqual(table.at(19_999), "@user19999:example.org")
    assert.strictEqual(table.at(20_000), long)
  })
})
