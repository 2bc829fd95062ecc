/**
 * The limiters that count membership changes, and which of them a row passes through, in the server's order. A refusal
 * by a later limiter does not give back what the earlier ones have counted.
 */
import type { Operation } from "../Operations.ts"
import type { Rows } from "../plan/PlanRows.ts"
import type { Preflight } from "../preflight/Preflight.ts"

/** Under Synapse's names; `slots` is Dendrite's only limiter. */
export const kinds = [
  "slots",
  "rc_invites.per_room",
  "rc_invites.per_user",
  "rc_invites.per_issuer",
  "rc_third_party_invite",
  "rc_joins.local",
  "rc_joins.remote",
  "rc_joins_per_room",
  "rc_message"
] as const
export type Kind = (typeof kinds)[number]

/** Whose count it is. */
export type Key = "room" | "actor" | "target"

export interface Trait {
  readonly key: Key
  /** The place among equally good explanations of a refusal: what holds up fewer rows comes first. */
  readonly breadth: number
  /** Only what was really done is counted, so a row refused for another reason costs nothing. */
  readonly onlyDone: boolean
}

const traitsByKind: { readonly [K in Kind]: Trait } = {
  "rc_invites.per_user": { key: "target", breadth: 0, onlyDone: false },
  "rc_invites.per_room": { key: "room", breadth: 1, onlyDone: false },
  rc_joins_per_room: { key: "room", breadth: 1, onlyDone: true },
  "rc_invites.per_issuer": { key: "actor", breadth: 2, onlyDone: false },
  rc_third_party_invite: { key: "actor", breadth: 2, onlyDone: false },
  "rc_joins.local": { key: "actor", breadth: 2, onlyDone: false },
  "rc_joins.remote": { key: "actor", breadth: 2, onlyDone: false },
  rc_message: { key: "actor", breadth: 3, onlyDone: true },
  slots: { key: "actor", breadth: 4, onlyDone: false }
}

/** In the order of `kinds`. */
export const traits: ReadonlyArray<Trait> = kinds.map((kind) => traitsByKind[kind])

/** What is to be known of a row to say what counts it; rooms and people by number. */
export interface Charged {
  readonly operation: Operation
  readonly room: number
  /** -1 for the owner of the access token. */
  readonly actor: number
  /** -1 when that is whoever acts. */
  readonly target: number
  /** The invitee is known by an address only. */
  readonly thirdParty: boolean
  /** The server is not in the room yet. */
  readonly remote?: boolean
}

const numbered = (...named: ReadonlyArray<Kind>): ReadonlyArray<number> => named.map((kind) => kinds.indexOf(kind))

/** Rows of one class pass through the same limiters. */
export const classes: ReadonlyArray<ReadonlyArray<number>> = [
  numbered("slots", "rc_invites.per_room", "rc_invites.per_user", "rc_invites.per_issuer", "rc_message"),
  numbered("slots", "rc_third_party_invite"),
  numbered("slots", "rc_joins.local", "rc_joins_per_room", "rc_message"),
  numbered("slots", "rc_joins.local", "rc_joins.remote", "rc_joins_per_room", "rc_message"),
  numbered("slots", "rc_message"),
  numbered("rc_message"),
  []
]

/** Index in `classes`. */
export const classOf = ({ operation, remote = false, thirdParty }: Charged): number => {
  switch (operation) {
    case "invite":
      return thirdParty ? 1 : 0
    case "join":
      return remote ? 3 : 2
    case "leave":
      return 4
    case "forget":
      return 6
    default:
      return 5
  }
}

/** How many keys there are of each sort, actors and targets shifted by one for the owner of the access token. */
export interface Keys {
  readonly rooms: number
  readonly people: number
}

/** The number of the row's key for a kind. */
export const keyOf = ({ actor, room, target }: Charged, kind: number): number => {
  switch (traits[kind]?.key) {
    case "room":
      return room
    case "target":
      return (target === -1 ? actor : target) + 1
    default:
      return actor + 1
  }
}

/** What a schedule is to know of the rows of a plan. */
export interface Work extends Keys {
  readonly size: number
  readonly charges: (row: number) => Charged
}

/** `isRemote` says whether the server is not in the room with this number yet. */
export const ofRows = (rows: Rows, isRemote: (room: number) => boolean = () => false): Work => ({
  size: rows.size,
  rooms: rows.rooms.size,
  people: rows.people.size,
  charges: (row) => {
    const operation = rows.operation(row)
    const [room, target] = [rows.room(row), rows.target(row)]
    const thirdParty = operation === "invite" && target !== -1 && !rows.people.at(target).startsWith("@")
    return {
      operation,
      room,
      target,
      actor: rows.actor(row),
      thirdParty,
      remote: operation === "join" && isRemote(room)
    }
  }
})

/** The same once the rooms are known: a room counts once, by whichever name. */
export const ofPreflight = ({ roomNumber, rows }: Pick<Preflight, "roomNumber" | "rows">): Work => {
  const work = ofRows(rows)
  return { ...work, charges: (row) => ({ ...work.charges(row), room: roomNumber(row) }) }
}
