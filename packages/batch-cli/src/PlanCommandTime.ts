/**
 * How long a plan takes at least: no limiter lets its rows through faster than its burst and then its rate, so the slowest
 * of all limiters and keys decides. Pure.
 */
import * as Kind from "./LimiterKind.ts"
import * as Limits from "./Limits.ts"
import type { Preflight } from "./Preflight.ts"

export interface Bottleneck {
  readonly kind: Kind.Kind
  /** Whose limit it is: a room or a person. */
  readonly of: string
  /** What it has to let through. */
  readonly rows: number
}

export interface Bound {
  /** Infinite where a limiter lets nothing through. */
  readonly millis: number
  /** Absent where no limit holds anything up. */
  readonly bottleneck?: Bottleneck
}

const nameOf = (preflight: Preflight, row: number, kind: number): string => {
  switch (Kind.traits[kind]?.key) {
    case "room":
      return preflight.rows.rooms.at(preflight.rows.room(row))
    case "target": {
      const target = preflight.target(row)
      return typeof target === "string" ? target : target.address
    }
    default:
      return preflight.actor(row)
  }
}

/** Over the rows that are going to be sent. */
export const bound = (preflight: Preflight, limits: Limits.Limits): Bound => {
  const { rows } = preflight
  const settings = Limits.toList(limits)
  // one for the owner of the token, and keys of people begin at one
  const size = Math.max(rows.rooms.size, rows.people.size + 2)
  const counts = settings.map((setting) => (setting == null ? undefined : new Int32Array(size)))
  const latest = settings.map((setting) => (setting == null ? undefined : new Int32Array(size)))
  for (let row = 0; row < rows.size; row++) {
    if (preflight.verdict(row)._tag !== "send") continue
    const charged: Kind.Charged = {
      operation: rows.operation(row),
      room: preflight.roomNumber(row),
      actor: preflight.actorNumber(row),
      target: preflight.targetNumber(row),
      thirdParty: typeof preflight.target(row) !== "string"
    }
    for (const kind of Kind.classes[Kind.classOf(charged)] ?? []) {
      const [count, last] = [counts[kind], latest[kind]]
      if (count === undefined || last === undefined) continue
      const key = Kind.keyOf(charged, kind)
      count[key] = (count[key] ?? 0) + 1
      last[key] = row
    }
  }
  let found: Bound = { millis: 0 }
  for (const [kind, setting] of settings.entries()) {
    const [name, count, last] = [Kind.kinds[kind], counts[kind], latest[kind]]
    if (setting == null || name === undefined || count === undefined) continue
    for (const [key, waiting] of count.entries()) {
      const over = waiting - setting.burst_count
      const millis = over <= 0 ? 0 : (over / setting.per_second) * 1000
      if (millis <= found.millis) continue
      found = { millis, bottleneck: { kind: name, of: nameOf(preflight, last?.[key] ?? 0, kind), rows: waiting } }
    }
  }
  return found
}
