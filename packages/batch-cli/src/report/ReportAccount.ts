/** What a run comes to: what every report is made from, be it at the end of a run or from its journal. */

import type { Outcome } from "../Outcome.ts"
import { printable } from "../plan/PlanProblem.ts"
import type { Row } from "../plan/PlanRow.ts"
import type { Rows } from "../plan/PlanRows.ts"
import type { Ledger } from "./Ledger.ts"

/** What one kind of limit cost. */
export interface Waits {
  /** By the name that the server's settings have for it, such as `rc_invites.per_user`. */
  readonly limiter: string
  /** Requests that were answered with a 429. */
  readonly refusals: number
  /** The waits that these answers asked for, all together: rows wait side by side, so it can be more than the run took. */
  readonly askedMillis: number
}

/** Times are in milliseconds since the epoch. */
export interface Account {
  /** The plan as the user named it; `-` is standard input. */
  readonly source: string
  readonly homeserver: string
  readonly sender: string
  readonly rows: Rows
  readonly ledger: Ledger
  /** The id behind the number of a room; none where its alias led nowhere. */
  readonly roomId: (room: number) => string | undefined
  readonly startedAt: number
  readonly endedAt: number
  /** The run was interrupted before its end. */
  readonly interrupted: boolean
  /** Why the run ended before its end, where it was not interrupted. */
  readonly stopped?: string
  /** What is said of the rows that a run which ended early did not come to. */
  readonly unreached?: string
  readonly waits: ReadonlyArray<Waits>
  /** The command of this run, word by word, where the same again goes on. */
  readonly goOn?: ReadonlyArray<string>
}

/** The earliest time at which a deferred row may go on. */
export const comeBackAt = ({ ledger }: Pick<Account, "ledger">): number | undefined => {
  if (ledger.counts.deferred === 0) return undefined
  let earliest = Number.POSITIVE_INFINITY
  for (let row = 0; row < ledger.size; row++) {
    if (ledger.tag(row) !== "deferred") continue
    const outcome = ledger.outcome(row)
    if (outcome?._tag === "deferred") earliest = Math.min(earliest, outcome.until)
  }
  return Number.isFinite(earliest) ? earliest : undefined
}

/** Whose membership it is about, where that has a user id. */
export const userOf = ({ address, as, user }: Row, sender: string): string | undefined =>
  user ?? (address === undefined ? (as ?? sender) : undefined)

const prepositions: Partial<Record<Row["operation"], string>> = {
  invite: "to",
  kick: "from",
  ban: "from",
  unban: "in"
}

/** `invite @bob:example.org to !abc:example.org`, `leave #hall:example.org`. */
export const request = ({ address, as, operation, room, user }: Row): string => {
  const preposition = prepositions[operation]
  const whom = user ?? address
  const what =
    preposition === undefined || whom === undefined
      ? `${operation} ${room}${whom === undefined ? "" : ` for ${whom}`}`
      : `${operation} ${whom} ${preposition} ${room}`
  return printable(`${what}${as === undefined ? "" : ` as ${as}`}`)
}

/** `plan.csv:17`, for a plan in JSON `plan.json:17:5`. */
export const place = (source: string, { column, line }: Row): string =>
  printable(`${source === "-" ? "stdin" : source}:${line}${column === undefined ? "" : `:${column}`}`)

/** Why it ended so, in a phrase; empty for what the server simply did. */
export const why = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "done":
      return printable(outcome.because ?? "")
    case "failed":
      return printable(`${outcome.failure.tag}: ${outcome.failure.message}`)
    default:
      return printable(outcome.because)
  }
}

/** `plan.csv:17: invite @bob:example.org to !abc:example.org: Forbidden: …`, always one line. */
export const sentence = (source: string, row: Row, outcome: Outcome): string => {
  const reason = why(outcome)
  return `${place(source, row)}: ${request(row)}${reason === "" ? "" : `: ${reason}`}`
}

const plain = /^[\w@%+=:,./-]+$/

/** Words as a shell takes them: in quotes where they need them. */
export const command = (words: ReadonlyArray<string>): string =>
  words.map((word) => (plain.test(word) ? word : `'${printable(word).replaceAll("'", "'\\''")}'`)).join(" ")

/** What the next run must not do again: begin anew, and write reports over those that are there by now. */
const once = /^--(?:restart|report)$/
const onceWithValue = /^--report=/

/** The command that goes on, as a shell takes it; none where there is none, or nothing left to do. */
export const goOn = ({ goOn: words, ledger }: Pick<Account, "goOn" | "ledger">): string | undefined => {
  const { deferred, notAttempted, unknown } = ledger.counts
  if (words === undefined || deferred + notAttempted + unknown + ledger.pending === 0) return undefined
  const kept = words.filter(
    (word, index) => !once.test(word) && !onceWithValue.test(word) && words[index - 1] !== "--report"
  )
  return command(kept)
}
