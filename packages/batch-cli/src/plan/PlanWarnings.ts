/**
 * What is allowed in a plan and yet is probably a slip: the id of somebody nobody could register today, and a server
 * that a single person is on while its neighbour in spelling has many. Told from the plan alone.
 */
import * as Hint from "./PlanHint.ts"
import * as Problem from "./PlanProblem.ts"
import type { Rows } from "./PlanRows.ts"

export interface Warnings {
  /** In the order of the file. */
  readonly told: ReadonlyArray<Problem.Problem>
  /** How many more there are. */
  readonly more: number
}

/** So many are kept. */
export const most = 100

// the specification's appendices, §4.2.1; older ids may have anything in them
const ofToday = /^@[a-z0-9._=/+-]+:/

/** With fewer people by this factor than one of nearly the same name, a server is probably a slip. */
const rarer = 20

const serverOf = (user: string): string => user.slice(user.indexOf(":") + 1)

/** For each server that is probably misspelt the one that was probably meant. */
const misspelt = (users: Iterable<string>): ReadonlyMap<string, string> => {
  const count = new Map<string, number>()
  for (const user of users) {
    const server = serverOf(user)
    count.set(server, (count.get(server) ?? 0) + 1)
  }
  const common = [...count]
    .filter(([, people]) => people >= rarer)
    .sort(([, one], [, other]) => other - one)
    .slice(0, 20)
  const found = new Map<string, string>()
  if (common.length === 0) return found
  for (const [server, people] of count) {
    const likelier = common.flatMap(([name, many]) => (name !== server && many >= people * rarer ? [name] : []))
    const meant = likelier.length === 0 ? undefined : Hint.nearest(server, likelier)
    if (meant !== undefined) found.set(server, meant)
  }
  return found
}

export const of = (rows: Rows): Warnings => {
  const { people } = rows
  const users = function* () {
    for (let n = 0; n < people.size; n++) {
      const name = people.at(n)
      if (name.startsWith("@")) yield name
    }
  }
  const meant = misspelt(users())
  const advice = (user: string): string | undefined => {
    const server = meant.get(serverOf(user))
    if (server !== undefined) {
      return `nobody else, or hardly anybody, is on this server, but many are on ${server}; is it misspelt?`
    }
    if (ofToday.test(user)) return undefined
    const lower = user.toLowerCase()
    const question = ofToday.test(lower) ? `; did you mean ${lower}?` : ""
    return `ids like this could be registered only in the early days of Matrix${question}`
  }

  const told: Array<Problem.Problem> = []
  const seen = new Uint8Array(people.size)
  let found = 0
  for (let row = 0; row < rows.size; row++) {
    for (const person of [rows.target(row), rows.actor(row)]) {
      if (person === -1 || seen[person] === 1) continue
      seen[person] = 1
      const user = people.at(person)
      const message = user.startsWith("@") ? advice(user) : undefined
      if (message === undefined || found++ >= most) continue
      const { column = 1, line } = rows.at(row)
      const field = person === rows.target(row) ? "user" : "as"
      told.push(new Problem.Problem({ line, column, field, value: user, message }))
    }
  }
  return { told, more: found - told.length }
}
