/**
 * The operations of a plan, and all that is to be known of each: one table that readers, goals, checks and the embedded
 * server follow.
 */
import type { MemberEvent } from "@matrix-membership/core"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"

type State = MemberEvent.MembershipState

/** What a row may say beside its operation and its room. */
export type Detail = "user" | "reason" | "via" | "as" | "medium" | "address"

export type Takes = { readonly [D in Detail]?: "required" | "optional" }

export interface Traits {
  readonly takes: Takes
  /** What it takes when an `address` stands in for the user. */
  readonly takesByAddress?: Takes
  /** Only they themselves can do it; a row without `user` is about whoever acts. */
  readonly own: boolean
  /** Memberships with which there is nothing left to do. */
  readonly met: ReadonlyArray<State>
  /** The target's membership after success; none where it stays as it was. */
  readonly becomes?: State
  /** Where the target must stand for the operation to make sense; any membership but a ban will do where there is none. */
  readonly needs?: State
  /** The level of `m.room.power_levels` that it asks of whoever acts. */
  readonly power?: "invite" | "kick" | "ban"
  /** It puts somebody out of a room against their will. */
  readonly removal: boolean
}

const byThemselves = { user: "optional", reason: "optional", as: "optional" } as const
const byOthers = { user: "required", reason: "optional", as: "optional" } as const

const table = {
  // who has joined needs no invitation any more, and the server would refuse it
  invite: {
    takes: byOthers,
    // an invitation by e-mail has no reason in the specification
    takesByAddress: { address: "required", medium: "optional", as: "optional" },
    own: false,
    met: ["invite", "join"],
    becomes: "invite",
    power: "invite",
    removal: false
  },
  join: { takes: { ...byThemselves, via: "optional" }, own: true, met: ["join"], becomes: "join", removal: false },
  // who is invited or in the room has what a knock asks for
  knock: {
    takes: { ...byThemselves, via: "optional" },
    own: true,
    met: ["knock", "invite", "join"],
    becomes: "knock",
    removal: false
  },
  // a ban is left to the server: leaving does not lift it
  leave: { takes: byThemselves, own: true, met: ["leave"], becomes: "leave", needs: "join", removal: false },
  // whether a room was forgotten shows nowhere
  forget: { takes: { user: "optional", as: "optional" }, own: true, met: [], needs: "leave", removal: false },
  // to a server that knows of a ban, a kick would lift it, which nobody means by it
  kick: {
    takes: byOthers,
    own: false,
    met: ["leave", "ban"],
    becomes: "leave",
    needs: "join",
    power: "kick",
    removal: true
  },
  ban: { takes: byOthers, own: false, met: ["ban"], becomes: "ban", power: "ban", removal: true },
  // who is not banned has nothing lifted from them
  unban: {
    takes: byOthers,
    own: false,
    met: ["leave", "invite", "join", "knock"],
    becomes: "leave",
    needs: "ban",
    power: "ban",
    removal: false
  }
} as const satisfies { readonly [operation: string]: Traits }

export const Operation = Schema.Literals(Struct.keys(table))
export type Operation = typeof Operation.Type
export const operations: ReadonlyArray<Operation> = Operation.literals

export const traits: { readonly [O in Operation]: Traits } = table

export const isOperation = Schema.is(Operation)

/** Only they themselves can do it. */
export const isOwn = (operation: Operation): boolean => traits[operation].own

export const isRemoval = (operation: Operation): boolean => traits[operation].removal
