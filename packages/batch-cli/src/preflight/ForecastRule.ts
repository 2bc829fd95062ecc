/**
 * What a homeserver would make of one row, told from two memberships and the room's power levels (specification v1.19,
 * room version 12, "Authorization rules", and what the endpoints add to them). Pure.
 */
import type { MemberEvent } from "@matrix-membership/core"
import { type Operation, traits } from "../Operations.ts"
import * as Goal from "./Goal.ts"
import type { Action, Power } from "./Power.ts"

type State = MemberEvent.MembershipState

export type Ruling =
  /** The server does it: for certain, or unless something stands against it that cannot be seen from here. */
  | { readonly _tag: "goes"; readonly certain: boolean }
  | { readonly _tag: "unchanged"; readonly because: string }
  | { readonly _tag: "refused"; readonly because: string }

export interface Case {
  readonly operation: Operation
  readonly actor: string
  readonly target: string
  /** Who acts and whom it is about are one. */
  readonly alone: boolean
  /** An address outside Matrix, which has no membership. */
  readonly outside: boolean
  /** Nothing where the levels could not be read. */
  readonly power: Power | undefined
}

const goes: Ruling = { _tag: "goes", certain: true }
const perhaps: Ruling = { _tag: "goes", certain: false }
const refused = (because: string): Ruling => ({ _tag: "refused", because })

const doing: { readonly [A in Action]: string } = { invite: "inviting", kick: "kicking", ban: "banning" }

const shown = (level: number) => (level === Number.POSITIVE_INFINITY ? "that of a creator" : `${level}`)

/** Whether the levels allow it. */
const byPower = ({ actor, operation, outside, power, target }: Case): Ruling => {
  const { power: action } = traits[operation]
  if (action === undefined) return goes
  if (power === undefined) return perhaps
  const level = power.of(actor)
  const needed = power.takes[action]
  if (level < needed) {
    return refused(
      `${operation === "unban" ? "unbanning" : doing[action]} takes level ${needed}, and ${actor} has ${level}`
    )
  }
  if (operation === "invite") return outside ? perhaps : goes
  // to the authorization rules, an unban is a kick of somebody who is banned
  if (operation === "unban" && level < power.takes.kick) {
    return refused(`unbanning takes the level for kicking too, ${power.takes.kick}, and ${actor} has ${level}`)
  }
  const theirs = power.of(target)
  return theirs < level
    ? goes
    : refused(`their level, ${shown(theirs)}, is not below ${shown(level)}, that of ${actor}`)
}

/** What somebody does themselves. */
const alone = (operation: Operation, now: State): Ruling => {
  switch (operation) {
    case "join":
    case "knock":
      // whether the room lets them in by its rule is not known; with some rules not even those who are invited
      return now === "ban" ? refused("banned") : perhaps
    case "leave":
      return now === "ban" ? refused("banned, which leaving does not change") : goes
    case "forget":
      if (now === "join") return refused("still in the room")
      // servers differ in whether an invitation or a knock must be withdrawn first
      return now === "invite" || now === "knock" ? perhaps : goes
    case "ban":
      return refused("nobody can ban themselves")
    default:
      // to most servers a kick or an unban of oneself is a leave
      return perhaps
  }
}

/** One row where the memberships are these. */
export const rule = (row: Case, actor: State, target: State): Ruling => {
  const { operation, outside } = row
  const met = outside ? undefined : Goal.met(operation, target)
  if (met !== undefined) return { _tag: "unchanged", because: met }
  if (traits[operation].own || (row.alone && operation !== "invite")) return alone(operation, target)
  if (actor !== "join") return refused(`${row.actor} is not in the room`)
  if (operation === "invite" && !outside && target === "ban") return refused("banned; unban them first")
  return byPower(row)
}
