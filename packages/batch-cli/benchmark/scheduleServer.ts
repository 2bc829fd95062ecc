/**
 * A server that only counts, after Synapse's `Ratelimiter`: written from its rules and not from the schedule's mirror,
 * which is what it is to judge.
 */

export interface Limit {
  readonly per_second: number
  readonly burst_count: number
}

/** A limiter that is left out lifts nothing and stops nothing. */
export interface Limits {
  readonly perRoom?: Limit
  readonly perInvitee?: Limit
  readonly perInviter?: Limit
  readonly thirdParty?: Limit
  readonly joins?: Limit
  readonly joinsPerRoom?: Limit
  readonly messages?: Limit
  readonly slots?: { readonly threshold: number; readonly cooloff_ms: number }
}

export interface Act {
  readonly operation: "invite" | "thirdParty" | "join" | "leave" | "kick" | "ban" | "unban" | "knock" | "forget"
  readonly room: number
  readonly actor: number
  readonly target: number
}

export interface Server {
  /** The wait in milliseconds, or `undefined` when the act is done. */
  readonly receive: (act: Act, now: number, denied?: boolean) => number | undefined
}

/** As an operator of a real one would find it set up. */
export const synapse: Limits = {
  perRoom: { per_second: 0.3, burst_count: 10 },
  perInvitee: { per_second: 0.003, burst_count: 5 },
  perInviter: { per_second: 0.3, burst_count: 10 },
  thirdParty: { per_second: 0.0025, burst_count: 5 },
  joins: { per_second: 0.1, burst_count: 10 },
  joinsPerRoom: { per_second: 1, burst_count: 10 },
  messages: { per_second: 0.2, burst_count: 10 }
}

type Name = Exclude<keyof Limits, "slots">

/** What an act passes, in order: counted as it passes, or looked at first and counted when it is done. */
export const path = ({
  actor,
  operation,
  room,
  target
}: Act): ReadonlyArray<readonly [Name, number, "at once" | "when done"]> => {
  switch (operation) {
    case "invite":
      return [
        ["perRoom", room, "at once"],
        ["perInvitee", target, "at once"],
        ["perInviter", actor, "at once"],
        ["messages", actor, "when done"]
      ]
    case "thirdParty":
      return [["thirdParty", actor, "at once"]]
    case "join":
      return [
        ["joins", actor, "at once"],
        ["joinsPerRoom", room, "when done"],
        ["messages", actor, "when done"]
      ]
    case "forget":
      return []
    default:
      return [["messages", actor, "when done"]]
  }
}

const slotted = new Set<Act["operation"]>(["invite", "thirdParty", "join", "leave"])

export const make = (limits: Limits): Server => {
  const actions = new Map<string, { count: number; start: number }>()
  const slots = new Map<number, Array<number>>()

  const look = (name: Name, key: number, now: number) => {
    const limit = limits[name]
    if (limit === undefined) return undefined
    const id = `${name} ${key}`
    const entry = actions.get(id) ?? { count: 0, start: now }
    actions.set(id, entry)
    const performed = entry.count - ((now - entry.start) / 1000) * limit.per_second
    if (performed < 0) {
      entry.count = 0
      entry.start = now
    }
    // a thousandth of a millisecond is not what anybody waits for
    const left = Math.max(0, performed)
    if (left <= limit.burst_count - 1 + 1e-9 * (1 + left)) return { entry, wait: undefined }
    const allowed = entry.start + ((entry.count - limit.burst_count + 1) / limit.per_second) * 1000
    return { entry, wait: Math.max(0, allowed - now) }
  }

  return {
    receive: (act, now, denied = false) => {
      if (limits.slots !== undefined && slotted.has(act.operation)) {
        const busy = (slots.get(act.actor) ?? []).filter((until) => until > now)
        slots.set(act.actor, busy)
        if (busy.length >= limits.slots.threshold) return limits.slots.cooloff_ms
        busy.push(now + limits.slots.cooloff_ms)
      }
      const done: Array<{ count: number }> = []
      for (const [name, key, when] of path(act)) {
        const seen = look(name, key, now)
        if (seen === undefined) continue
        if (seen.wait !== undefined) return seen.wait
        if (when === "at once") seen.entry.count += 1
        else done.push(seen.entry)
      }
      if (!denied) for (const entry of done) entry.count += 1
      return undefined
    }
  }
}
