/** Spreads scenarios over homeservers: those without limits share some, each set of limits has one of its own. */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Play } from "./Answer.ts"
import * as Lanes from "./Lanes.ts"
import type { Limits, Scenario } from "./Scenario.ts"
import type { Subject } from "./Subject.ts"

/** A homeserver with these limits, for so many plays at once, for as long as its scope lasts. */
export type Maker<E, R> = (limits: Limits, lanes: number) => Effect.Effect<Subject, E, R | Scope.Scope>

/** How many homeservers with limits at once: they spend some of their time in making callers wait. */
const limitedAtOnce = 2

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
  const groups = Map.groupBy(scenarios, ({ limits }) => JSON.stringify(limits ?? {}))
  const playGroup = Effect.fnUntraced(function* (group: ReadonlyArray<Scenario>) {
    const limits = group[0]?.limits
    const lanes = limits === undefined ? 2 : group.length
    const alike = Array.from({ length: limits === undefined ? servers : 1 }, () => make(limits ?? {}, lanes))
    const subjects = yield* Effect.all(alike, { concurrency: "unbounded" })
    return yield* Lanes.playAll(subjects, group, () => progress)
  }, Effect.scoped)
  const { false: limited = [], true: free = [] } = Object.groupBy(groups.values(), ([first]) =>
    first?.limits === undefined ? "true" : "false"
  )
  const plays = [
    ...(yield* Effect.forEach(free, playGroup)),
    ...(yield* Effect.forEach(limited, playGroup, { concurrency: limitedAtOnce }))
  ].flat()
  return new Map(plays.map((play): [string, Play] => [play.scenario, play]))
})
