/**
 * How things were when a plan was saved, in the first line of the saved plan, and what has changed since: so that nobody
 * applies on Monday what was looked at on Friday, without knowing what has happened in between. Pure.
 */
import { createHash } from "node:crypto"
import type { MemberEvent } from "@matrix-membership/core"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as PlanSaved from "../plan/PlanSaved.ts"
import * as ReportTime from "../report/ReportTime.ts"
import type { Preflight } from "./Preflight.ts"

/** A room by its number in the plan: its id, and its levels as a hash; null for what could not be read. */
const Room = Schema.Tuple([Schema.NullOr(Schema.String), Schema.NullOr(Schema.String)])

export const Fingerprint = Schema.Struct({
  [PlanSaved.mark]: Schema.Literal(PlanSaved.version),
  /** ISO 8601, in UTC. */
  made: Schema.String,
  homeserver: Schema.String,
  sender: Schema.String,
  /** Of the rows below. */
  digest: Schema.String,
  rooms: Schema.Array(Room),
  /** Two letters for each row: where its actor stood, and where its target did. */
  memberships: Schema.String
})
export type Fingerprint = typeof Fingerprint.Type

/** What a fingerprint is made of, beside what preflight has seen. */
export interface Situation {
  readonly homeserver: string
  readonly digest: string
}

const letters = { join: "j", invite: "i", knock: "k", leave: "l", ban: "b" } as const
const unknown = "?"

const names: ReadonlyMap<string, string> = new Map([
  ["j", "joined"],
  ["i", "invited"],
  ["k", "knocking"],
  ["l", "not in the room"],
  ["b", "banned"],
  [unknown, "hidden"]
])

const letter = (state: MemberEvent.MembershipState | undefined) => (state === undefined ? unknown : letters[state])

const hashOf = (print: string | undefined) =>
  print === undefined ? null : createHash("sha256").update(print).digest("base64url").slice(0, 16)

const roomsOf = (preflight: Preflight): ReadonlyArray<typeof Room.Type> => {
  const rooms: Array<typeof Room.Type> = Array.from({ length: preflight.rows.rooms.size }, () => [null, null])
  const seen = new Set<number>()
  for (let row = 0; row < preflight.rows.size && seen.size < rooms.length; row++) {
    const name = preflight.rows.room(row)
    if (seen.has(name)) continue
    seen.add(name)
    const room = preflight.room(row)
    if (Result.isSuccess(room)) rooms[name] = [room.success, hashOf(preflight.power(preflight.roomNumber(row))?.print)]
  }
  return rooms
}

const standing = (preflight: Preflight, row: number, person: number) =>
  letter(preflight.membership(preflight.roomNumber(row), person))

/** How things are. */
export const make = (preflight: Preflight, { digest, homeserver }: Situation, now: number): Fingerprint => {
  const memberships: Array<string> = []
  for (let row = 0; row < preflight.rows.size; row++) {
    memberships.push(
      standing(preflight, row, preflight.actorNumber(row)),
      standing(preflight, row, preflight.targetNumber(row))
    )
  }
  return {
    [PlanSaved.mark]: PlanSaved.version,
    made: ReportTime.iso(now),
    homeserver,
    sender: preflight.sender,
    digest,
    rooms: roomsOf(preflight),
    memberships: memberships.join("")
  }
}

const decode = Schema.decodeUnknownOption(Fingerprint)

/** No more than these are listed. */
const most = 1000

/** People whose membership is another one, but for those whom the plan itself has moved. */
const moved = (
  preflight: Preflight,
  saved: Fingerprint,
  attempted: (row: number) => boolean
): ReadonlyArray<string> => {
  const { rows } = preflight
  const pair = (row: number, person: number) => `${preflight.roomNumber(row)} ${person}`
  const ours = new Set<string>()
  for (let row = 0; row < rows.size; row++) if (attempted(row)) ours.add(pair(row, preflight.targetNumber(row)))
  const said = new Set<string>()
  const changes: Array<string> = []
  for (let row = 0; row < rows.size && changes.length < most; row++) {
    const people = [preflight.actorNumber(row), preflight.targetNumber(row)]
    for (const [index, person] of people.entries()) {
      const before = saved.memberships[row * 2 + index] ?? unknown
      const after = standing(preflight, row, person)
      // what could not be seen then has not changed for all we know
      if (before === after || before === unknown) continue
      const key = pair(row, person)
      if (said.has(key) || ours.has(key)) continue
      said.add(key)
      const name = index === 0 ? preflight.actor(row) : preflight.target(row)
      changes.push(
        `${typeof name === "string" ? name : name.address} in ${rows.rooms.at(rows.room(row))} (line ${rows.line(row)}): was ${names.get(before)}, is ${names.get(after)}`
      )
    }
  }
  return changes
}

const rearranged = (preflight: Preflight, saved: Fingerprint): ReadonlyArray<string> =>
  roomsOf(preflight).flatMap(([id, levels], room) => {
    const [idThen, levelsThen] = saved.rooms[room] ?? [null, null]
    const name = preflight.rows.rooms.at(room)
    if (id !== idThen) return `${name}: was ${idThen ?? "no room"}, is ${id ?? "no room"}`
    if (levels === levelsThen || levelsThen === null) return []
    return `${name}: its power levels ${levels === null ? "are hidden now" : "have changed"}`
  })

/**
 * What is no longer as it was, a line for each; nothing when the saved plan means what it meant.
 *
 * @param attempted rows that an earlier run of this very plan has sent; what they changed is as it should be
 */
export const check = (
  preflight: Preflight,
  header: unknown,
  situation: Situation,
  attempted: (row: number) => boolean = () => false
): ReadonlyArray<string> => {
  const decoded = decode(header)
  if (Option.isNone(decoded)) return ["the plan does not say how things were when it was saved"]
  const saved = decoded.value
  const { homeserver, sender } = saved
  if (homeserver !== situation.homeserver) return [`the plan is for ${homeserver}, and this is ${situation.homeserver}`]
  if (sender !== preflight.sender) return [`the plan is for ${sender}, and the access token is ${preflight.sender}'s`]
  if (saved.digest !== situation.digest) return ["the rows are others than those that were saved"]
  return [...rearranged(preflight, saved), ...moved(preflight, saved, attempted)]
}
