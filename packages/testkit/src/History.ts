/** What happened in a room, as lines that tell a person why it is not as a test expects. */
import * as HashMap from "effect/HashMap"
import * as Aliases from "./Aliases.ts"
import type { RecordedRequest } from "./Exchange.ts"
import * as Faults from "./Faults.ts"
import type { Membership, StateEvent } from "./rules/Event.ts"
import * as World from "./World.ts"

/** Fails a test. Carries what test runners compare. */
export class UnexpectedMembership extends Error {
  override readonly name = "AssertionError"
  readonly expected: Membership | undefined
  readonly actual: Membership | undefined

  constructor(
    membership: { readonly expected: Membership | undefined; readonly actual: Membership | undefined },
    message: string
  ) {
    super(message)
    this.expected = membership.expected
    this.actual = membership.actual
  }
}

export interface Account {
  readonly world: World.World
  readonly roomId: string
  readonly userId: string
  readonly expected: Membership | undefined
  readonly actual: Membership | undefined
  readonly timeline: ReadonlyArray<StateEvent>
  readonly requests: ReadonlyArray<RecordedRequest>
}

/** The room's history, and the requests about it; lines about the user in question are marked. */
export const unexpected = (account: Account): UnexpectedMembership => {
  const { actual, expected, requests, roomId, timeline, userId, world } = account
  const names = [roomId, ...Aliases.of(world, roomId)].flatMap((name) => [name, encodeURIComponent(name)])
  const about = requests.filter(({ path }) => names.some((name) => path.includes(name)))
  const lines = [
    `${userId} in ${roomId}: expected ${inWords(expected)}, found ${inWords(actual)}.`,
    ...remarks(account),
    ...section("What happened there:", timeline.map(eventLine(userId))),
    ...section("Requests about it:", about.map(requestLine(userId)))
  ]
  return new UnexpectedMembership({ actual, expected }, lines.join("\n"))
}

/** Names that nobody here has heard of are most likely slips of the pen, or another fake's. */
const remarks = ({ actual, requests, roomId, userId, world }: Account): ReadonlyArray<string> => {
  const isUnheardOf =
    actual === undefined && World.user(world, userId) === undefined && !requests.some(concerns(userId))
  return [
    ...(World.room(world, roomId) === undefined
      ? [`There is no room ${roomId} here, but ${listed(HashMap.keys(world.rooms))}.`]
      : []),
    ...(isUnheardOf && World.isOurs(world)(userId)
      ? [`Nobody here is called ${userId}; there are ${listed(HashMap.keys(world.users))}.`]
      : [])
  ]
}

const listed = (names: Iterable<string>): string => {
  const all = Array.from(names).sort()
  const left = all.length - 10
  return all.length === 0 ? "nothing at all" : `${all.slice(0, 10).join(", ")}${left > 0 ? ` and ${left} more` : ""}`
}

const inWords = (membership: Membership | undefined): string => membership ?? "no membership"

/** The end of a long story says more than its beginning. */
const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (lines.length === 0) return [title, "  nothing"]
  const left = lines.length - 40
  return [title, ...(left > 0 ? [`  … ${left} more before`] : []), ...lines.slice(-40)]
}

const eventLine =
  (userId: string) =>
  ({ content, originServerTs, sender, stateKey, type }: StateEvent): string => {
    const isMember = type === "m.room.member"
    const what = isMember ? `${content["membership"]} ${stateKey === sender ? "" : stateKey}` : `${type} ${stateKey}`
    const reason = typeof content["reason"] === "string" ? JSON.stringify(content["reason"]) : ""
    return line(isMember && stateKey === userId, originServerTs, [sender, what.trim(), reason])
  }

/** Whether a request is by the user, or names the user in its body. */
const concerns =
  (userId: string) =>
  ({ body, userId: caller }: Pick<RecordedRequest, "body" | "userId">): boolean =>
    caller === userId || JSON.stringify(body)?.includes(JSON.stringify(userId)) === true

const requestLine =
  (userId: string) =>
  ({ answer, fault, method, path, time, ...request }: RecordedRequest): string => {
    const said = answer === undefined ? "no answer" : [answer.status, answer.errcode ?? ""].join(" ").trim()
    const trouble = fault === undefined ? "" : `(${Faults.describe(fault)})`
    return line(concerns(userId)(request), time, [request.userId ?? "nobody", method, path, said, trouble])
  }

const line = (marked: boolean, time: number, parts: ReadonlyArray<string>): string =>
  [marked ? ">" : " ", new Date(time).toISOString(), ...parts.filter((part) => part !== "")].join(" ")
