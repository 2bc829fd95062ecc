/**
 * Reads a journal piece by piece. A crash can only tear the end off, so the last line may be cut short and is then left
 * out; anything wrong before it is damage, for which no guess is made. Pure.
 */
import { Buffer } from "node:buffer"
import * as Record from "./JournalRecord.ts"

/** What is wrong, and in which line, from one; 0 stands for the file as a whole. */
export interface Damage {
  readonly line: number
  readonly problem: string
}

/** What there is when the end is reached. */
export interface Whole {
  /** How many bytes hold whole records; what comes after is to be cut off. */
  readonly length: number
  /** The last record lacks its newline. */
  readonly isOpenEnded: boolean
  /** Bytes after the last whole record. */
  readonly torn: number
  /** How many records there are. */
  readonly lines: number
}

export interface Reading {
  /** Takes the next bytes; gives the damage found in them. */
  readonly take: (bytes: Uint8Array) => Damage | undefined
  readonly end: () => Whole | Damage
}

/** No record is longer, and a file of another kind must not be held in memory for want of newlines. */
const longest = 64 * 1024 * 1024

const newline = 0x0a

export const isDamage = (end: Whole | Damage): end is Damage => "problem" in end

/** Every record is given to `visit`, in order. */
export const make = (visit: (record: Record.Record) => void): Reading => {
  let pieces: Array<Uint8Array> = []
  let pending = 0
  let length = 0
  let lines = 0
  /** A line that is not whole is damage only if more follows. */
  let doubtful: Damage | undefined

  const damage = (problem: string): Damage => ({ line: lines + 1, problem })

  const takeLine = (line: Buffer): Damage | undefined => {
    if (lines === 0 && !startsAlike(line)) return { line: 0, problem: "is not a journal" }
    if (!Record.isWhole(line)) {
      doubtful = damage("is not as it was written")
      pieces = [line, Buffer.from("\n")]
      pending = line.length + 1
      return
    }
    const record = Record.decode(line)
    if (record === undefined) {
      const version = lines === 0 ? Record.versionOf(line) : undefined
      return version === undefined || version <= Record.version
        ? damage("is not a record that this version knows")
        : { line: 0, problem: `was written by a newer version of this program (format ${version})` }
    }
    if ((lines === 0) !== (record.type === "journal")) {
      return damage(lines === 0 ? "does not begin a journal" : "begins another journal")
    }
    if (record.type === "journal" && record.version > Record.version) {
      return { line: 0, problem: `was written by a newer version of this program (format ${record.version})` }
    }
    visit(record)
    lines += 1
    length += line.length + 1
    return
  }

  const take = (bytes: Uint8Array): Damage | undefined => {
    let start = 0
    while (start < bytes.length) {
      if (doubtful !== undefined) return doubtful
      const at = bytes.indexOf(newline, start)
      const piece = bytes.subarray(start, at === -1 ? bytes.length : at)
      pieces.push(piece)
      pending += piece.length
      if (pending > longest) return damage("is longer than any record")
      if (at === -1) return
      const line = pieces.length === 1 ? asBuffer(piece) : Buffer.concat(pieces, pending)
      pieces = []
      pending = 0
      start = at + 1
      const problem = takeLine(line)
      if (problem !== undefined) return problem
    }
    return
  }

  const end = (): Whole | Damage => {
    const rest = Buffer.concat(pieces, pending)
    if (lines === 0 && !startsAlike(rest)) return { line: 0, problem: "is not a journal" }
    if (doubtful === undefined && rest.length > 0 && Record.isWhole(rest)) {
      // a record without its newline is as good as any
      const problem = takeLine(rest)
      return problem ?? { length: length - 1, isOpenEnded: true, torn: 0, lines }
    }
    if (Record.isFollowed(rest)) return damage("is not as it was written")
    return { length, isOpenEnded: false, torn: rest.length, lines }
  }

  return { take, end }
}

const asBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

/** Whether these bytes can be what a crash left of a header. */
const startsAlike = (bytes: Uint8Array): boolean => {
  const common = Math.min(bytes.length, Record.opening.length)
  return Buffer.compare(bytes.subarray(0, common), Record.opening.subarray(0, common)) === 0
}
