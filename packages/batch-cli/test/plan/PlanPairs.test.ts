import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as PlanCells from "../../src/plan/PlanCells.ts"
import * as PlanPairs from "../../src/plan/PlanPairs.ts"
import * as PlanRows from "../../src/plan/PlanRows.ts"

/** `ban !a:x @b:x as=@m:x`; rows stand on the lines from 2 on. */
const judged = (...texts: ReadonlyArray<string>) => {
  const { add, rows } = PlanRows.make()
  const pairs = PlanPairs.make(rows)
  return texts.flatMap((text, index) => {
    const [operation = "", room = "", ...more] = text.split(" ")
    const details = more.map((cell) => {
      if (cell.startsWith("as=")) return { as: cell.slice(3) }
      return cell.startsWith("@") ? { user: cell } : { address: cell }
    })
    const cells: PlanCells.Cells = Object.assign({ operation, room }, ...details)
    const row = { ...Result.getOrThrow(PlanCells.check(cells)), line: index + 2 }
    return pairs.judge(add(row)) ?? []
  })
}

describe("a row that repeats another", () => {
  it.each([
    [["invite !a:x @b:x", "invite !a:x @b:x", "invite !a:x @b:x"], "repeats line 2: invite !a:x @b:x", 2],
    [["join #a:x", "join #b:x", "join #a:x"], "repeats line 2: join #a:x", 1],
    [["join #a:x as=@b:x", "join #a:x @b:x"], "repeats line 2: join #a:x @b:x", 1],
    [["kick #a:x @b:x as=@m:x", "kick #a:x @b:x as=@m:x"], "repeats line 2: kick #a:x @b:x as @m:x", 1],
    [["invite #a:x b@x.org", "invite #a:x B@x.org as=@m:x"], "repeats line 2: invite #a:x b@x.org as @m:x", 1]
  ])("is named with the first of them: %j", (rows, message, times) => {
    assert.deepStrictEqual(
      judged(...rows),
      Array.from({ length: times }, () => message)
    )
  })
})

describe("a row that contradicts another", () => {
  const ban = ["ban !a:x @b:x", "forget !a:x as=@b:x"]
  const toLift = "contradicts line 2: ban !a:x @b:x; an unban has to come between the two"
  it.each([
    {
      rows: ["invite !a:x @b:x", "ban !a:x @b:x"],
      message: "contradicts line 2: invite !a:x @b:x; which of the two is meant?"
    },
    { rows: [...ban, "invite !a:x @b:x"], message: toLift },
    { rows: [...ban, "join !a:x as=@b:x"], message: toLift },
    { rows: [...ban, "knock !a:x @b:x as=@b:x"], message: toLift }
  ])("is named with the other: $rows", ({ message, rows }) => {
    assert.deepStrictEqual(judged(...rows), [message])
  })
})

it.each([
  [["invite !a:x @b:x", "leave !a:x @b:x as=@b:x", "invite !a:x @b:x"]],
  [["ban !a:x @b:x", "unban !a:x @b:x", "invite !a:x @b:x"]],
  [["invite !a:x @b:x", "invite !a:x @c:x", "invite !b:x @b:x", "ban !b:x @c:x"]],
  [["kick !a:x @b:x", "ban !a:x @b:x"]],
  [["ban !a:x @b:x as=@m:x", "ban !a:x @b:x as=@n:x"]],
  [["join !a:x as=@b:x", "join !a:x as=@c:x", "join !a:x"]]
])("nothing is wrong with %j", (rows) => {
  assert.deepStrictEqual(judged(...rows), [])
})
