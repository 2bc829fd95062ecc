/** One sequence of calls under each limiter lowered in turn: which calls are refused, and until when. */
import type { Limit, Limits, Scenario, Step } from "../Scenario.ts"
import { addressOf, inviteAddress } from "./Addresses.ts"
import { createRoom, other, own } from "./Calls.ts"

/** Slow enough that no slot comes back while a sequence is played. */
const atOnce = (burst_count: number): Limit => ({ per_second: 0.01, burst_count })

const invitations = ["inviting", "knocking and creating", "inviting addresses"]
const entering = ["joining and leaving", "inviting", "removing", "knocking and creating"]

/** Where creating rooms is all that is limited, only sequences that create them tell anything; and so on. */
const toldBy: Readonly<Record<string, ReadonlyArray<string>>> = {
  "rc_joins.local": entering,
  rc_joins_per_room: entering,
  "joins and messages": entering,
  "rc_invites.per_room": invitations,
  "rc_invites.per_user": invitations,
  "rc_invites.per_issuer": invitations,
  "all of rc_invites": invitations,
  "both of joining": ["joining and leaving", "knocking and creating"],
  rc_room_creation: ["knocking and creating"],
  rc_third_party_invite: ["inviting addresses"]
}

export const lowered: Readonly<Record<string, Limits>> = {
  rc_message: { rc_message: atOnce(4) },
  "rc_joins.local": { rc_joins: { local: atOnce(2) } },
  rc_joins_per_room: { rc_joins_per_room: atOnce(2) },
  "rc_invites.per_room": { rc_invites: { per_room: atOnce(2) } },
  "rc_invites.per_user": { rc_invites: { per_user: atOnce(2) } },
  "rc_invites.per_issuer": { rc_invites: { per_issuer: atOnce(3) } },
  rc_room_creation: { rc_room_creation: atOnce(2) },
  rc_third_party_invite: { rc_third_party_invite: atOnce(3) },
  "all of rc_invites": { rc_invites: { per_room: atOnce(3), per_user: atOnce(2), per_issuer: atOnce(5) } },
  "both of joining": { rc_joins: { local: atOnce(3) }, rc_joins_per_room: atOnce(2) },
  "joins and messages": { rc_message: atOnce(3), rc_joins: { local: atOnce(2) } },
  "Synapse's defaults": {
    rc_message: { per_second: 0.2, burst_count: 10 },
    rc_invites: {
      per_room: { per_second: 0.3, burst_count: 10 },
      per_user: { per_second: 0.003, burst_count: 5 },
      per_issuer: { per_second: 0.3, burst_count: 10 }
    },
    rc_joins: { local: { per_second: 0.1, burst_count: 10 } },
    rc_joins_per_room: { per_second: 1, burst_count: 10 },
    rc_third_party_invite: { per_second: 0.0025, burst_count: 5 },
    rc_room_creation: { per_second: 0.016, burst_count: 10 }
  }
}

const rooms = ["one", "two", "three"] as const
const invite = (actor: string, room: string, target: string) => other.invite(actor, room, `{${target}}`)

interface Sequence {
  readonly name: string
  readonly rooms: ReadonlyArray<string>
  readonly users: ReadonlyArray<string>
  readonly joinRule: string
  readonly steps: ReadonlyArray<Step>
}

