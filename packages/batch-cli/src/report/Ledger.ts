/**
 * What is known of every row while a plan is carried out: how it ended and when, and what that took. Some forty bytes
 * a row, however many rows there are: rows are numbers into columns, and what is said of them is kept once.
 */
import type * as Failure from "../Failure.ts"
import * as Outcome from "../Outcome.ts"

/** As much of a plan's rows as has to be known here: what the rows are about, as their reasons may name it. */
export interface Subjects {
  readonly size: number
  /** The number of the row's room among `rooms`. */
  readonly room: (row: number) => number
  /** The number of whom the row is about among `people`; -1 is the actor themself. */
  readonly target: (row: number) => number
  readonly rooms: { readonly at: (room: number) => string }
  readonly people: { readonly at: (person: number) => string }
}

/** Why rows ended as they did: the same for all of them but for the names of the row's own room and user. */
export interface Cause {
  readonly _tag: Outcome.Tag
  /** The reason, with `<user>` and `<room>` for the row's own. */
  readonly because: string
  readonly failure?: Failure.Failure
}

/** One row's account. Times are in milliseconds since the epoch. */
export interface Entry {
  readonly row: number
  /** None as long as the row has not ended. */
  readonly outcome: Outcome.Outcome | undefined
  /** When its first request left. */
  readonly startedAt: number | undefined
  readonly endedAt: number | undefined
  readonly requests: number
  readonly waitedMillis: number
  /** It ended in an earlier run. */
  readonly isEarlier: boolean
}

export interface Ledger extends Iterable<Entry> {
  readonly size: number
  /** Writes down how a row ended; a row that had ended already has ended anew. */
  readonly set: (row: number, outcome: Outcome.Outcome, at: number) => void
  /** The same for a row that ended in an earlier run. */
  readonly restore: (row: number, outcome: Outcome.Outcome, at: number) => void
  /** A request of the row leaves. */
  readonly sent: (row: number, at: number) => void
  /** The row has waited so long, for a limit or between two attempts. */
  readonly waited: (row: number, millis: number) => void
  readonly tag: (row: number) => Outcome.Tag | undefined
  readonly outcome: (row: number) => Outcome.Outcome | undefined
  readonly entry: (row: number) => Entry
  readonly endedAt: (row: number) => number | undefined
  readonly isEarlier: (row: number) => boolean
  /** The number of the row's cause; -1 as long as it has not ended. */
  readonly cause: (row: number) => number
  readonly causes: ReadonlyArray<Cause>
  /** Of all rows that have ended. */
  readonly counts: Outcome.Counts
  /** Of those that ended in an earlier run. */
  readonly earlier: Outcome.Counts
  /** Rows that have not ended yet. */
  readonly pending: number
}

/** What many outcomes have in common, with the names of room and user taken out. */
type Shared = { readonly _tag: Outcome.Tag; readonly because?: string; readonly failure?: Failure.Failure }

const user = "\u0001"
const room = "\u0002"
const verbatim = "\0"

type Names = { readonly user: string; readonly room: string }

/** Servers name the user in what they say, and a text that is each row's own could be kept but once for each. */
const withoutNames = (text: string, names: Names): string => {
  if (text.includes(user) || text.includes(room) || text.startsWith(verbatim)) return `${verbatim}${text}`
  const anonymous = names.user === "" ? text : text.replaceAll(names.user, user)
  return anonymous.replaceAll(names.room, room)
}

const withNames = (text: string, names: Names): string =>
  text.startsWith(verbatim) ? text.slice(1) : text.replaceAll(user, () => names.user).replaceAll(room, () => names.room)

const placeholders: Names = { user: "<user>", room: "<room>" }

const failureFor = (failure: Failure.Failure, text: (text: string) => string): Failure.Failure => ({
  ...failure,
  message: text(failure.message)
})

const share = (outcome: Outcome.Outcome, names: Names): Shared => {
  const text = (text: string) => withoutNames(text, names)
  return {
    _tag: outcome._tag,
    ...("because" in outcome && outcome.because !== undefined ? { because: text(outcome.because) } : {}),
    ...("failure" in outcome && outcome.failure !== undefined ? { failure: failureFor(outcome.failure, text) } : {})
  }
}

