import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Reading from "../../src/journal/JournalReading.ts"
import { bytesOf, linesOf, modelOf, read, Step, type Step as StepType } from "./JournalScript.ts"

const run: ReadonlyArray<StepType> = [
  ["intend", 0],
  ["intend", 1],
  ["done", 0],
  ["refused", 1],
  ["intend", 2],
  ["intend", 1],
  ["unknown", 2],
  ["failed", 1],
  ["unchanged", 3],
  ["deferred", 4],
  ["intend", 5],
  ["notAttempted", 2]
]

const whole = (end: Reading.Whole | Reading.Damage): Reading.Whole => {
  if (Reading.isDamage(end)) return assert.fail(`line ${end.line} ${end.problem}`)
  return end
}

describe("a journal", () => {
  it.effect.prop(
    "means what its records mean, in whatever pieces it is read",
    [Schema.Array(Step), Schema.Int],
    ([steps, n]) =>
      Effect.sync(() => {
        const bytes = bytesOf(steps)
        const { end, known } = read(bytes, 1 + (Math.abs(n) % 500))
        assert.deepStrictEqual(whole(end), {
          length: bytes.length,
          isOpenEnded: false,
          torn: 0,
          lines: steps.length + 1
        })
        assert.deepStrictEqual(known, modelOf(steps))
      })
  )

  it("cut at any byte, means what its whole lines mean", () => {
    const bytes = bytesOf(run)
    const lines = linesOf(run)
    for (let cut = 0; cut < bytes.length; cut++) {
      const { end, known } = read(bytes.subarray(0, cut))
      const { isOpenEnded, length, lines: count, torn } = whole(end)
      assert.strictEqual(length + torn, cut)
      assert.strictEqual(length, lines.slice(0, count).join("").length - (isOpenEnded ? 1 : 0))
      assert.deepStrictEqual(known, modelOf(run.slice(0, Math.max(0, count - 1))))
    }
  })

  it("with any byte changed, is refused, or means the same, or lacks its last line", () => {
    const bytes = bytesOf(run)
    const verdicts = { refused: 0, shorter: 0 }
    for (let at = 0; at < bytes.length; at++) {
      for (const change of [0x01, 0x20, 0x80]) {
        const damaged = Buffer.from(bytes)
        damaged[at] = (damaged[at] ?? 0) ^ change
        const { end, known } = read(damaged)
        if (Reading.isDamage(end)) verdicts.refused += 1
        else {
          verdicts.shorter += 1
          assert.strictEqual(end.lines, run.length)
          assert.isAbove(end.torn, 0)
          assert.deepStrictEqual(known, modelOf(run.slice(0, -1)))
        }
      }
    }
    const last = linesOf(run).at(-1)?.length ?? 0
    // the newline of the last line is followed by nothing that could tell a crash from a change
    assert.deepStrictEqual(verdicts, { refused: (bytes.length - last + 1) * 3, shorter: (last - 1) * 3 })
  })

  it("names the line that is damaged", () => {
    const bytes = bytesOf(run)
    const third = linesOf(run).slice(0, 2).join("").length
    bytes[third + 30] = 0
    assert.deepStrictEqual(read(bytes).end, { line: 3, problem: "is not as it was written" })
  })

  it("with its last newline lost, is whole", () => {
    const bytes = bytesOf(run)
    const { end, known } = read(bytes.subarray(0, -1))
    assert.deepStrictEqual(end, { length: bytes.length - 1, isOpenEnded: true, torn: 0, lines: run.length + 1 })
    assert.deepStrictEqual(known, modelOf(run))
  })

  it("whose end is zeros, as after a power failure, lacks its last line", () => {
    const bytes = bytesOf(run)
    const { end } = read(Buffer.concat([bytes.subarray(0, -40), Buffer.alloc(400)]))
    assert.strictEqual(whole(end).lines, run.length)
  })
})

describe("what is no journal", () => {
  const cases = {
    "a plan": "operation,room,user\ninvite,!a:b,@c:d\n",
    "a plan of one line without newline": "operation,room,user",
    "another log": '{"level":"info"}\n{"level":"warn"}\n',
    "two journals in one file": linesOf([]).join("").repeat(2),
    "a journal without its first line": linesOf(run).slice(1).join("")
  }
  for (const [name, text] of Object.entries(cases)) {
    it(`${name} is refused`, () => assert.isTrue(Reading.isDamage(read(Buffer.from(text)).end)))
  }

  it("an empty file is one that was never begun", () => {
    assert.deepStrictEqual(read(Buffer.alloc(0)).end, { length: 0, isOpenEnded: false, torn: 0, lines: 0 })
  })

  it("a journal of a newer version is refused as such, whatever is in it", () => {
    const sealed = (json: string) => `${json},"crc":"${crc32(json).toString(16).padStart(8, "0")}"}\n`
    const { end } = read(Buffer.from(sealed('{"type":"journal","version":2,"everything":"new"')))
    assert.deepStrictEqual(end, { line: 0, problem: "was written by a newer version of this program (format 2)" })
  })
})

it("a file of another kind is no damaged journal", () => {
  const visited: Array<unknown> = []
  const reading = Reading.make((record) => visited.push(record))
  const text = Buffer.from("operation,room,user\ninvite,!hall:x,@bob:x\n")
  assert.deepStrictEqual(reading.take(text), { line: 0, problem: "is not a journal" })
  assert.deepStrictEqual(visited, [])
})