const sequences: ReadonlyArray<Sequence> = [
  {
    name: "joining and leaving",
    rooms,
    users: ["ann", "bob", "cid"],
    joinRule: "public",
    steps: [
      ...rooms.map((room) => own.join("ann", room)),
      own.join("ann", "one"),
      ...rooms.map((room) => own.join("bob", room)),
      own.join("cid", "one"),
      own.leave("ann", "one"),
      own.leave("ann", "two"),
      own.join("ann", "one"),
      own.leave("bob", "one"),
      own.forget("bob", "one"),
      own.joinByIdOrAlias("bob", "{one}"),
      own.join("bob", "two", { reason: "again" })
    ]
  },
  {
    name: "inviting",
    rooms,
    users: ["ann", "bob", "cid", "dot"],
    joinRule: "invite",
    steps: [
      ...rooms.map((room) => invite("host", room, "ann")),
      ...rooms.map((room) => invite("host", room, "bob")),
      // a duplicate, a member, oneself, and somebody the server does not know
      invite("host", "one", "ann"),
      own.join("ann", "one"),
      invite("host", "one", "ann"),
      invite("host", "two", "host"),
      other.invite("host", "two", "@ghost-{run}:{server}"),
      // without the power to
      invite("ann", "one", "cid"),
      invite("ann", "one", "dot"),
      invite("dot", "three", "cid")
    ]
  },
  {
    name: "inviting addresses",
    rooms,
    users: ["ann", "bob", "cid"],
    joinRule: "public",
    steps: [
      own.join("ann", "one"),
      // known to be somebody's, unknown, and without the power to
      inviteAddress("host", "one", addressOf("bob")),
      inviteAddress("ann", "one"),
      inviteAddress("host", "one", addressOf("bob")),
      inviteAddress("host", "one"),
      inviteAddress("ann", "one", addressOf("bob")),
      { ...inviteAddress("host", "two"), body: { medium: "email", address: "a@elsewhere.test" } },
      inviteAddress("host", "two"),
      inviteAddress("host", "two", addressOf("cid")),
      inviteAddress("ann", "two"),
      inviteAddress("host", "three"),
      inviteAddress("host", "three"),
      inviteAddress("host", "three", addressOf("bob")),
      invite("host", "three", "cid")
    ]
  },
  {
    name: "removing",
    rooms: ["one"],
    users: ["ann", "bob", "cid"],
    joinRule: "public",
    steps: [
      ...["ann", "bob", "cid"].map((user) => own.join(user, "one")),
      other.kick("host", "one", "{ann}"),
      other.kick("host", "one", "{ann}"),
      other.ban("host", "one", "{bob}"),
      other.ban("host", "one", "{bob}"),
      other.unban("host", "one", "{bob}"),
      other.unban("host", "one", "{bob}"),
      other.ban("host", "one", "{cid}"),
      other.unban("host", "one", "{cid}"),
      own.leave("host", "one")
    ]
  },
  {
    name: "knocking and creating",
    rooms,
    users: ["ann", "bob"],
    joinRule: "knock",
    steps: [
      ...rooms.map((room) => own.knock("ann", room)),
      own.knock("ann", "one"),
      own.knock("ann", "one", { reason: "please" }),
      own.leave("ann", "one"),
      ...[1, 2, 3].map((number) => createRoom(`new${number}`, "bob")),
      createRoom("new4", "bob", { invite: ["ann"] }),
      own.leave("bob", "new1")
    ]
  }
]

const scenario = (limiter: string, limits: Limits, sequence: Sequence): Scenario => {
  const invited = ["inviting", "inviting addresses", "removing"].includes(sequence.name)
  return {
    name: `limits / ${limiter} / ${sequence.name}`,
    users: ["keeper", "host", ...sequence.users],
    // the one prepares without being counted, the other acts
    marks: { keeper: "unlimited" },
    ...(sequence.name === "inviting addresses" ? { addresses: { bob: addressOf("bob"), cid: addressOf("cid") } } : {}),
    setup: sequence.rooms.flatMap((room) => [
      createRoom(room, "keeper", { joinRule: sequence.joinRule, levels: { host: 90 } }),
      ...(invited ? [invite("keeper", room, "host")] : [])
    ]),
    steps: [...(invited ? sequence.rooms.map((room) => own.join("host", room)) : []), ...sequence.steps],
    watch: Object.fromEntries(sequence.rooms.map((room) => [room, "keeper"])),
    limits
  }
}

export const scenarios: ReadonlyArray<Scenario> = Object.entries(lowered).flatMap(([limiter, limits]) =>
  sequences
    .filter(({ name }) => toldBy[limiter]?.includes(name) ?? true)
    .map((sequence) => scenario(limiter, limits, sequence))
)
