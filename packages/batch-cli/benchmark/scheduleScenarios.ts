/** The plans that a schedule is measured by. Rooms and people are numbers; the sender is 0. */
import * as Presets from "../src/schedule/Limits.ts"
import { type Act, type Limits, synapse } from "./scheduleServer.ts"

export interface Scenario {
  readonly name: string
  readonly acts: ReadonlyArray<Act>
  readonly server: Limits
}

const range = (size: number) => Array.from({ length: size }, (_, n) => n)
const invite = (room: number, target: number, actor = 0): Act => ({ operation: "invite", room, target, actor })

const { messages: _messages, perInviter: _perInviter, ...exempt } = synapse

/** How much of everything there is. */
export interface Sizes {
  readonly invitees: number
  readonly rooms: number
  readonly users: number
  readonly others: number
  readonly ofTwo: number
  readonly exempt: number
}

/** A room takes each of them once. */
const distinct = (acts: ReadonlyArray<Act>): ReadonlyArray<Act> =>
  Array.from(new Map(acts.map((act) => [`${act.room} ${act.target}`, act])).values())

const scenariosOf = ({ exempt: ofExempt, invitees, ofTwo, others, rooms, users }: Sizes): ReadonlyArray<Scenario> => [
  {
    name: `(a) one room, ${invitees} invitees`,
    acts: range(invitees).map((n) => invite(0, n + 1)),
    server: synapse
  },
  {
    name: `(b) ${rooms} rooms, ${users} users, mixed`,
    acts: range(rooms * users).map((n) => {
      const [room, target] = [n % rooms, 1 + Math.floor(n / rooms)]
      const operation = (["invite", "kick", "ban", "unban"] as const)[(room + target) % 4] ?? "invite"
      return { operation, room, target, actor: 0 }
    }),
    server: synapse
  },
  {
    name: `(c) one user into 60 rooms among ${others} others`,
    acts: [...range(others).map((n) => invite(n % 60, n + 2)), ...range(60).map((room) => invite(room, 1))],
    server: synapse
  },
  {
    name: "(d) two senders",
    acts: range(ofTwo).map((n) => invite(n % 20, 2 + Math.floor(n / 2), n % 2)),
    server: synapse
  },
  {
    name: "(e) a sender exempt from its own limits",
    acts: distinct(range(ofExempt).map((n) => invite(Math.floor(Math.sqrt(n)) % 30, 1 + ((n * 7) % 900)))),
    server: exempt
  }
]

export const scenarios = scenariosOf({ invitees: 1000, rooms: 50, users: 200, others: 500, ofTwo: 2000, exempt: 3000 })

/** The same in few rows, where each row takes real work. */
export const small = scenariosOf({ invitees: 320, rooms: 12, users: 50, others: 400, ofTwo: 600, exempt: 500 })

/** The server's limits as somebody would tell them to the schedule. */
export const told = (server: Limits): Presets.Limits =>
  Presets.over(Presets.none, {
    rc_message: server.messages ?? null,
    rc_invites: {
      per_room: server.perRoom ?? null,
      per_user: server.perInvitee ?? null,
      per_issuer: server.perInviter ?? null
    },
    rc_joins: { local: server.joins ?? null },
    rc_joins_per_room: server.joinsPerRoom ?? null,
    rc_third_party_invite: server.thirdParty ?? null,
    slots: server.slots ?? null
  })
