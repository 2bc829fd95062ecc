/** What a plan comes to, for people: by room, what cannot work and why, and how long it takes. */

import { printable } from "../plan/PlanProblem.ts"
import type { Preflight } from "../preflight/Preflight.ts"
import type { Findings } from "../preflight/Rails.ts"
import { place, request } from "../report/ReportAccount.ts"
import * as ReportTime from "../report/ReportTime.ts"
import type { Cause, Counts, Tally } from "./PlanCommandTally.ts"
import type { Duration } from "./PlanCommandTime.ts"

/** How long the plan takes under some limits. */
export interface Time extends Duration {
  /** What the limits are called. */
  readonly limits: string
  /** Nobody said so: the limits are assumed. */
  readonly assumed: boolean
}

export interface Prospect {
  readonly source: string
  readonly homeserver: string
  readonly preflight: Preflight
  readonly tally: Tally
  readonly time: Time
  readonly removals: Pick<Findings, "removals" | "rooms">
}

/** On a terminal the rooms with the most to do come first, and no more than these; in a file or a pipe all are listed. */
const roomsShown = 20
const causesShown = 10

const cell = (value: number | string) => String(value).padStart(12)

const columns = ({ certain, doubtful, impossible, unchanged }: Counts) =>
  [certain + doubtful, unchanged, impossible].map(cell).join("")

const rooms = function* ({ tally }: Prospect, isTerminal: boolean) {
  const all = isTerminal
    ? tally.rooms.toSorted((one, other) => toDo(other.counts) - toDo(one.counts)).slice(0, roomsShown)
    : tally.rooms
  yield `${["to do", "unchanged", "cannot work"].map(cell).join("")}   room`
  for (const { counts, name, roomId } of all) {
    const id = isTerminal || roomId === undefined || roomId === name ? "" : ` (${roomId})`
    yield printable(`${columns(counts)}   ${name}${id}${counts.doubtful === 0 ? "" : unseen(counts)}`)
  }
  if (all.length < tally.rooms.length) yield `${" ".repeat(36)}   and ${tally.rooms.length - all.length} more rooms`
}

const toDo = ({ certain, doubtful }: Counts) => certain + doubtful

const unseen = ({ certain, doubtful }: Counts) =>
  certain === 0 ? ", not to be foreseen from here" : `, ${doubtful} of them not to be foreseen from here`

const cause = function* ({ preflight: { rows }, source }: Prospect, { because, first, rows: size }: Cause) {
  yield printable(`${size} × ${because}`)
  for (const number of first) {
    const row = rows.at(number)
    yield `    ${place(source, row)}: ${request(row)}`
  }
  if (size > first.length) yield `    and ${size - first.length} more`
}

const causes = function* (prospect: Prospect) {
  const { tally } = prospect
  for (const found of tally.causes.slice(0, causesShown)) yield* cause(prospect, found)
  const others = tally.causes.slice(causesShown)
  if (others.length > 0) {
    yield `and ${others.reduce((sum, { rows }) => sum + rows, 0)} rows for ${others.length} other reasons; --json lists every row`
  }
}

const line = (label: string, count: number, meaning: string) =>
  `  ${label.padEnd(14)}${String(count).padStart(8)}   ${meaning}`.trimEnd()

/** `about 2 h 10 min under synapse-default`, and what it is that takes so long. */
const time = function* ({ tally, time: { assumed, bottleneck, limits, millis } }: Prospect) {
  if (toDo(tally.all) === 0) return
  const under = assumed ? `${limits}, which is a guess; --limits says better` : limits
  if (millis === 0) {
    yield `  no limit holds anything up, under ${under}`
    return
  }
  yield printable(
    millis === Number.POSITIVE_INFINITY
      ? `  will never be done, under ${under}`
      : `  takes about ${ReportTime.duration(millis)}, under ${under}`
  )
  if (bottleneck === undefined) return
  yield printable(`  slowest is ${bottleneck.kind} of ${bottleneck.of}, which ${bottleneck.rows} rows have to pass`)
}

export const lines = function* (prospect: Prospect, isTerminal: boolean): Generator<string> {
  const { homeserver, preflight, removals, source, tally } = prospect
  const { all, operations } = tally
  yield* rooms(prospect, isTerminal)
  yield ""
  if (tally.causes.length > 0) {
    yield* causes(prospect)
    yield ""
  }
  yield printable(`${source === "-" ? "stdin" : source} at ${homeserver} as ${preflight.sender}; nothing was changed`)
  const sent = [...operations].map(([operation, count]) => `${count} ${operation}`).join(", ")
  yield line("to do", toDo(all), sent)
  if (all.doubtful > 0) yield line("  in doubt", all.doubtful, "what decides over them cannot be seen from here")
  yield line("unchanged", all.unchanged, "it is so already, or will be by then")
  yield line("cannot work", all.impossible, "the server would refuse it")
  yield line("rows", preflight.rows.size, `in ${tally.rooms.length} room${tally.rooms.length === 1 ? "" : "s"}`)
  if (removals.removals > 0) {
    yield `  kicks and bans: ${removals.removals}, for which apply wants a yes`
  }
  yield* time(prospect)
}
