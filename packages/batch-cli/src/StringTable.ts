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
  const scratch: { buffer: Buffer } = { buffer: Buffer.alloc(1024) }

  const startOf = (n: number) => (n === 0 ? 0 : (ends[n - 1] ?? 0))

  const encode = (text: string): Buffer => {
    // a UTF-16 code unit takes three bytes at most
    if (scratch.buffer.length < text.length * 3) scratch.buffer = Buffer.alloc(text.length * 3)
    return scratch.buffer.subarray(0, scratch.buffer.write(text, "utf8"))
  }

  /** The slot that holds the text, or the free one where it belongs. */
  const slotOf = (encoded: Buffer, hash: number): number => {
    const mask = slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const n = slots[slot] ?? -1
      if (n === -1) return slot
      if (hashes[n] === hash && encoded.compare(bytes, startOf(n), ends[n]) === 0) return slot
    }
  }

  const makeRoom = (length: number) => {
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
      const encoded = encode(text)
      const hash = hashOf(text)
      const found = slots[slotOf(encoded, hash)] ?? -1
      if (found !== -1) return found
      makeRoom(encoded.length)
      const start = startOf(size)
      bytes.set(encoded, start)
      ends[size] = start + encoded.length
      hashes[size] = hash
      slots[slotOf(encoded, hash)] = size
      return size++
    },
    find: (text) => slots[slotOf(encode(text), hashOf(text))] ?? -1,
    at: (n) => bytes.toString("utf8", startOf(n), ends[n] ?? startOf(n))
  }
}
