/** What a row wants to be true, told from memberships alone. Pure. */
import type { MemberEvent } from "@matrix-membership/core"
import type { Operation } from "./PlanRow.ts"

type State = MemberEvent.MembershipState

interface Goal {
  /** Memberships with which there is nothing left to do. */
  readonly met: ReadonlyArray<State>
  /** The target's membership after success; none where it stays as it was. */
  readonly becomes?: State
}

const goals: { readonly [O in Operation]: Goal } = {
  // who has joined needs no invitation any more, and the server would refuse it
  invite: { met: ["invite", "join"], becomes: "invite" },
  join: { met: ["join"], becomes: "join" },
  // a ban is left to the server: leaving does not lift it
  leave: { met: ["leave"], becomes: "leave" },
  // whether a room was forgotten shows nowhere
  forget: { met: [] }
}

const said: { readonly [S in State]: string } = {
  join: "already joined",
  invite: "already invited",
  knock: "already knocking",
  leave: "not in the room",
  ban: "banned"
}

/** Why nothing need be done, or nothing when something must. */
export const met = (operation: Operation, membership: State | undefined): string | undefined =>
  membership !== undefined && goals[operation].met.includes(membership) ? said[membership] : undefined

export const after = (operation: Operation): State | undefined => goals[operation].becomes
