/** The status of a journal, for people and for machines. Pure: data in, lines out. */

import { printable, printableJson } from "../plan/PlanProblem.ts"
import { command, place, request, sentence, why } from "../report/ReportAccount.ts"
import * as Causes from "../report/ReportCauses.ts"
import { labels, shown } from "../report/ReportSummary.ts"
import * as Time from "../report/ReportTime.ts"
import { goOn, isOver, rowsWith, type Status } from "./Status.ts"

/** So many causes, and of each so many rows, are named on a terminal. */
const causesShown = 10
const rowsNamed = 3

const attention = ["failed", "unknown"] as const

const rowAt = ({ lineOf, rows }: Status, row: number) => ({ ...rows.at(row), line: lineOf(row) })

const listed = function* (status: Status, rows: ReadonlyArray<number>) {
  for (const row of rows) {
    const outcome = status.ledger.outcome(row)
    if (outcome !== undefined) yield sentence(status.run.plan, rowAt(status, row), outcome)
  }
}

const grouped = function* (status: Status) {
  const groups = Causes.groups(status.ledger, attention, rowsNamed)
  for (const { cause, first, size } of groups.slice(0, causesShown)) {
    yield `${size} × ${Causes.reason(cause)}`
    for (const number of first) {
      const row = rowAt(status, number)
      yield `    ${place(status.run.plan, row)}: ${request(row)}`
    }
    if (size > first.length) yield `    and ${size - first.length} more`
  }
  if (groups.length > causesShown) yield `and ${groups.length - causesShown} other reasons`
  yield "with --failed the failed rows are written as a plan; in a file or a pipe every row is listed here"
}

const count = (label: string, number: number, meaning: string) =>
  `  ${label.padEnd(14)}${String(number).padStart(8)}   ${meaning}`

const counted = function* ({ holder, ledger, left, open, run }: Status) {
  for (const tag of ["done", "unchanged", "failed", "unknown"] as const) {
    if (ledger.counts[tag] > 0 || tag === "done" || tag === "failed") {
      yield count(labels[tag][0], ledger.counts[tag], labels[tag][1])
    }
  }
  if (open.length > 0) {
    yield holder === undefined
      ? count("in doubt", open.length, "sent when the run was cut off; the next run looks first whether it took effect")
      : count("under way", open.length, "sent, and the answer is still due")
  }
  if (left > 0) yield count("left", left, "not done yet")
  yield count("rows", run.rows, "in the plan")
}

const state = function* ({ ended, holder, lastAt, run }: Status, zone: string | undefined) {
  if (holder !== undefined) {
    const host = holder.host === undefined ? "" : ` on ${printable(holder.host)}`
    const doubt = holder.isElsewhere ? ", if that process still lives" : ""
    yield `  a run is at it now: process ${holder.pid}${host}${doubt}`
  } else if (ended === undefined) {
    yield "  cut off: the last run did not come to its end, and nobody is at it now"
  } else yield `  ended: ${printable(ended.because)}`
  const until = ended?.comeBackAt
  if (holder === undefined && until !== undefined) {
    yield `  deferred rows: not before ${Time.moment(until, lastAt, zone)}`
  }
  yield `  begun ${Time.date(run.at, zone)}, last written ${Time.date(lastAt, zone)}`
}

/** Line by line. On a terminal, many failures are grouped by their cause. */
export const lines = function* (status: Status, isTerminal: boolean, zone?: string): Generator<string> {
  const { header, isEdited, refusals, run, runs } = status
  const rows = rowsWith(status, attention)
  if (rows.length > 0) {
    yield* isTerminal && rows.length > shown ? grouped(status) : listed(status, rows)
    yield ""
  }
  const source = run.plan === "-" ? "stdin" : run.plan
  yield printable(`${source} at ${header.homeserver} as ${header.sender}, ${runs === 1 ? "one run" : `${runs} runs`}`)
  yield* state(status, zone)
  yield* counted(status)
  if (isEdited) yield "  the plan was changed between the runs: rows that are in it no longer are counted as they ended"
  if (refusals.count > 0) {
    const times = refusals.count === 1 ? "once" : `${refusals.count} times`
    yield `  refused for a limit ${times}, with ${Time.duration(refusals.askedMillis)} to wait in all`
  }
  if (status.holder === undefined && !isOver(status)) yield `  to go on: ${command(goOn(status))}`
}

const time = (at: number | undefined) => (at === undefined ? undefined : Time.iso(at))

/** NDJSON: a line for every row that somebody must look at, and one for the whole. Absent keys do not apply. */
export const json = function* (status: Status): Generator<string> {
  const { ended, header, holder, isEdited, lastAt, learned, ledger, left, open, path, refusals, run, runs } = status
  for (const number of rowsWith(status, attention)) {
    const outcome = ledger.outcome(number)
    if (outcome === undefined) continue
    const because = why(outcome)
    yield printableJson({ type: "row", ...rowAt(status, number), outcome: outcome._tag, because })
  }
  for (const number of open) {
    yield printableJson({ type: "row", ...rowAt(status, number), outcome: "inDoubt" })
  }
  const { done, failed, unchanged, unknown } = ledger.counts
  yield printableJson({
    type: "status",
    journal: path,
    plan: run.plan,
    homeserver: header.homeserver,
    sender: header.sender,
    runs,
    edited: isEdited,
    begunAt: Time.iso(run.at),
    lastWrittenAt: Time.iso(lastAt),
    runningNow: holder === undefined ? undefined : { pid: holder.pid, host: holder.host, since: time(holder.since) },
    ended: ended === undefined ? undefined : { because: ended.because, at: time(ended.at) },
    comeBackAt: time(ended?.comeBackAt),
    ...{ done, unchanged, failed, unknown, inDoubt: open.length, left, rows: run.rows },
    refusals: refusals.count,
    learned,
    goOn: holder !== undefined || isOver(status) ? undefined : goOn(status)
  })
}
