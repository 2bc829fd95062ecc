/** A whole plan on a server that only counts, in virtual time. */
import type * as Kind from "../src/schedule/LimiterKind.ts"
import type * as Limits from "../src/schedule/Limits.ts"
import * as Schedule from "../src/schedule/Schedule.ts"
import * as Server from "./scheduleServer.ts"

export interface Conditions {
  readonly acts: ReadonlyArray<Server.Act>
  readonly server: Server.Limits
  readonly concurrency?: number
  /** Milliseconds on the way there, and on the way back. */
  readonly latency?: () => number
  /** Only whole seconds, rounded up, are told. */
  readonly wholeSeconds?: boolean
  /** How long a refusal is held back. */
  readonly pauseMillis?: number
  /** Acts by others on the same accounts. */
  readonly others?: ReadonlyArray<{ readonly at: number; readonly act: Server.Act }>
  readonly isDenied?: (row: number) => boolean
  /** Called after every refusal. */
  readonly trace?: (schedule: Schedule.Schedule, row: number, now: number, wait: number, sent: number) => void
}

export interface Course {
  readonly makespan: number
  readonly sent: number
  readonly refused: number
  readonly bound: number
  readonly learned: Limits.Limits
  readonly cpuMillis: number
  readonly schedule: Schedule.Schedule
}

/** The time that no order of the acts can beat: the largest (n − burst) / rate over all buckets. */
export const boundOf = (acts: ReadonlyArray<Server.Act>, limits: Server.Limits): number => {
  const counts = new Map<string, { n: number; limit: Server.Limit }>()
  let bound = 0
  for (const act of acts) {
    for (const [name, key] of Server.path(act)) {
      const limit = limits[name]
      if (limit === undefined) continue
      const id = `${name} ${key}`
      const entry = counts.get(id) ?? { n: 0, limit }
      counts.set(id, entry)
      entry.n += 1
      bound = Math.max(bound, ((entry.n - limit.burst_count) / limit.per_second) * 1000)
    }
  }
  return bound
}

export const workOf = (acts: ReadonlyArray<Server.Act>): Kind.Work => {
  const greatest = (of: (act: Server.Act) => number) => acts.reduce((most, act) => Math.max(most, of(act)), 0) + 1
  const nobody: Kind.Charged = { operation: "forget", room: 0, actor: -1, target: -1, thirdParty: false }
  return {
    size: acts.length,
    rooms: greatest(({ room }) => room),
    people: greatest(({ actor, target }) => Math.max(actor, target)),
    charges: (row) => {
      const act = acts[row]
      if (act === undefined) return nobody
      const operation = act.operation === "thirdParty" ? "invite" : act.operation
      return { ...act, operation, thirdParty: act.operation === "thirdParty" }
    }
  }
}

type Event = { readonly at: number } & (
  | { readonly _tag: "arrival"; readonly row: number }
  | { readonly _tag: "answer"; readonly row: number; readonly wait: number | undefined }
  | { readonly _tag: "other"; readonly act: Server.Act }
)

/** `epoch` is when the run begins; all else follows from it. */
export const run = (
  conditions: Conditions,
  options: { readonly limits: Limits.Limits; readonly learn?: boolean },
  epoch = 1_800_000_000_000
): Course => {
  const {
    acts,
    concurrency = 8,
    isDenied = () => false,
    latency = () => 0,
    pauseMillis = 0,
    wholeSeconds = false
  } = conditions
  const begun = performance.now()
  const server = Server.make(conditions.server)
  const schedule = Schedule.make({ ...options, work: workOf(acts), now: epoch })
  const events: Array<Event> = []
  const plan = (event: Event) => {
    let at = events.length
    while (at > 0 && (events[at - 1]?.at ?? 0) > event.at) at -= 1
    events.splice(at, 0, event)
  }
  for (const { act, at } of conditions.others ?? []) plan({ _tag: "other", at: epoch + at, act })
  acts.forEach((_, row) => void schedule.announce(row))
  acts.forEach((_, row) => void schedule.add(row))
  let now = epoch
  let [open, sent, refused, left, last] = [0, 0, 0, acts.length, epoch]
  while (left > 0) {
    while (open < concurrency) {
      const row = schedule.next(now)
      if (row === undefined) break
      open += 1
      sent += 1
      plan({ _tag: "arrival", at: now + latency(), row })
    }
    const event = events[0]
    const wake = open < concurrency ? schedule.wakeAt(now) : undefined
    if (wake !== undefined && (event === undefined || wake < event.at)) {
      if (wake < now) throw new Error("woken in the past")
      now = wake
      continue
    }
    if (event === undefined) throw new Error(`stuck with ${left} rows`)
    events.shift()
    now = event.at
    if (event._tag === "other") server.receive(event.act, now)
    else if (event._tag === "arrival") {
      const act = acts[event.row]
      if (act === undefined) continue
      const wait = server.receive(act, now, isDenied(event.row))
      plan({ _tag: "answer", at: now + latency() + (wait === undefined ? 0 : pauseMillis), row: event.row, wait })
    } else {
      open -= 1
      if (event.wait === undefined) {
        left -= 1
        last = now
        if (isDenied(event.row)) schedule.denied(event.row, now)
        else schedule.passed(event.row, now)
      } else {
        refused += 1
        const wait = Math.ceil(event.wait)
        schedule.refused(event.row, now, wholeSeconds ? Math.ceil(wait / 1000) * 1000 : wait)
        conditions.trace?.(schedule, event.row, now, wait, sent)
      }
    }
  }
  return {
    makespan: last - epoch,
    sent,
    refused,
    bound: boundOf(acts, conditions.server),
    learned: schedule.learned(),
    cpuMillis: performance.now() - begun,
    schedule
  }
}
