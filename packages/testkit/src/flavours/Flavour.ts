/** What one kind of homeserver does otherwise than Synapse, whose rules hold wherever a flavour says nothing. */
import type { Content, Membership } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import type * as Room from "../rules/Room.ts"
import type { Action as Change } from "../rules/Transition.ts"

export type Name = "synapse" | "dendrite" | "tuwunel"

export type Action = Change | "forget"

/** `none` for whom the room has never heard of, and where there is no room. */
export type Standing = Membership | "none"

/** Success without anything being written, or a refusal. */
export type Cell = "nothing" | Refusal

/** Who asks what of whom. */
export interface Situation {
  readonly action: Action
  readonly room: Room.Room | undefined
  readonly sender: string
  readonly target: string
  /** Whether one user has the other on its list of ignored users. */
  readonly ignores: (user: string, other: string) => boolean
}

export interface Flavour {
  readonly name: Name
  /** What `/versions` lists. */
  readonly specVersions: ReadonlyArray<string>
  /** By action and by the membership of its target. */
  readonly cells: { readonly [A in Action]?: { readonly [S in Standing]?: Cell } }
  /** What comes before the cell, whatever it says. */
  readonly first: (situation: Situation) => Cell | undefined
  /** What comes after it, where it says nothing. */
  readonly last: (situation: Situation) => Cell | undefined
  /** The body as the server takes it in. */
  readonly hears: (action: Action, body: string) => string
  /** For invite, kick, ban and unban without a `user_id` that is text; Synapse knows several. */
  readonly unreadable: Refusal | undefined
  /** The invite of an address. */
  readonly address: (body: Content, room: Room.Room | undefined) => Cell | undefined
  /** A join by an alias that leads nowhere. */
  readonly aliasNotFound: Refusal | undefined
  /** Whether there is an endpoint to knock at. */
  readonly knocks: boolean
  /** Errors of the server's own have a body without any `errcode`. */
  readonly bareErrors: boolean
  readonly retryAfterHeader: boolean
  /** How long a join may take before it is answered with 202 and goes on in the background, in milliseconds. */
  readonly joinPatience: number | undefined
}
