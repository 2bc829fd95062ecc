/**
 * The journal of a run: an intention is on disk before its request leaves, an outcome before it counts. Whatever happens
 * to the process, the next run knows from it what was done, what was never sent, and what must be looked up.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { JsonObject } from "effect/Schema"
import manifest from "../../package.json" with { type: "json" }
import type { Outcome } from "../Outcome.ts"
import type { Rows } from "../plan/PlanRows.ts"
import { type JournalLost, JournalUnusable } from "./JournalError.ts"
import * as File from "./JournalFile.ts"
import * as Lock from "./JournalLock.ts"
import * as Record from "./JournalRecord.ts"
import * as State from "./JournalState.ts"
import * as Writer from "./JournalWriter.ts"

export { JournalLost, JournalUnusable } from "./JournalError.ts"
export type { Summary } from "./JournalRecord.ts"
export type { Attempt, Before } from "./JournalState.ts"

/** All times are in epoch milliseconds, all rows by their number in the plan, from zero. */
export interface Journal {
  /** Without links; nothing when the run has no file. */
  readonly path: string | undefined
  /** How many runs there were before this one. */
  readonly runs: number
  /** What a person should know: that a torn line was cut off, or where an old journal is now. */
  readonly notes: ReadonlyArray<string>
  /** Where the plan was changed since the last run: rows that the journal knows, does not know, and knows in vain. */
  readonly edited: { readonly kept: number; readonly new: number; readonly gone: number } | undefined
  /** What earlier runs left: `done`, `unchanged`, `failed`, `unknown`, or a request without an outcome. */
  readonly before: (row: number) => State.Before
  /** When the last request of earlier runs for this row was about to be sent; 0 when none was. */
  readonly intendedAt: (row: number) => number
  /** The attempts of the last hour, in order. */
  readonly recent: ReadonlyArray<State.Attempt>
  /** What was last written with `limits`. */
  readonly learned: JsonObject | undefined
  /** To be done before the row's request is sent. */
  readonly intend: (row: number) => Effect.Effect<void, JournalLost>
  /** The request was refused with 429: certainly without effect. */
  readonly refused: (row: number, retryAfterMillis: number) => Effect.Effect<void, JournalLost>
  readonly conclude: (row: number, outcome: Outcome) => Effect.Effect<void, JournalLost>
  readonly limits: (learned: JsonObject) => Effect.Effect<void, JournalLost>
  /** The last thing of a run that comes to its end by itself or by an interrupt. */
  readonly end: (summary: Record.Summary) => Effect.Effect<void, JournalLost>
}

export interface Options {
  readonly path: string
  readonly rows: Rows
  readonly digest: string
  /** The plan as the user named it. */
  readonly source: string
  readonly homeserver: string
  readonly sender: string
  /** Sets aside what is there and begins anew. */
  readonly restart?: boolean | undefined
}

/** For runs whose world ends with them. */
export const none: Journal = {
  path: undefined,
  runs: 0,
  notes: [],
  edited: undefined,
  before: () => "nothing",
  intendedAt: () => 0,
  recent: [],
  learned: undefined,
  intend: () => Effect.void,
  refused: () => Effect.void,
  conclude: () => Effect.void,
  limits: () => Effect.void,
  end: () => Effect.void
}

const hour = 60 * 60 * 1000

const difference = (header: Record.Header | undefined, { homeserver, sender }: Options): string | undefined => {
  if (header === undefined) return undefined
  if (header.homeserver !== homeserver) return `is of a run at ${header.homeserver}, and this one is at ${homeserver}`
  if (header.sender !== sender) return `is of a run as ${header.sender}, and this one is as ${sender}`
  return undefined
}

const comparison = (state: State.State, { digest, rows }: Options): Journal["edited"] => {
  if (state.header === undefined || (state.resumed ?? state.header).digest === digest) return undefined
  let kept = 0
  for (let row = 0; row < rows.size; row++) if (state.isKnown(row)) kept += 1
  return { kept, new: rows.size - kept, gone: state.strangers }
}

/**
 * Opens the journal for one run, which has it for itself until the scope closes. A new file, or the run in an old one,
 * is on disk when this succeeds; nothing was sent when it fails.
 */
export const open = Effect.fn("Journal.open")(function* (options: Options) {
  const fs = yield* FileSystem.FileSystem
  const { digest, rows, source } = options
  const { path } = yield* File.locate(options.path)
  yield* Lock.acquire(path)
  const notes: Array<string> = []
  // now that nobody else can make it or take it away
  let { exists } = yield* File.locate(path)
  if (exists && options.restart === true) {
    notes.push(`the old journal is kept as ${yield* File.setAside(path)}`)
    exists = false
  }

  const now = yield* Clock.currentTimeMillis
  const state = State.make({ rowOf: rows.rowOfKey, recentSince: now - hour })
  const whole = exists
    ? yield* File.read(path, state.take, File.remedy)
    : { length: 0, isOpenEnded: false, torn: 0, lines: 0 }
  const other = difference(state.header, options)
  if (other !== undefined) {
    return yield* new JournalUnusable({ path, reason: `${other}; ${File.remedy}` })
  }

  const run = { at: now, tool: manifest.version, plan: source, digest, rows: rows.size }
  const first =
    state.header === undefined
      ? Record.Record.make({
          type: "journal",
          version: Record.version,
          ...run,
          homeserver: options.homeserver,
          sender: options.sender
        })
      : Record.Record.make({ type: "run", ...run })
  const failed = File.unusable(path, exists ? "cannot be written" : "cannot be made")
  const file = yield* Effect.mapError(fs.open(path, { flag: exists ? "a" : "ax" }), failed)
  if (whole.torn > 0) {
    yield* Effect.mapError(file.truncate(whole.length), failed)
    notes.push(`the last ${whole.torn} bytes of ${path} were torn by a crash and are cut off`)
  }
  const append = yield* Writer.make(file, path)
  yield* append(`${whole.isOpenEnded ? "\n" : ""}${Record.encode(first)}`).pipe(
    Effect.tapError(() => (exists ? Effect.void : Effect.ignore(fs.remove(path)))),
    Effect.mapError(({ reason }) => new JournalUnusable({ path, reason: `cannot be written: ${reason}` }))
  )
  if (state.header === undefined) yield* Effect.mapError(File.syncDirectory(path), failed)

  const write = (record: (at: number) => Record.Record) =>
    // from here on nobody's interrupt keeps it from the disk
    Effect.uninterruptible(Effect.flatMap(Clock.currentTimeMillis, (at) => append(Record.encode(record(at)))))
  /** Rows of which this run has written what they ask for. */
  const told = new Uint8Array(rows.size)
  const content = (row: number) => {
    if (told[row] === 1) return {}
    told[row] = 1
    return { row: rows.at(row) }
  }
  const journal: Journal = {
    path,
    runs: state.runs,
    notes,
    edited: comparison(state, options),
    before: state.before,
    intendedAt: state.intendedAt,
    recent: state.recent(),
    learned: state.learned,
    intend: (row) => write((at) => ({ type: "intent", at, key: rows.key(row), ...content(row) })),
    refused: (row, retryAfterMillis) => write((at) => ({ type: "refused", at, key: rows.key(row), retryAfterMillis })),
    conclude: (row, outcome) => write((at) => ({ type: "outcome", at, key: rows.key(row), outcome, ...content(row) })),
    limits: (learned) => write((at) => ({ type: "limits", at, learned })),
    end: (summary) => write((at) => ({ type: "end", at, ...summary }))
  }
  return journal
})
