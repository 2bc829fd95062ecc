/**
 * Plays many scenarios, some at once, on one homeserver or on several alike. Accounts are used again, since registering
 * costs as much as joining.
 */
import * as Effect from "effect/Effect"
import type { Play } from "./Answer.ts"
import * as Run from "./Run.ts"
import type { Scenario } from "./Scenario.ts"
import type { Account, Subject } from "./Subject.ts"

/** A homeserver answers slowly for an account in hundreds of rooms. */
const playsPerAccount = 30

interface Lane {
  readonly accounts: Map<string, Account>
  plays: number
}

const isShared = ({ marks, ownAccounts }: Scenario) => marks === undefined && ownAccounts !== true

/** The plays in the order of the scenarios, however they were spread over lanes. */
export const playAll = Effect.fn("Lanes.playAll")(function* (
  subjects: ReadonlyArray<Subject>,
  scenarios: ReadonlyArray<Scenario>,
  onPlayed: (done: number) => Effect.Effect<void> = () => Effect.void
) {
  const queue = scenarios.entries()
  const plays: Array<Play> = []
  let done = 0
  let registered = 0

  const accountsFor = Effect.fnUntraced(function* (subject: Subject, scenario: Scenario, known: Map<string, Account>) {
    for (const user of scenario.users) {
      if (known.has(user)) continue
      registered += 1
      known.set(user, yield* subject.register(`${user}-${registered}x`))
    }
    return known
  })

  const work = Effect.fnUntraced(function* (subject: Subject) {
    let lane: Lane = { accounts: new Map(), plays: 0 }
    for (const [index, scenario] of queue) {
      if (lane.plays === playsPerAccount) lane = { accounts: new Map(), plays: 0 }
      lane.plays += 1
      const accounts = yield* accountsFor(subject, scenario, isShared(scenario) ? lane.accounts : new Map())
      plays[index] = yield* Run.play(subject, scenario, accounts, `run${index}x`)
      done += 1
      yield* onPlayed(done)
    }
  })

  const lanes = subjects.flatMap((subject) => Array.from({ length: subject.lanes }, () => work(subject)))
  yield* Effect.all(lanes, { concurrency: "unbounded", discard: true })
  return plays
})
