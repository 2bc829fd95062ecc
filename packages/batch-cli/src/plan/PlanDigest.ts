/** What a plan asks for as one number, by which a later run knows whether it is still the same plan. */
import { createHash } from "node:crypto"
import type { Content } from "./PlanRow.ts"

export interface PlanDigest {
  readonly add: (row: Content) => void
  /** SHA-256 in hexadecimal; nothing can be added behind it. */
  readonly end: () => string
}

/** Hashed by the block, in characters: a call for every row would take longer than the hash. */
const block = 65_536

export const make = (): PlanDigest => {
  const hash = createHash("sha256")
  let pending = ""
  return {
    add: ({ address, as, medium, operation, reason, room, user, via }) => {
      // absent keys are left out, so that fields to come do not change the digest of plans without them
      pending += `${JSON.stringify({ operation, room, user, reason, via, as, medium, address })}\n`
      if (pending.length < block) return
      hash.update(pending)
      pending = ""
    },
    end: () => hash.update(pending).digest("hex")
  }
}

/** SHA-256 of what the rows ask for, in their order, in hexadecimal. Where they stand in the file does not count. */
export const digestOf = (rows: Iterable<Content>): string => {
  const digest = make()
  for (const row of rows) digest.add(row)
  return digest.end()
}
