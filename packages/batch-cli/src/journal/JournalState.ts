/**
 * What the records of a journal come to, row by row: a fold that keeps a few dozen bytes for each row, and every text
 * once. Pure.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Outcome from "../Outcome.ts"
import * as StringTable from "../plan/StringTable.ts"
import type { Ended, Header, Record, Run } from "./JournalRecord.ts"

/** How an attempt went, as far as the server's limits are concerned; one without an answer may have passed. */
export type Result = "passed" | "refused" | "failed"

export interface Attempt {
  readonly row: number
  /** When it was about to be sent, in epoch milliseconds. */
  readonly at: number
  readonly result: Result
}

/** What is known of a row: nothing, that a request was about to be sent, or how it ended. */
export type Before = "nothing" | "intended" | Outcome.Outcome

export interface Options {
  /** The number of the row with this key, from zero; -1 for one that does not matter. */
  readonly rowOf: (key: string) => number
  /** Attempts from this time on are kept one by one; in epoch milliseconds. */
  readonly recentSince: number
}

export interface State {
  readonly take: (record: Record) => void
  readonly header: Header | undefined
  /** The last run, where it is not the first. */
  readonly resumed: Run | undefined
  /** How many runs there were. */
  readonly runs: number
  /** How the last run ended; nothing when it did not. */
  readonly ended: Ended | undefined
  /** The time of the last record, in epoch milliseconds. */
  readonly lastAt: number
  readonly learned: Schema.JsonObject | undefined
  readonly recent: () => ReadonlyArray<Attempt>
  /** Rows before this number can have been recorded. */
  readonly size: number
  readonly isKnown: (row: number) => boolean
  /** The last word on the row; `deferred` and `notAttempted` leave an open intention open. */
  readonly last: (row: number) => Before
  /** The same with what counts for a later run only. */
  readonly before: (row: number) => Before
  /** When the last request for the row was about to be sent; 0 when none was. */
  readonly intendedAt: (row: number) => number
  /** Rows recorded that `rowOf` does not know. */
  readonly strangers: number
  /** Requests refused with 429, and how long the server asked to wait for them, all together. */
  readonly refusals: { readonly count: number; readonly askedMillis: number }
}

const decodeOutcome = Schema.decodeUnknownOption(Schema.fromJsonString(Outcome.Outcome))

const unknownRow = 0
const nothing = 1
const intended = 2
/** From here on the number of a text, which is the outcome. */
const firstOutcome = 3

export const make = ({ recentSince, rowOf }: Options): State => {
  let phases = new Uint32Array(64)
  let times = new Float64Array(64)
  let size = 0
  let header: Header | undefined
  let resumed: Run | undefined
  let runs = 0
  let ended: Ended | undefined
  let lastAt = 0
  let learned: Schema.JsonObject | undefined
  const outcomes = StringTable.make()
  const strangers = StringTable.make()
  let refusals = { count: 0, askedMillis: 0 }
  const attempts = { rows: Array.of<number>(), times: Array.of<number>(), results: Array.of<Result>() }
  /** The attempt of a row that has no answer yet. */
  const open = new Map<number, number>()

  const rowFor = (key: string): number => {
    const row = rowOf(key)
    if (row === -1) strangers.add(key)
    if (row >= phases.length) {
      const length = Math.max(row + 1, phases.length * 2)
      const [oldPhases, oldTimes] = [phases, times]
      phases = new Uint32Array(length)
      phases.set(oldPhases)
      times = new Float64Array(length)
      times.set(oldTimes)
    }
    size = Math.max(size, row + 1)
    return row
  }

  const answered = (row: number, result: Result) => {
    const attempt = open.get(row)
    if (attempt === undefined) return
    attempts.results[attempt] = result
    open.delete(row)
  }

  const intend = (row: number, at: number) => {
    phases[row] = intended
    times[row] = at
    open.delete(row)
    if (at < recentSince) return
    open.set(row, attempts.rows.length)
    attempts.rows.push(row)
    attempts.times.push(at)
    attempts.results.push("passed")
  }

  const conclude = (row: number, outcome: Outcome.Outcome) => {
    if (outcome._tag !== "unknown") {
      answered(row, outcome._tag === "failed" || outcome._tag === "unchanged" ? "failed" : "passed")
    }
    // what did not come to a request says nothing of a request before
    if (isPutOff(outcome) && !isPutOff(lastOf(row))) return
    phases[row] = firstOutcome + outcomes.add(JSON.stringify(outcome))
  }

  const lastOf = (row: number): Before => {
    const phase = phases[row] ?? unknownRow
    if (phase < firstOutcome) return phase === intended ? "intended" : "nothing"
    return Option.getOrElse(decodeOutcome(outcomes.at(phase - firstOutcome)), () => "nothing" as const)
  }

  const take = (record: Record) => {
    lastAt = Math.max(lastAt, record.at)
    if (record.type === "refused") {
      refusals = { count: refusals.count + 1, askedMillis: refusals.askedMillis + record.retryAfterMillis }
    }
    switch (record.type) {
      case "journal":
        header = record
        runs += 1
        return
      case "run":
        resumed = record
        runs += 1
        ended = undefined
        return
      case "limits":
        learned = record.learned
        return
      case "end":
        ended = record
        return
    }
    const row = rowFor(record.key)
    if (row === -1) return
    switch (record.type) {
      case "intent":
        return intend(row, record.at)
      case "refused":
        answered(row, "refused")
        phases[row] = nothing
        return
      case "outcome":
        return conclude(row, record.outcome)
    }
  }

  return {
    take,
    get header() {
      return header
    },
    get resumed() {
      return resumed
    },
    get runs() {
      return runs
    },
    get ended() {
      return ended
    },
    get lastAt() {
      return lastAt
    },
    get learned() {
      return learned
    },
    recent: () =>
      attempts.rows.map((row, n) => ({ row, at: attempts.times[n] ?? 0, result: attempts.results[n] ?? "passed" })),
    get size() {
      return size
    },
    isKnown: (row) => (phases[row] ?? unknownRow) !== unknownRow,
    last: lastOf,
    before: (row) => {
      const last = lastOf(row)
      return isPutOff(last) ? "nothing" : last
    },
    intendedAt: (row) => times[row] ?? 0,
    get strangers() {
      return strangers.size
    },
    get refusals() {
      return refusals
    }
  }
}

/** Nothing was sent that could have had an effect. */
const isPutOff = (last: Before): boolean =>
  last === "nothing" || (last !== "intended" && (last._tag === "deferred" || last._tag === "notAttempted"))
