/** The summary of a run, for people: the rows somebody must look at, counts that add up to the plan, and how to go on. */

import * as Outcome from "../Outcome.ts"
import { printable } from "../plan/PlanProblem.ts"
import type { Ledger } from "./Ledger.ts"
import type { Account } from "./ReportAccount.ts"
import { comeBackAt, goOn, place, request, sentence } from "./ReportAccount.ts"
import * as Causes from "./ReportCauses.ts"
import * as Time from "./ReportTime.ts"

export const labels: { readonly [T in Outcome.Tag]: readonly [label: string, meaning: string] } = {
  done: ["done", "the server made the change"],
  unchanged: ["unchanged", "it was so already"],
  failed: ["failed", "the server said no, or could not"],
  deferred: ["deferred", "put off for a later run"],
  unknown: ["unknown", "sent, but the answer never came"],
  notAttempted: ["not attempted", "nothing was sent"]
}

const attention: ReadonlyArray<Outcome.Tag> = ["failed", "unknown"]

/** As many rows as this are spelled out on a terminal; more are grouped by cause. In a file or a pipe all are spelled out. */
export const shown = 20

/** So many causes, and of each so many rows, are named on a terminal. */
const causesShown = 10
const rowsNamed = 3

export interface Options {
  readonly isTerminal: boolean
  /** The time zone of clock times; by default this machine's. */
  readonly zone?: string
}

const grouped = function* ({ ledger, rows, source, unreached }: Account, tags: ReadonlyArray<Outcome.Tag>) {
  // why the run ended is said once, and not of every row that it did not come to
  const groups = Causes.groups(ledger, tags, rowsNamed).filter(({ cause }) => cause.because !== unreached)
  for (const { cause, first, size } of groups.slice(0, causesShown)) {
    yield `${size} × ${cause._tag === "notAttempted" ? "not attempted: " : ""}${Causes.reason(cause)}`
    for (const number of first) {
      const row = rows.at(number)
      yield `    ${place(source, row)}: ${request(row)}`
    }
    if (size > first.length) yield `    and ${size - first.length} more`
  }
  const others = groups.slice(causesShown)
  const hidden = others.reduce((sum, { size }) => sum + size, 0)
  if (others.length > 0) yield `and ${hidden} rows for ${others.length} other reasons`
}

const needsAttention = (ledger: Ledger): number => attention.reduce((sum, tag) => sum + ledger.counts[tag], 0)

const listed = function* ({ ledger, rows, source }: Account) {
  for (let number = 0; number < ledger.size; number++) {
    const tag = ledger.tag(number)
    if (tag === undefined || !attention.includes(tag)) continue
    const outcome = ledger.outcome(number)
    if (outcome !== undefined) yield sentence(source, rows.at(number), outcome)
  }
}

const counted = function* ({ ledger }: Account) {
  const { counts, earlier } = ledger
  for (const tag of Outcome.tags) {
    if (counts[tag] === 0 && tag !== "done" && tag !== "failed") continue
    const [label, meaning] = labels[tag]
    const before =
      earlier[tag] === 0
        ? ""
        : earlier[tag] === counts[tag]
          ? ", in an earlier run"
          : `, ${earlier[tag]} of them before`
    yield `  ${label.padEnd(14)}${String(counts[tag]).padStart(8)}   ${meaning}${before}`
  }
}

const refused = function* ({ waits }: Account) {
  const some = waits.filter(({ refusals }) => refusals > 0)
  for (const { askedMillis, limiter, refusals } of some.toSorted((one, other) => other.askedMillis - one.askedMillis))
    yield `  refused ${refusals === 1 ? "once" : `${refusals} times`} for ${printable(limiter)}, with ${Time.duration(askedMillis)} to wait in all`
}

const further = function* (account: Account, zone: string | undefined) {
  const { endedAt, interrupted, stopped } = account
  if (interrupted) yield "  interrupted before the end"
  if (stopped !== undefined) yield `  stopped: ${printable(stopped)}`
  const until = comeBackAt(account)
  if (until !== undefined) {
    const left = until > endedAt ? `, in ${Time.duration(until - endedAt)}` : ""
    yield `  deferred rows: not before ${Time.moment(until, endedAt, zone)}${left}`
  }
  const again = goOn(account)
  if (again !== undefined) yield `  to go on: ${again}`
}

/** The rows that somebody must look at, before the counts. */
const named = function* (account: Account, isTerminal: boolean) {
  if (isTerminal && needsAttention(account.ledger) > shown) {
    yield* grouped(account, attention)
    yield "with the output in a file or a pipe, or in a --report, every row is listed"
  } else yield* listed(account)
  // there may be any number of them, for few reasons: they are never listed one by one
  yield* grouped(account, ["notAttempted"])
}

/** Line by line: of a million rows that failed, a pipe gets every one. */
export const lines = function* (account: Account, { isTerminal, zone }: Options): Generator<string> {
  const { endedAt, homeserver, ledger, sender, source, startedAt } = account
  let isAnyNamed = false
  for (const line of named(account, isTerminal)) {
    isAnyNamed = true
    yield line
  }
  if (isAnyNamed) yield ""
  yield printable(`${source === "-" ? "stdin" : source} at ${homeserver} as ${sender}`)
  yield* counted(account)
  if (ledger.pending > 0)
    yield `  ${"not ended".padEnd(14)}${String(ledger.pending).padStart(8)}   the run is not at its end`
  yield `  ${"rows".padEnd(14)}${String(ledger.size).padStart(8)}   in ${Time.duration(endedAt - startedAt)}`
  yield* refused(account)
  yield* further(account, zone)
}
