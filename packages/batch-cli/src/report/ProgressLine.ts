/** The line that says how far a run is. Pure: a state, a time and a width in, text out. */
import * as Outcome from "../Outcome.ts"
import { printable } from "../plan/PlanProblem.ts"
import * as Width from "./ProgressWidth.ts"
import * as Time from "./ReportTime.ts"

/** What rows wait for: one bucket of one limit. */
export interface Wait {
  /** The limit's name. */
  readonly kind: string
  /** Epoch milliseconds; infinite while nobody knows. */
  readonly until: number
  /** Rows that it holds up. */
  readonly rows: number
}

export interface State {
  readonly counts: Outcome.Counts
  /** Rows that ended in earlier runs: progress, but not of this run's making. */
  readonly earlier: number
  readonly total: number
  /** Rows a second of late. */
  readonly rate: number
  readonly waits: ReadonlyArray<Wait>
  /** When the next row can be sent, where nothing can be sent now. */
  readonly wakeAt?: number | undefined
  /** What the limits will let the rest take at least, in milliseconds; none when the run is at its end. */
  readonly remainingMillis: number | undefined
  /** That rests on limits nobody has seen. */
  readonly isAssumed: boolean
  /** The server does not answer, and is asked again then. */
  readonly away?: { readonly because: string; readonly until: number } | undefined
}

export interface Style {
  readonly columns: number
  readonly colours: boolean
  /** The time zone of clock times; by default this machine's. */
  readonly zone?: string
}

type Colour = "green" | "yellow" | "red" | "none"

interface Piece {
  readonly text: string
  readonly colour: Colour
}

/** From the fullest form to the shortest, which may be none at all. */
type Forms = ReadonlyArray<ReadonlyArray<Piece>>

const codes = { green: 32, yellow: 33, red: 31 } as const

const piece = (text: string, colour: Colour = "none"): Piece => ({ text, colour })

const endedOf = ({ counts }: State): number => Outcome.total(counts) - counts.notAttempted - counts.deferred

const far = (state: State): Forms => {
  const ended = endedOf(state)
  const share = Math.floor((ended / Math.max(1, state.total)) * 100)
  return [[piece(`${ended}/${state.total} (${share} %)`)], [piece(`${ended}/${state.total}`)], [piece(`${share} %`)]]
}

const labels: ReadonlyArray<readonly [tag: Outcome.Tag, label: string, colour: Colour]> = [
  ["done", "done", "none"],
  ["unchanged", "unchanged", "none"],
  ["failed", "failed", "red"],
  ["unknown", "unknown", "red"],
  ["deferred", "deferred", "yellow"],
  ["notAttempted", "not attempted", "yellow"]
]

/** Only what has happened is named; `done` always. */
const tally = ({ counts, earlier }: State): Forms => {
  const named = (those: typeof labels) => {
    const some = those.filter(([tag]) => counts[tag] > 0 || tag === "done")
    return some.flatMap(([tag, label, colour], index) => [
      ...(index === 0 ? [] : [piece(", ")]),
      piece(`${counts[tag]} ${label}`, colour),
      ...(tag === "done" && earlier > 0 && those === labels ? [piece(` (${earlier} rows before)`)] : [])
    ])
  }
  const bad = labels.filter(([tag]) => tag === "failed" || tag === "unknown")
  return [named(labels), named(labels.filter(([tag]) => tag !== "unchanged" && tag !== "notAttempted")), named(bad), []]
}

const rate = ({ rate }: State): Forms =>
  !(rate >= 0.0005 && rate < 1e6)
    ? [[]]
    : [[piece(rate < 1 ? `${(rate * 60).toFixed(1)} rows/min` : `${rate.toFixed(1)} rows/s`)], []]

const whose: ReadonlyArray<readonly [limit: RegExp, one: string, many: string]> = [
  [/per_user$/, "1 person", "people"],
  [/per_room$/, "1 room", "rooms"]
]

const plural = (n: number, one: string, many: string): string => (n === 1 ? one : `${n} ${many}`)

const left = (until: number, now: number): string =>
  Time.duration(Math.ceil((until - now) / 1000) * 1000).replace(".0 ", " ")

/** Sooner than that it is there before it is read; later, nobody knows. */
const [soonest, latest] = [5000, 365 * 24 * 60 * 60 * 1000]

