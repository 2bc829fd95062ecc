/** What a row wants to be true, told from memberships alone. Pure. */
import type { MemberEvent } from "@matrix-membership/core"
import { type Operation, traits } from "../Operations.ts"

type State = MemberEvent.MembershipState

const said: { readonly [S in State]: string } = {
  join: "already joined",
  invite: "already invited",
  knock: "already knocking",
  leave: "not in the room",
  ban: "banned"
}

/** Why nothing need be done, or nothing when something must. */
export const met = (operation: Operation, membership: State | undefined): string | undefined => {
  if (membership === undefined || !traits[operation].met.includes(membership)) return undefined
  return operation === "unban" ? "not banned" : said[membership]
}

export const after = (operation: Operation): State | undefined => traits[operation].becomes
