/**
 * Which memberships somebody may have, as a set in a few bits: one where it is known, all of them where nothing is. Pure.
 */
import type { MemberEvent } from "@matrix-membership/core"

type State = MemberEvent.MembershipState

/** A set of memberships; never empty. */
export type Possible = number

export const states: ReadonlyArray<State> = ["join", "invite", "knock", "leave", "ban"]

const bits: { readonly [S in State]: Possible } = { join: 1, invite: 2, knock: 4, leave: 8, ban: 16 }

export const only = (state: State): Possible => bits[state]

export const anything: Possible = 31

/** Anything but `join`: all that a list of joined rooms tells of the others. */
export const absent: Possible = anything & ~bits.join

export const has = (possible: Possible, state: State): boolean => (possible & bits[state]) !== 0

/** The membership, where there is but one. */
export const certain = (possible: Possible): State | undefined => states.find((state) => bits[state] === possible)
