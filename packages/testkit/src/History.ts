/** What happened in a room, as lines that tell a person why it is not as a test expects. */
import type { RecordedRequest } from "./Exchange.ts"
import * as Faults from "./Faults.ts"
import type { Membership, StateEvent } from "./rules/Event.ts"

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
  readonly roomId: string
  readonly userId: string
  readonly expected: Membership | undefined
  readonly actual: Membership | undefined
  readonly timeline: ReadonlyArray<StateEvent>
  readonly requests: ReadonlyArray<RecordedRequest>
}

/** The room's history, and the requests about it; lines about the user in question are marked. */
export const unexpected = (account: Account): UnexpectedMembership => {
  const { actual, expected, requests, roomId, timeline, userId } = account
  const about = requests.filter(({ path }) => [roomId, encodeURIComponent(roomId)].some((id) => path.includes(id)))
  const lines = [
    `${userId} in ${roomId}: expected ${inWords(expected)}, found ${inWords(actual)}.`,
    ...section("What happened there:", timeline.map(eventLine(userId))),
    ...section("Requests about it:", about.map(requestLine(userId)))
  ]
  return new UnexpectedMembership({ actual, expected }, lines.join("\n"))
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

const requestLine =
  (userId: string) =>
  ({ answer, fault, method, path, time, ...request }: RecordedRequest): string => {
    const said = answer === undefined ? "no answer" : [answer.status, answer.errcode ?? ""].join(" ").trim()
    const trouble = fault === undefined ? "" : `(${Faults.describe(fault)})`
    const isTheirs =
      request.userId === userId || JSON.stringify(request.body)?.includes(JSON.stringify(userId)) === true
    return line(isTheirs, time, [request.userId ?? "nobody", method, path, said, trouble])
  }

const line = (marked: boolean, time: number, parts: ReadonlyArray<string>): string =>
  [marked ? ">" : " ", new Date(time).toISOString(), ...parts.filter((part) => part !== "")].join(" ")