const unshare = (shared: Shared, names: Names, until: number): Outcome.Outcome => {
  const text = (text: string) => withNames(text, names)
  const because = shared.because === undefined ? undefined : text(shared.because)
  const failure = shared.failure === undefined ? undefined : failureFor(shared.failure, text)
  switch (shared._tag) {
    case "done":
      return because === undefined ? Outcome.done : Outcome.seen(because)
    case "unchanged":
      return Outcome.unchanged(because ?? "")
    case "failed":
      return { _tag: "failed", failure: failure ?? { tag: "", message: "" } }
    case "deferred":
      return Outcome.deferred(until, because ?? "")
    case "unknown":
      return { _tag: "unknown", because: because ?? "", ...(failure === undefined ? {} : { failure }) }
    case "notAttempted":
      return Outcome.notAttempted(because ?? "")
  }
}

const causeOf = ({ _tag, because, failure }: Shared): Cause => {
  const text = (text: string) => withNames(text, placeholders)
  return {
    _tag,
    because: text(because ?? ""),
    ...(failure === undefined ? {} : { failure: failureFor(failure, text) })
  }
}

const some = (time: number | undefined): number | undefined =>
  time === undefined || Number.isNaN(time) ? undefined : time

const mostRequests = 0xffff
const longestWait = 0xffffffff

export const make = (rows: Subjects): Ledger => {
  const { size } = rows
  const cause = new Int32Array(size).fill(-1)
  const isEarlier = new Uint8Array(size)
  const startedAt = new Float64Array(size).fill(Number.NaN)
  const endedAt = new Float64Array(size).fill(Number.NaN)
  const requests = new Uint16Array(size)
  const waitedMillis = new Uint32Array(size)
  // few runs defer anything
  let until: Float64Array | undefined

  const numbers = new Map<string, number>()
  const shared: Array<Shared> = []
  const causes: Array<Cause> = []
  const counts = { ...Outcome.none }
  const earlier = { ...Outcome.none }
  let ended = 0

  const namesOf = (row: number): Names => {
    const target = rows.target(row)
    return { user: target < 0 ? "" : rows.people.at(target), room: rows.rooms.at(rows.room(row)) }
  }

  const numberOf = (outcome: Shared): number => {
    const { failure } = outcome
    const key = JSON.stringify([
      outcome._tag,
      outcome.because,
      failure?.tag,
      failure?.message,
      failure?.status,
      failure?.errcode
    ])
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, shared.length)
    causes.push(causeOf(outcome))
    return shared.push(outcome) - 1
  }

  const forget = (row: number) => {
    const before = shared[cause[row] ?? -1]
    if (before === undefined) return
    ended--
    counts[before._tag]--
    if (isEarlier[row] === 1) earlier[before._tag]--
  }

  const write = (row: number, outcome: Outcome.Outcome, at: number, inEarlierRun: boolean) => {
    if (!(row >= 0 && row < size)) throw new RangeError(`no row ${row} among ${size}`)
    forget(row)
    ended++
    counts[outcome._tag]++
    if (inEarlierRun) earlier[outcome._tag]++
    isEarlier[row] = inEarlierRun ? 1 : 0
    cause[row] = numberOf(share(outcome, namesOf(row)))
    endedAt[row] = at
    if (outcome._tag === "deferred") {
      until ??= new Float64Array(size)
      until[row] = outcome.until
    }
  }

  const outcome = (row: number): Outcome.Outcome | undefined => {
    const found = shared[cause[row] ?? -1]
    return found === undefined ? undefined : unshare(found, namesOf(row), until?.[row] ?? 0)
  }

  const entry = (row: number): Entry => ({
    row,
    outcome: outcome(row),
    startedAt: some(startedAt[row]),
    endedAt: some(endedAt[row]),
    requests: requests[row] ?? 0,
    waitedMillis: waitedMillis[row] ?? 0,
    isEarlier: isEarlier[row] === 1
  })

  return {
    size,
    causes,
    set: (row, outcome, at) => write(row, outcome, at, false),
    restore: (row, outcome, at) => write(row, outcome, at, true),
    sent: (row, at) => {
      if (requests[row] === 0) startedAt[row] = at
      requests[row] = Math.min((requests[row] ?? 0) + 1, mostRequests)
    },
    waited: (row, millis) => {
      waitedMillis[row] = Math.min((waitedMillis[row] ?? 0) + Math.max(0, millis), longestWait)
    },
    tag: (row) => shared[cause[row] ?? -1]?._tag,
    outcome,
    entry,
    endedAt: (row) => some(endedAt[row]),
    isEarlier: (row) => isEarlier[row] === 1,
    cause: (row) => cause[row] ?? -1,
    get counts() {
      return { ...counts }
    },
    get earlier() {
      return { ...earlier }
    },
    get pending() {
      return size - ended
    },
    *[Symbol.iterator]() {
      for (let row = 0; row < size; row++) yield entry(row)
    }
  }
}
