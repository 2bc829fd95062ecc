/** Spreads scenarios over homeservers: those without limits share some, each set of limits has one of its own. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Play } from "./Answer.ts"
import * as Lanes from "./Lanes.ts"
import type { Limits, Scenario } from "./Scenario.ts"
import type { Subject } from "./Subject.ts"

/** What a homeserver is to be like. */
export interface Site {
  readonly limits: Limits
  /**
   * Whether it knows the application services. Synapse then tells them of events, and an event it has told of shows its
   * `prev_content` to everybody from then on.
   */
  readonly services: boolean
  /** For so many plays at once. */
  readonly lanes: number
}

/** Such a homeserver, for as long as its scope lasts. */
export type Maker<E, R> = (site: Site) => Effect.Effect<Subject, E, R | Scope.Scope>

/** How many homeservers with limits at once, beside the others: they spend most of their time in making callers wait. */
const limitedAtOnce = 2

/** Starting one more takes as long as this many plays. */
const worthAServer = 20

export const playAll = Effect.fn("Stages.playAll")(function* <E, R>(
  make: Maker<E, R>,
  /** How many homeservers share the scenarios without limits. */
  servers: number,
  scenarios: ReadonlyArray<Scenario>
) {
  let done = 0
  const progress = Effect.suspend(() => {
    done += 1
    return done % 50 === 0 || done === scenarios.length
      ? Effect.log(`${done} of ${scenarios.length} scenarios played`)
      : Effect.void
  })
  const groups = Map.groupBy(scenarios, ({ limits, services }) => JSON.stringify([limits, services]))
  const playGroup = Effect.fnUntraced(function* (group: ReadonlyArray<Scenario>) {
    const { limits, services = false } = group[0] ?? {}
    const lanes = limits === undefined ? 2 : group.length
    const alike = limits === undefined ? Math.min(servers, Math.ceil(group.length / worthAServer)) : 1
    const site = { limits: limits ?? {}, services, lanes }
    const subjects = yield* Effect.all(
      Array.from({ length: alike }, () => make(site)),
      { concurrency: "unbounded" }
    )
    return yield* Lanes.playAll(subjects, group, () => progress)
  }, Effect.scoped)
  const { false: limited = [], true: free = [] } = Object.groupBy(groups.values(), ([first]) =>
    first?.limits === undefined ? "true" : "false"
  )
  const plays = yield* Effect.all(
    [Effect.forEach(free, playGroup), Effect.forEach(limited, playGroup, { concurrency: limitedAtOnce })],
    { concurrency: "unbounded" }
  )
  return new Map(plays.flat(2).map((play): [string, Play] => [play.scenario, play]))
})
