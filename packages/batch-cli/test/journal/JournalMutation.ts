/** Journals spoilt in every way that files get spoilt in, each from a number that brings it back. */
import { Buffer } from "node:buffer"
import { crc32 } from "node:zlib"
import { bytesOf, rows, type Step, Step as StepSchema } from "./JournalScript.ts"

/** Numbers from zero up to, but without, the given one; the same for the same seed. */
export type Dice = (sides: number) => number

/** The generator mulberry32. */
export const dice = (seed: number): Dice => {
  let state = seed | 0
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * sides)
  }
}

const [happenings] = StepSchema.elements
const pick = <A>(roll: Dice, from: readonly [A, ...Array<A>]): A => from[roll(from.length)] ?? from[0]

const script = (roll: Dice): ReadonlyArray<Step> =>
  Array.from({ length: roll(12) }, (): Step => [pick(roll, happenings.literals), roll(rows)])

type Change = (bytes: Buffer, roll: Dice) => Buffer

const splice = (bytes: Buffer, from: number, to: number, ...between: ReadonlyArray<Uint8Array>): Buffer =>
  Buffer.concat([bytes.subarray(0, from), ...between, bytes.subarray(to)])

const noise = (roll: Dice, length: number) => Buffer.from(Array.from({ length }, () => roll(256)))

const linesIn = (bytes: Buffer): ReadonlyArray<string> => bytes.toString("latin1").split(/(?<=\n)/)
const fromLines = (lines: ReadonlyArray<string>) => Buffer.from(lines.join(""), "latin1")

/** Changes after which a line still carries the check sum of what it held before. */
export const byteChanges: readonly [Change, ...Array<Change>] = [
  (bytes, roll) => {
    const changed = Buffer.from(bytes)
    const at = roll(bytes.length)
    changed[at] = (changed[at] ?? 0) ^ (1 + roll(255))
    return changed
  },
  (bytes, roll) => bytes.subarray(0, roll(bytes.length + 1)),
  (bytes, roll) => splice(bytes, roll(bytes.length), bytes.length, Buffer.alloc(roll(300))),
  (bytes, roll) => {
    const at = roll(bytes.length + 1)
    return splice(bytes, at, at, noise(roll, 1 + roll(20)))
  },
  (bytes, roll) => {
    const at = roll(bytes.length)
    return splice(bytes, at, at + 1 + roll(60))
  }
]

const values = ["null", "-1", "1e400", '""', "[]", "{}", '"__proto__"', '"\\ud800"', "9007199254740993", '"2026-13-77"']

/** A value of some line is another, and the check sum is right: what a newer or a wrong program might have written. */
const reseal: Change = (bytes, roll) => {
  const lines = [...linesIn(bytes)]
  const at = roll(lines.length)
  const json = (lines[at] ?? "").replace(/,"crc":"[0-9a-f]{8}"\}\n$/, "")
  const places = [...json.matchAll(/(?<=":)("(?:[^"\\]|\\.)*"|-?\d+|\{\}|\[\])/g)]
  const place = places[roll(places.length)]
  if (place === undefined) return bytes
  const changed = `${json.slice(0, place.index)}${values[roll(values.length)]}${json.slice(place.index + place[0].length)}`
  lines[at] = `${changed},"crc":"${crc32(Buffer.from(changed, "latin1")).toString(16).padStart(8, "0")}"}\n`
  return fromLines(lines)
}

const lineChanges: readonly [Change, ...Array<Change>] = [
  reseal,
  (bytes, roll) => fromLines(linesIn(bytes).toSpliced(roll(4), 1 + roll(3))),
  (bytes, roll) => fromLines(linesIn(bytes).flatMap((line) => (roll(4) === 0 ? [line, line] : [line]))),
  (bytes, roll) => fromLines(linesIn(bytes).toSorted(() => roll(3) - 1)),
  (bytes, roll) => fromLines(linesIn(bytes).map((line) => (roll(5) === 0 ? line.replace("\n", "\r\n") : line))),
  (bytes) => Buffer.concat([Buffer.from("\ufeff"), bytes])
]

export interface Mutant {
  readonly steps: ReadonlyArray<Step>
  readonly bytes: Buffer
  /** Every line that is whole is one of the original, in its place. */
  readonly isByteWise: boolean
}

export const mutant = (seed: number): Mutant => {
  const roll = dice(seed)
  const steps = script(roll)
  const isByteWise = roll(2) === 0
  let bytes = bytesOf(steps)
  for (let times = 1 + (isByteWise ? 0 : roll(3)); times > 0; times--) {
    if (bytes.length > 0) bytes = pick(roll, isByteWise || roll(4) === 0 ? byteChanges : lineChanges)(bytes, roll)
  }
  return { steps, bytes, isByteWise }
}
