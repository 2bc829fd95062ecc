/** What a run comes to, for people and for machines. Pure: data in, text out. */
import * as Duration from "effect/Duration"
import * as Outcome from "./Outcome.ts"
import { printable } from "./PlanProblem.ts"
import type { Task } from "./Preflight.ts"

export interface Run {
  /** The plan as the user named it. */
  readonly source: string
  readonly homeserver: string
  readonly sender: string
  readonly counts: Outcome.Counts
  readonly elapsed: Duration.Duration
  /** The run was interrupted before its end. */
  readonly interrupted: boolean
}

export interface Ended {
  readonly task: Task
  readonly outcome: Outcome.Outcome
}

const meaning: { readonly [T in Outcome.Tag]: readonly [label: string, meaning: string] } = {
  done: ["done", "the server made the change"],
  unchanged: ["unchanged", "it was so already"],
  failed: ["failed", "the server said no, or could not"],
  deferred: ["deferred", "a limit holds it up for longer than this run may last"],
  unknown: ["unknown", "sent, but the answer never came"],
  notAttempted: ["not attempted", "the run ended first"]
}

const why = (outcome: Outcome.Outcome): string => {
  switch (outcome._tag) {
    case "done":
      return outcome.because ?? ""
    case "failed":
      return `${outcome.failure.tag}: ${outcome.failure.message}`
    default:
      return outcome.because
  }
}

/** `plan.csv:17: invite @bob:example.org to !abc:example.org: Forbidden: …` */
export const sentence = (source: string, { outcome, task }: Ended): string => {
  const { column, line, operation, room } = task.row
  const subject = operation === "invite" ? `invite ${task.user} to ${room}` : `${operation} ${room}`
  return printable(
    `${source === "-" ? "stdin" : source}:${line}${column === undefined ? "" : `:${column}`}: ${subject}: ${why(outcome)}`
  )
}

/** How many rows that need attention are spelled out on a terminal; a file or a pipe gets all of them. */
export const shown = 50

/** The summary: counts that add up to the plan, after the rows that somebody must look at. */
export const summary = (run: Run, attention: ReadonlyArray<Ended>, isTerminal: boolean): string => {
  const inOrder = attention.toSorted((one, other) => one.task.row.line - other.task.row.line)
  const rows = inOrder.slice(0, isTerminal ? shown : undefined).map((ended) => sentence(run.source, ended))
  const more = attention.length - rows.length
  const counted = Outcome.tags
    .filter((tag) => run.counts[tag] > 0 || tag === "done" || tag === "failed")
    .map((tag) => {
      const [label, text] = meaning[tag]
      return `  ${label.padEnd(14)}${String(run.counts[tag]).padStart(8)}   ${text}`
    })
  const total = `  ${"rows".padEnd(14)}${String(Outcome.total(run.counts)).padStart(8)}   in ${seconds(run.elapsed)}`
  return [
    ...rows,
    ...(more > 0 ? [`and ${more} more; with the output in a file or a pipe every row is listed`] : []),
    ...(rows.length > 0 ? [""] : []),
    printable(`${run.source === "-" ? "stdin" : run.source} at ${run.homeserver} as ${run.sender}`),
    ...counted,
    total,
    ...(run.interrupted
      ? ["  interrupted: the same command goes on; rows that are fulfilled already are skipped"]
      : []),
    ""
  ].join("\n")
}

const seconds = (elapsed: Duration.Duration): string => `${Duration.toSeconds(elapsed).toFixed(1)} s`

/** JSON leaves control characters above U+009F and the marks of text direction as they are; terminals obey them. */
const json = (value: object): string =>
  JSON.stringify(value).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

/** One line of NDJSON for a row. Absent keys do not apply. */
export const rowJson = ({ outcome, task }: Ended): string =>
  `${json({
    type: "row",
    line: task.row.line,
    column: task.row.column,
    operation: task.row.operation,
    room: task.row.room,
    roomId: task.room._tag === "Success" ? task.room.success : undefined,
    user: task.user,
    reason: task.row.reason,
    outcome: outcome._tag,
    because: "because" in outcome ? outcome.because : undefined,
    error: "failure" in outcome ? outcome.failure : undefined
  })}\n`

/** The last line of NDJSON. */
export const summaryJson = ({ counts, elapsed, homeserver, interrupted, sender, source }: Run): string =>
  `${json({
    type: "summary",
    plan: source,
    homeserver,
    sender,
    ...counts,
    rows: Outcome.total(counts),
    interrupted,
    elapsedMs: Duration.toMillis(elapsed)
  })}\n`
