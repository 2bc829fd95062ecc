import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as PlanCells from "../../src/plan/PlanCells.ts"
import type { Row } from "../../src/plan/PlanRow.ts"
import * as PlanRows from "../../src/plan/PlanRows.ts"

const oneOf = <const L extends ReadonlyArray<string>>(...values: L) => Arbitrary.schema(Schema.Literals(values))

const rowOf = (cells: PlanCells.Cells, line: number): Row => ({
  ...Result.getOrThrow(PlanCells.check(cells)),
  line
})

const forms: ReadonlyArray<PlanCells.Cells> = [
  { operation: "invite", room: "!a:x", user: "@b:x", reason: "hi" },
  { operation: "invite", room: "!a:x", user: "@b:x" },
  { operation: "invite", room: "#a:x", address: "Ann@Example.org" },
  { operation: "invite", room: "#a:x", address: "+49 170 1234567", medium: "msisdn", as: "@m:x" },
  { operation: "join", room: "#a:x", via: "x.org, y.org:8448" },
  { operation: "join", room: "#a:x", user: "@b:x", as: "@b:x" },
  { operation: "kick", room: "!b:x", user: "@c:x", reason: "" },
  { operation: "unban", room: "!b:x", user: "@c:x", as: "@m:x" }
]

const rows = Arbitrary.map(
  Arbitrary.array(oneOf("0", "1", "2", "3", "4", "5", "6", "7"), { minLength: 1, maxLength: 40 }),
  (picks) => picks.map((pick, index) => rowOf(forms[Number(pick)] ?? {}, index + 2))
)

describe("rows in columns", () => {
  it.prop("are the rows that were put in, in their order", { rows }, ({ rows }) => {
    assert.deepStrictEqual([...PlanRows.fromRows(rows)], rows)
  })
  it.prop("are found again by their keys", { rows }, ({ rows }) => {
    const read = PlanRows.fromRows(rows)
    const keys = rows.map((_, row) => read.key(row))
    assert.deepStrictEqual(keys.map(read.rowOfKey), [...rows.keys()])
    for (const key of keys) assert.match(key, /^[\w-]{16}$/)
    for (const none of ["", "AAAAAAAAAAAAAAAA", "not a key at all", keys.join("")]) {
      assert.strictEqual(read.rowOfKey(keys.includes(none) ? "" : none), -1)
    }
  })
  it("have numbers for rooms and people, and minus one for whoever acts", () => {
    const read = PlanRows.fromRows(forms.map(rowOf))
    const names = (of: (row: number) => number) =>
      forms.map((_, row) => (of(row) === -1 ? "" : read.people.at(of(row))))
    assert.deepStrictEqual(
      forms.map((_, row) => read.rooms.at(read.room(row))),
      ["!a:x", "!a:x", "#a:x", "#a:x", "#a:x", "#a:x", "!b:x", "!b:x"]
    )
    assert.deepStrictEqual(names(read.target), [
      "@b:x",
      "@b:x",
      "email:ann@example.org",
      "msisdn:491701234567",
      "",
      "@b:x",
      "@c:x",
      "@c:x"
    ])
    assert.deepStrictEqual(names(read.actor), ["", "", "", "@m:x", "", "@b:x", "", "@m:x"])
    assert.strictEqual(read.rooms.find("!b:x"), 2)
    assert.strictEqual(read.people.find("@nobody:x"), -1)
  })
  it("keep the place in the file", () => {
    const read = PlanRows.fromRows([
      { ...rowOf({ operation: "join", room: "#a:x" }, 1), column: 2 },
      rowOf({ operation: "join", room: "#b:x" }, 9)
    ])
    assert.deepStrictEqual([read.line(0), read.at(0).column, read.line(1), read.at(1).column], [1, 2, 9, undefined])
  })
  it("throw for a row that is not there, rather than make one up", () => {
    const read = PlanRows.fromRows(forms.map(rowOf))
    for (const row of [-1, 8]) assert.throws(() => read.at(row), RangeError)
  })
})

describe("the key of a row", () => {
  const key = (...cells: ReadonlyArray<PlanCells.Cells>) => {
    const read = PlanRows.fromRows(cells.map(rowOf))
    return read.key(cells.length - 1)
  }
  const join = { operation: "join", room: "#a:x" }
  const leave = { ...join, operation: "leave" }

  it("is the same wherever the row stands, whatever its reason and via", () => {
    assert.strictEqual(key(join), key(leave, { ...join, reason: "hi", via: "x.org" }))
  })
  it("tells apart operation, room, target, actor and the how-manieth it is", () => {
    const keys = [
      key(join),
      key(leave),
      key({ ...join, room: "#b:x" }),
      key({ ...join, user: "@b:x" }),
      key({ ...join, as: "@b:x" }),
      key(join, leave, join)
    ]
    assert.strictEqual(new Set(keys).size, keys.length)
  })
  it("stays what it is from one version to the next, for the journals that hold it", () => {
    assert.strictEqual(key(join), "sEBYb76U5WU4JF-X")
  })
})
