/** The keys that rows are known by in a journal, and the way back from a key to its row. */
import { Buffer } from "node:buffer"
import { hash } from "node:crypto"

/** What a row is known by: operation, room, target, actor, and how many rows with these came before. */
export type Identity = readonly [operation: string, room: string, target: string, actor: string, occurrence: number]

/** 16 characters: the first 96 bits of SHA-256. Two of a million rows share a key once in 10^17 plans. */
export const keyOf = (identity: Identity): string => hash("sha256", JSON.stringify(identity), "base64url").slice(0, 16)

/** The first 32 bits of a key as a number; -1 for what is no key. */
const numberIn = (key: string): number =>
  /^[\w-]{16}$/.test(key) ? Buffer.from(key.slice(0, 8), "base64url").readUInt32BE() : -1

/**
 * From a key to its row, or -1. Only row numbers are kept, eight to sixteen bytes a row: whether a candidate is the one
 * is seen by making its key again.
 */
export const index = (size: number, keyAt: (row: number) => string): ((key: string) => number) => {
  const slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(size, 1) * 2))).fill(-1)
  const mask = slots.length - 1
  for (let row = 0; row < size; row++) {
    let slot = numberIn(keyAt(row)) & mask
    while (slots[slot] !== -1) slot = (slot + 1) & mask
    slots[slot] = row
  }
  return (key) => {
    const number = numberIn(key)
    if (number === -1) return -1
    for (let slot = number & mask; ; slot = (slot + 1) & mask) {
      const row = slots[slot] ?? -1
      if (row === -1 || keyAt(row) === key) return row
    }
  }
}
