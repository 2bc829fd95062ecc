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

export const scenarios: ReadonlyArray<Scenario> = [
  { name: "(a) one room, 1000 invitees", acts: range(1000).map((n) => invite(0, n + 1)), server: synapse },
  {
    name: "(b) 50 rooms, 200 users, mixed",
    acts: range(50 * 200).map((n) => {
      const [room, target] = [n % 50, 1 + Math.floor(n / 50)]
      const operation = (["invite", "kick", "ban", "unban"] as const)[(room + target) % 4] ?? "invite"
      return { operation, room, target, actor: 0 }
    }),
    server: synapse
  },
  {
    name: "(c) one user into 60 rooms among 500 others",
    acts: [...range(500).map((n) => invite(n % 60, n + 2)), ...range(60).map((room) => invite(room, 1))],
    server: synapse
  },
  {
    name: "(d) two senders",
    acts: range(2000).map((n) => invite(n % 20, 2 + Math.floor(n / 2), n % 2)),
    server: synapse
  },
  {
    name: "(e) a sender exempt from its own limits",
    acts: range(3000).map((n) => invite(Math.floor(Math.sqrt(n)) % 30, 1 + ((n * 7) % 900))),
    server: exempt
  }
]

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
