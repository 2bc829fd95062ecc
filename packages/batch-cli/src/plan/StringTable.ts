/**
 * Texts kept once and known by number. All are packed into one array of bytes, found again by hash with open addressing:
 * a million user ids take some 40 bytes each, where a `Map` of strings takes three times that.
 */
import { Buffer } from "node:buffer"

/** The number of texts, from zero, in the order in which they were first added. */
export interface StringTable {
  readonly size: number
  /** The number of the text, a new one when it is new. */
  readonly add: (text: string) => number
  /** -1 when it was never added. */
  readonly find: (text: string) => number
  /** An empty text for a number that was never given. */
  readonly at: (n: number) => string
}

/** Slots per text are between two and four; the size is a power of two. */
const smallest = 64

/** FNV-1a over UTF-16 code units, stirred at the end because only the lower bits choose the slot. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c1b3c6d)
  return (hash ^ (hash >>> 13)) | 0
}

export const make = (): StringTable => {
  let size = 0
  let bytes = Buffer.alloc(1024)
  /** Where each text ends; it begins where the one before ends. */
  let ends = new Uint32Array(16)
  let hashes = new Int32Array(16)
  let slots = new Int32Array(smallest).fill(-1)
  /** The text in question, and how many bytes it has. No view of it is made: a million of them would be garbage. */
  let scratch = Buffer.alloc(1024)
  let length = 0

  const startOf = (n: number) => (n === 0 ? 0 : (ends[n - 1] ?? 0))

  const encode = (text: string) => {
    // a UTF-16 code unit takes three bytes at most
    if (scratch.length < text.length * 3) scratch = Buffer.alloc(text.length * 3)
    length = scratch.write(text, "utf8")
  }

  const isEncoded = (n: number): boolean => {
    const start = startOf(n)
    return (ends[n] ?? 0) - start === length && scratch.compare(bytes, start, start + length, 0, length) === 0
  }

  /** The slot that holds the encoded text, or the free one where it belongs. */
  const slotOf = (hash: number): number => {
    const mask = slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const n = slots[slot] ?? -1
      if (n === -1 || (hashes[n] === hash && isEncoded(n))) return slot
    }
  }

  const makeRoom = () => {
    const used = startOf(size)
    if (used + length > bytes.length) {
      const larger = Buffer.alloc(Math.max(bytes.length * 2, used + length))
      bytes.copy(larger, 0, 0, used)
      bytes = larger
    }
    if (size === ends.length) {
      const [oldEnds, oldHashes] = [ends, hashes]
      ends = new Uint32Array(size * 2)
      ends.set(oldEnds)
      hashes = new Int32Array(size * 2)
      hashes.set(oldHashes)
    }
    if ((size + 1) * 2 <= slots.length) return
    slots = new Int32Array(slots.length * 2).fill(-1)
    const mask = slots.length - 1
    for (let n = 0; n < size; n++) {
      let slot = (hashes[n] ?? 0) & mask
      while (slots[slot] !== -1) slot = (slot + 1) & mask
      slots[slot] = n
    }
  }

  return {
    get size() {
      return size
    },
    add: (text) => {
      encode(text)
      const hash = hashOf(text)
      const found = slots[slotOf(hash)] ?? -1
      if (found !== -1) return found
      makeRoom()
      const start = startOf(size)
      scratch.copy(bytes, start, 0, length)
      ends[size] = start + length
      hashes[size] = hash
      slots[slotOf(hash)] = size
      return size++
    },
    find: (text) => {
      encode(text)
      return slots[slotOf(hashOf(text))] ?? -1
    },
    at: (n) => bytes.toString("utf8", startOf(n), ends[n] ?? startOf(n))
  }
}
