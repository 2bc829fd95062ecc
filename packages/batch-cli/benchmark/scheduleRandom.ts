/** Plans and servers by chance, the same ones for the same seed. */
import type { Conditions } from "./scheduleRun.ts"
import type { Act, Limit, Limits } from "./scheduleServer.ts"

/** Numbers from 0 to 1 (mulberry32). */
export const chance = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const operations = ["invite", "invite", "invite", "join", "leave", "kick", "ban", "thirdParty"] as const

/** Every limiter is there or not; rates from one in ten minutes to five a second, as somebody would write them or not. */
const settings = (random: () => number): Limits => {
  const limit = (): Limit | undefined => {
    if (random() < 0.3) return undefined
    const rate = 0.002 * 2500 ** random()
    return {
      per_second: random() < 0.7 ? Number(rate.toPrecision(random() < 0.5 ? 1 : 2)) : rate,
      burst_count: 1 + Math.floor(30 ** random())
    }
  }
  const names = ["perRoom", "perInvitee", "perInviter", "thirdParty", "joins", "joinsPerRoom", "messages"] as const
  return Object.fromEntries(
    names.flatMap((name) => {
      const chosen = limit()
      return chosen === undefined ? [] : [[name, chosen] as const]
    })
  )
}

const plan = (random: () => number, size: number): ReadonlyArray<Act> => {
  const upTo = (most: number) => Math.floor(random() * most)
  const rooms = 1 + Math.floor(60 ** random())
  const people = 2 + Math.floor(1000 ** random())
  const actors = random() < 0.7 ? 1 : 1 + upTo(4)
  const sorts = operations.slice(0, 1 + upTo(operations.length))
  // some rooms and some people are asked for more than others
  const skewed = (most: number) => Math.floor(most * random() ** 2)
  return Array.from({ length: size }, () => ({
    operation: sorts[upTo(sorts.length)] ?? "invite",
    room: skewed(rooms),
    target: actors + skewed(people),
    actor: upTo(actors)
  }))
}

/** A rough network has latency; a quiet one has none. */
export const conditions = (seed: number, rough: boolean, rows?: number): Conditions => {
  const random = chance(seed)
  const server = settings(random)
  const size = rows ?? 1000 + Math.floor(random() * 1000)
  const acts = plan(random, size)
  if (!rough) return { acts, server }
  return {
    acts,
    server,
    concurrency: 1 + Math.floor(random() * 12),
    latency: () => 20 + Math.round(80 * random() ** 3),
    wholeSeconds: random() < 0.3,
    pauseMillis: 500
  }
}
