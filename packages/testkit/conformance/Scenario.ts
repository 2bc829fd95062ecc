/**
 * A scenario is data: who takes part, what they call, and whose rooms are looked at after each call. What the answers
 * ought to be is nowhere written by hand; a real server says.
 *
 * Texts may hold names in braces, filled in when the scenario is played: `{bob}` the user id of a participant,
 * `{bob.localpart}`, `{bob.token}`, `{server}` the server name, `{run}` a text that no other play uses,
 * `{bots.token}` and `{clerks.token}` those of application services,
 * `{identity.server}` an identity server that can be reached, `{identity.key}` and `{another.key}` the public keys of who
 * signs, and whatever a step saved.
 */
import type * as Schema from "effect/Schema"
import type { Address } from "./IdentityServer.ts"
import type { Proof, Signer } from "./Signing.ts"

export interface Step {
  /** The participant whose token is sent. */
  readonly as?: string
  /** The `Authorization` header to send instead. With neither, none is sent. */
  readonly authorization?: string
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** Each segment is percent-encoded after the names in it are filled in. */
  readonly path: string
  /** The path is encoded already, but for the names. */
  readonly rawPath?: true
  readonly query?: ReadonlyArray<readonly [name: string, value: string]>
  readonly body?: Schema.Json
  /** A body that is not JSON, or not proper JSON. */
  readonly text?: string
  /** Names for strings of the answer: `{ main: "room_id" }`. */
  readonly save?: Readonly<Record<string, string>>
}

/** `burst_count` at once, then `per_second`. */
export type Limit = { readonly per_second: number; readonly burst_count: number }

/** By Synapse's names; what is not named does not limit. */
export interface Limits {
  readonly rc_message?: Limit
  readonly rc_invites?: { readonly per_room?: Limit; readonly per_user?: Limit; readonly per_issuer?: Limit }
  readonly rc_joins?: { readonly local?: Limit }
  readonly rc_joins_per_room?: Limit
  readonly rc_third_party_invite?: Limit
  readonly rc_room_creation?: Limit
}

/** What an administrator, or the user, may make of an account. */
export type Mark = "unlimited" | "suspended" | "locked" | "shadowBanned" | "blocksInvites"

export interface Scenario {
  /** Unique, and stable: answers are recorded under it. */
  readonly name: string
  readonly users: ReadonlyArray<string>
  /** Must all succeed; their answers are not compared. */
  readonly setup: ReadonlyArray<Step>
  readonly steps: ReadonlyArray<Step>
  /** Rooms whose members are read after each step that names them, and a participant who stays joined to read them. */
  readonly watch: Readonly<Record<string, string>>
  /** By user. Without limits from the beginning, everything else once the set-up is done. */
  readonly marks?: Readonly<Record<string, Mark>>
  /** Signatures of an identity server by the names that steps use for them. */
  readonly signatures?: Readonly<Record<string, { readonly proof: Proof; readonly signer: Signer }>>
  /** By user, what the identity server knows to be theirs. */
  readonly addresses?: Readonly<Record<string, Address>>
  /** The homeserver is one with these limits; by default it has none. */
  readonly limits?: Limits
  /** The homeserver knows the application services; by default it knows none. */
  readonly services?: true
  /** After each step that names one of these, its joined rooms are read too. */
  readonly joinedRooms?: ReadonlyArray<string>
  /** The accounts are changed beyond memberships and marks: nobody else may use them. */
  readonly ownAccounts?: true
}

export const client = (rest: string) => `/_matrix/client/v3${rest}`

/** The names in braces that a text uses. */
export const namesIn = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(/\{([\w.]+)\}/gu), ([, name = ""]) => name)

/** The same scenario on the paths of r0. */
export const onR0 = (scenario: Scenario): Scenario => ({
  ...scenario,
  name: `${scenario.name} / r0`,
  steps: scenario.steps.map((step) => ({
    ...step,
    path: step.path.replace("/_matrix/client/v3/", "/_matrix/client/r0/")
  }))
})

/** What a step may have changed of what is watched: the rooms and users it mentions. */
export const touched = (scenario: Scenario, step: Step) => {
  const said = namesIn(`${step.path} ${JSON.stringify(step.body ?? null)}`).map((name) => name.split(".")[0])
  const named = new Set([...said, step.as, ...Object.keys(step.save ?? {})])
  const rooms = Object.keys(scenario.watch).filter((room) => named.has(room))
  return {
    // a room may be meant by its alias
    rooms: rooms.length === 0 && step.method !== "GET" ? Object.keys(scenario.watch) : rooms,
    users: (scenario.joinedRooms ?? []).filter((user) => named.has(user))
  }
}
