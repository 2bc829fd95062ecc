import { assert, describe, it } from "@effect/vitest"
import { check } from "./JournalLaws.ts"

describe("a spoilt journal", () => {
  it("is read up to where it is whole, or refused, whatever was done to it (3,000 of them)", () => {
    const verdicts = { refused: 0, torn: 0, read: 0 }
    for (let seed = 0; seed < 3000; seed++) verdicts[check(seed)] += 1
    // or else the changes would be too gentle or too rough to tell anything
    for (const verdict of ["refused", "torn", "read"] as const) assert.isAbove(verdicts[verdict], 100, verdict)
  })
})
