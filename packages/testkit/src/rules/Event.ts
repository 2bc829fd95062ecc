/** State events as the rules see them: no signatures, no hashes, one entry of a room's history each. */

/** The body of an event: a JSON object. */
export interface Content {
  readonly [key: string]: unknown
}

/** What is asked to be written; it becomes an event when the rules let it. */
export interface Draft {
  readonly type: string
  readonly stateKey: string
  readonly sender: string
  readonly content: Content
}

export interface StateEvent extends Draft {
  readonly roomId: string
  readonly eventId: string
  /** Milliseconds since the epoch, from the server's clock. */
  readonly originServerTs: number
  /** The event that was in force before this one. */
  readonly replaces: string | undefined
  /** Position in the order in which the server wrote events; later events have larger numbers. */
  readonly position: number
}

export type Membership = "join" | "invite" | "knock" | "leave" | "ban"

const memberships: ReadonlyArray<string> = ["join", "invite", "knock", "leave", "ban"]

export const isMembership = (value: unknown): value is Membership =>
  typeof value === "string" && memberships.includes(value)

/** The membership a member event stands for. */
export const membershipOf = (event: StateEvent): Membership => {
  const { membership } = event.content
  return isMembership(membership) ? membership : "leave"
}