/** The limit that holds up most, and when it lets the next row through. */
const waiting = (state: State, now: number): Forms => {
  if (state.away !== undefined) {
    const soon = left(Math.max(now, state.away.until), now)
    const because = Width.cut(printable(state.away.because), 60)
    return [
      [piece(`${because}; asking again in ${soon}`, "red")],
      [piece(`no answer, asking again in ${soon}`, "red")],
      [piece("no answer", "red")]
    ]
  }
  const groups = Map.groupBy(
    state.waits.filter(({ until }) => Number.isFinite(until) && until > now),
    ({ kind }) => kind
  )
  const sums = Array.from(groups, ([kind, waits]) => ({
    kind,
    keys: waits.length,
    rows: waits.reduce((sum, { rows }) => sum + rows, 0),
    until: Math.min(...waits.map(({ until }) => until))
  })).sort((one, other) => other.rows - one.rows)
  const [most] = sums
  if (most === undefined) {
    // a row that waits for itself alone, and has nobody behind it
    if (state.wakeAt === undefined || !(state.wakeAt >= now + 1000 && state.wakeAt <= now + latest)) return [[]]
    const text = `next row in ${left(state.wakeAt, now)}`
    return [[piece(text, "yellow")], [piece(text, "yellow")], [piece(text, "yellow")], [piece(text, "yellow")], []]
  }
  const soon = left(most.until, now)
  const [, one, many] = whose.find(([limit]) => limit.test(most.kind)) ?? []
  const who = one === undefined || many === undefined ? "" : ` of ${plural(most.keys, one, many)}`
  const rows = plural(most.rows, "1 row", "rows")
  return [
    [piece(`waiting ${soon} for ${printable(most.kind)}${who}, ${rows} behind it`, "yellow")],
    [piece(`waiting ${soon} for ${printable(most.kind)}, ${rows}`, "yellow")],
    [piece(`waiting ${soon}, ${rows}`, "yellow")],
    [piece(`waiting ${soon}`, "yellow")],
    []
  ]
}

const end = (state: State, now: number, zone: string | undefined): Forms => {
  if (state.remainingMillis === undefined) return [[]]
  const pending = state.total - Outcome.total(state.counts)
  const pace = state.rate > 0 && state.waits.length === 0 ? (pending / state.rate) * 1000 : 0
  const remaining = Math.max(state.remainingMillis, pace)
  if (pending <= 0 || state.away !== undefined || !(remaining >= soonest && remaining <= latest)) return [[]]
  const time = Time.duration(remaining)
  const about = state.isAssumed && state.remainingMillis >= pace ? "perhaps" : "about"
  return [
    [piece(`${about} ${time} left, until ${Time.moment(now + remaining, now, zone)}`)],
    [piece(`${about} ${time} left`)],
    [piece(`${time} left`)],
    []
  ]
}

const gap = "  "

/** What gives way first when there is no room for everything. */
const steps = [
  ["waiting", 1],
  ["end", 1],
  ["tally", 1],
  ["waiting", 2],
  ["rate", 1],
  ["end", 2],
  ["tally", 2],
  ["waiting", 3],
  ["far", 1],
  ["waiting", 4],
  ["end", 3],
  ["tally", 3],
  ["far", 2]
] as const

const together = (pieces: ReadonlyArray<ReadonlyArray<Piece>>): ReadonlyArray<Piece> =>
  pieces.filter((some) => some.length > 0).flatMap((some, index) => (index === 0 ? some : [piece(gap), ...some]))

const textOf = (pieces: ReadonlyArray<Piece>): string => pieces.map(({ text }) => text).join("")

const fitted = (state: State, now: number, { columns, zone }: Omit<Style, "colours">): ReadonlyArray<Piece> => {
  const forms: { readonly [K in (typeof steps)[number][0]]: Forms } = {
    far: far(state),
    tally: tally(state),
    rate: rate(state),
    waiting: waiting(state, now),
    end: end(state, now, zone)
  }
  const level = { far: 0, tally: 0, rate: 0, waiting: 0, end: 0 }
  const form = (key: keyof typeof forms) => forms[key][Math.min(level[key], forms[key].length - 1)] ?? []
  const line = () => together([form("far"), form("tally"), form("rate"), form("waiting"), form("end")])
  for (const [key, next] of steps) {
    if (Width.columns(textOf(line())) <= columns) return line()
    level[key] = next
  }
  const last = line()
  return Width.columns(textOf(last)) <= columns ? last : [piece(Width.cut(textOf(last), columns))]
}

/** `128/240 (53 %)  120 done, 8 unchanged  64.0 rows/s`: rows that will not be attempted are not progress. */
export const plain = (state: State, now: number, zone?: string): string =>
  textOf(fitted(state, now, { columns: Number.POSITIVE_INFINITY, ...(zone === undefined ? {} : { zone }) }))

const widest = 24

const bar = (share: number, colours: boolean): string => {
  const filled = Math.max(0, Math.min(widest, Math.floor(share * widest)))
  return coloured([piece("█".repeat(filled), "green"), piece("░".repeat(widest - filled))], colours)
}

const coloured = (pieces: ReadonlyArray<Piece>, colours: boolean): string =>
  pieces
    .map(({ colour, text }) =>
      colour === "none" || !colours || text === "" ? text : `\u001b[${codes[colour]}m${text}\u001b[39m`
    )
    .join("")

/** The same for a terminal: as much of it as the columns hold, as a line that wraps cannot be drawn over; with a bar if there is room. */
export const live = (state: State, now: number, style: Style): string => {
  // the last column stays empty: some terminals wrap as soon as it is written to
  const columns = Math.max(0, style.columns - 1)
  const pieces = fitted(state, now, { ...style, columns })
  const text = coloured(pieces, style.colours)
  const hasRoom = Width.columns(textOf(pieces)) + widest + 1 <= columns
  return hasRoom ? `${bar(endedOf(state) / Math.max(1, state.total), style.colours)} ${text}` : text
}
