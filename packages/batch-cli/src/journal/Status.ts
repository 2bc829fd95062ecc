/** What a journal tells of its run: read without the plan and without the server, and without a touch to anything. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { JsonObject } from "effect/Schema"
import * as Outcome from "../Outcome.ts"
import * as PlanRows from "../plan/PlanRows.ts"
import * as StringTable from "../plan/StringTable.ts"
import * as Ledger from "../report/Ledger.ts"
import { JournalUnusable } from "./JournalError.ts"
import * as File from "./JournalFile.ts"
import * as Lock from "./JournalLock.ts"
import * as Record from "./JournalRecord.ts"
import * as State from "./JournalState.ts"

/** All times are in epoch milliseconds. */
export interface Status {
  /** As it was asked for. */
  readonly path: string
  /** The first run. */
  readonly header: Record.Header
  /** The last one. */
  readonly run: Pick<Record.Header, "at" | "plan" | "rows" | "tool">
  readonly runs: number
  /** The plan was changed between two runs. */
  readonly isEdited: boolean
  readonly lastAt: number
  /** How the last run ended; nothing when it did not get to that. */
  readonly ended: Record.Ended | undefined
  /** The process that has the journal now. */
  readonly holder: Lock.Holder | undefined
  /** The rows that the journal names, in its order. */
  readonly rows: PlanRows.Rows
  /** Where each of them begins in the plan of the last run that named it. */
  readonly lineOf: (row: number) => number
  /** How they ended. */
  readonly ledger: Ledger.Ledger
  /** Rows with a request that has no answer, in order. */
  readonly open: ReadonlyArray<number>
  /** Rows of the plan that have not ended and have no request without an answer. */
  readonly left: number
  readonly refusals: State.State["refusals"]
  readonly learned: JsonObject | undefined
}

/** The rows that the records name, and under which numbers. */
const collector = () => {
  const keys = StringTable.make()
  const builder = PlanRows.make()
  const lines: Array<number> = []
  return {
    rows: builder.rows,
    lines,
    rowOf: (key: string) => keys.find(key),
    take: (record: Record.Record) => {
      const row = Record.rowIn(record)
      if (row === undefined || !("key" in record)) return
      const number = keys.add(record.key)
      if (number === builder.rows.size) builder.add(row)
      lines[number] = row.line
    }
  }
}

/** Who names the plan, or no file at all, has mistaken the name. */
const mistaken = new Set(["is not there", "is not a journal"])

const missing = Effect.fnUntraced(function* (path: string, reason: string) {
  const fs = yield* FileSystem.FileSystem
  const beside = `${path}.journal.ndjson`
  const isPlan = yield* Effect.orElseSucceed(fs.exists(beside), () => false)
  const usual = mistaken.has(reason) ? "; by default a journal is PLAN.journal.ndjson, beside its plan" : ""
  const way = isPlan ? `; did you mean ${beside}?` : usual
  return new JournalUnusable({ path, reason: `${reason}${way}` })
})

/** Reads the journal at this path. A run may be at it: then this is how far it is. */
export const read = Effect.fn("Status.read")(function* (path: string) {
  const found = yield* File.locate(path)
  if (!found.exists) return yield* yield* missing(path, "is not there")
  const holder = yield* Effect.orElseSucceed(Lock.holder(found.path), () => undefined)
  const named = collector()
  const state = State.make({ rowOf: named.rowOf, recentSince: Number.POSITIVE_INFINITY })
  yield* File.read(found.path, (record) => {
    named.take(record)
    state.take(record)
  }).pipe(Effect.catch((error) => Effect.flatMap(missing(path, error.reason), Effect.fail)))
  const { header } = state
  if (header === undefined) return yield* yield* missing(path, "has no whole line: its run was cut off as it began")

  const { rows } = named
  const ledger = Ledger.make(rows)
  const open: Array<number> = []
  for (let row = 0; row < rows.size; row++) {
    const last = state.last(row)
    if (last === "intended") open.push(row)
    else if (last !== "nothing") ledger.set(row, last, state.intendedAt(row))
  }
  const run = state.resumed ?? header
  const { deferred, notAttempted } = ledger.counts
  const ended = Outcome.total(ledger.counts) - deferred - notAttempted
  const status: Status = {
    path,
    header,
    run,
    runs: state.runs,
    isEdited: run.digest !== header.digest,
    lastAt: state.lastAt,
    ended: state.ended,
    holder,
    rows,
    lineOf: (row) => named.lines[row] ?? rows.line(row),
    ledger,
    open,
    left: Math.max(0, run.rows - ended - open.length),
    refusals: state.refusals,
    learned: state.learned
  }
  return status
})

/** The numbers of the rows that ended so, in the order of the plan. */
export const rowsWith = ({ ledger, lineOf, rows }: Status, tags: ReadonlyArray<Outcome.Tag>): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (let row = 0; row < rows.size; row++) {
    const tag = ledger.tag(row)
    if (tag !== undefined && tags.includes(tag)) found.push(row)
  }
  return found.sort((one, other) => lineOf(one) - lineOf(other))
}

/** Whether a further run would have something to do. */
export const isOver = ({ ledger, left, open }: Status): boolean => left + open.length + ledger.counts.unknown === 0

/** The command that goes on, word by word. */
export const goOn = ({ header, path, run }: Status): ReadonlyArray<string> => [
  ...["batch-cli", "apply", run.plan, "--homeserver", header.homeserver],
  ...(path === `${run.plan}.journal.ndjson` ? [] : ["--journal", path])
]
