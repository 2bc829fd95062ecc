/** What has to hold of whatever bytes are read as a journal. */
import { assert } from "@effect/vitest"
import * as Reading from "../../src/journal/JournalReading.ts"
import { dice, mutant } from "./JournalMutation.ts"
import { modelOf, read } from "./JournalScript.ts"

/** Throws where the mutant of this seed breaks a law; says whether it was read. */
export const check = (seed: number): "refused" | "torn" | "read" => {
  const { bytes, isByteWise, steps } = mutant(seed)
  const { end, known } = read(bytes)
  assert.deepStrictEqual(read(bytes, 1 + dice(seed)(200)), { end, known }, "the pieces make a difference")
  if (Reading.isDamage(end)) {
    assert.isAbove(end.problem.length, 0)
    assert.isAtLeast(end.line, 0)
    assert.isAtMost(end.line, 1 + bytes.filter((byte) => byte === 0x0a).length)
    return "refused"
  }
  assert.strictEqual(end.length + end.torn, bytes.length)
  const again = read(bytes.subarray(0, end.length))
  assert.deepStrictEqual(again, { end: { ...end, torn: 0 }, known }, "cut off where it says, it says something else")
  if (isByteWise) {
    assert.deepStrictEqual(known, modelOf(steps.slice(0, Math.max(0, end.lines - 1))), "not what the first lines say")
  }
  return end.torn > 0 ? "torn" : "read"
}
