/** Journals made from short scripts, and what they are said to mean by a model that knows nothing of files. */
import { Buffer } from "node:buffer"
import * as Schema from "effect/Schema"
import * as Reading from "../../src/journal/JournalReading.ts"
import * as Record from "../../src/journal/JournalRecord.ts"
import * as State from "../../src/journal/JournalState.ts"
import * as Outcome from "../../src/Outcome.ts"
import { invitation, refusal } from "./JournalStage.ts"

export const rows = 6

/** What can happen to a row; the number chooses the row. */
export const Step = Schema.Tuple([
  Schema.Literals(["intend", "refused", "done", "unchanged", "failed", "unknown", "deferred", "notAttempted"]),
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: rows - 1 }))
])
export type Step = typeof Step.Type

const outcomes: Readonly<Record<string, Outcome.Outcome>> = {
  done: Outcome.done,
  unchanged: Outcome.unchanged("already joined"),
  failed: refusal,
  unknown: Outcome.unknown("the answer was lost"),
  deferred: Outcome.deferred(9e9, "a limit"),
  notAttempted: Outcome.notAttempted("the run was stopped")
}

export const keyOf = (row: number) => `key-${row}`
const rowOf = (key: string) => Number(key.slice(4))

const recordOf = ([what, row]: Step, at: number): Record.Record => {
  const key = keyOf(row)
  if (what === "intend") return { type: "intent", at, key, row: invitation(row) }
  if (what === "refused") return { type: "refused", at, key, retryAfterMillis: 100 }
  return { type: "outcome", at, key, outcome: outcomes[what] ?? Outcome.done }
}

const header: Record.Record = {
  type: "journal",
  version: 1,
  at: 0,
  tool: "0.1.0",
  plan: "plan \u202e\u009b\ud800.csv",
  digest: "d",
  rows,
  homeserver: "https://example.org/",
  sender: "@alice:example.org"
}

/** One line for each step, after the header; the step with number n happens at n + 1 milliseconds. */
export const linesOf = (steps: ReadonlyArray<Step>): ReadonlyArray<string> => [
  Record.encode(header),
  ...steps.map((step, n) => Record.encode(recordOf(step, n + 1)))
]

export const bytesOf = (steps: ReadonlyArray<Step>): Buffer => Buffer.from(linesOf(steps).join(""))

/** What is known of a row and since when. */
export type Known = readonly [before: State.Before, intendedAt: number]

/** The meaning of the steps, step by step. */
export const modelOf = (steps: ReadonlyArray<Step>): ReadonlyArray<Known> =>
  Array.from({ length: rows }, (_, row): Known => {
    let before: State.Before = "nothing"
    let intendedAt = 0
    for (const [n, [what, subject]] of steps.entries()) {
      if (subject !== row) continue
      if (what === "intend") intendedAt = n + 1
      if (what === "intend") before = "intended"
      else if (what === "refused") before = "nothing"
      else if (what !== "deferred" && what !== "notAttempted") before = outcomes[what] ?? before
    }
    return [before, intendedAt]
  })

export interface Read {
  readonly end: Reading.Whole | Reading.Damage
  readonly known: ReadonlyArray<Known>
}

/** What these bytes say, taken in pieces of this size. */
export const read = (bytes: Uint8Array, piece = bytes.length): Read => {
  const state = State.make({ rowOf, recentSince: 0 })
  const reading = Reading.make(state.take)
  const known = () => Array.from({ length: rows }, (_, row): Known => [state.before(row), state.intendedAt(row)])
  for (let at = 0; at < bytes.length; at += Math.max(1, piece)) {
    const damage = reading.take(bytes.subarray(at, at + Math.max(1, piece)))
    if (damage !== undefined) return { end: damage, known: known() }
  }
  const end = reading.end()
  return { end, known: known() }
}
