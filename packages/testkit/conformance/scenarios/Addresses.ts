/** Inviting by address, through an identity server that knows whose it is, or does not. */
import type * as Schema from "effect/Schema"
import { client, type Scenario, type Step } from "../Scenario.ts"
import { createRoom, read } from "./Calls.ts"
import { assemble, eachMembership, everyStanding } from "./Standing.ts"

type Body = { readonly [key: string]: Schema.Json }

const through = { id_server: "{identity.server}", id_access_token: "token" }

/** Nobody's, as far as the identity server knows. */
const nobodys = { medium: "email", address: "nobody-{run}@elsewhere.test" }
export const addressOf = (user: string) => ({ medium: "email", address: `${user}-{run}@elsewhere.test` })

/** The other form of an invite: `change` overrides and adds keys. */
export const inviteAddress = (actor: string, room: string, change: Body = {}): Step => ({
  as: actor,
  method: "POST",
  path: client(`/rooms/{${room}}/invite`),
  body: { ...nobodys, ...through, ...change }
})

const cast = everyStanding()
const users = Object.keys(cast)

/** Whoever is invited by a known address is invited like anybody: each standing, by whom and under which power. */
const known = [
  { name: "an administrator", actor: "admin", level: 50 },
  { name: "a member of enough power", actor: "mod", level: 50 },
  { name: "a member of too little power", actor: "mod", level: 49 }
].map(
  ({ actor, level, name }): Scenario => ({
    name: `addresses / known ones, by ${name}`,
    users: ["admin", "mod", ...users],
    addresses: Object.fromEntries(users.map((user) => [user, addressOf(user)])),
    setup: assemble({
      room: "main",
      admin: "admin",
      standings: { ...cast, mod: "joined" },
      joinRule: "invite",
      options: { levels: { mod: level } }
    }),
    steps: users.map((user) => inviteAddress(actor, "main", addressOf(user))),
    watch: { main: "admin" }
  })
)

const others = eachMembership()

/** Where nobody is known by the address, an event of its own tells of it: who may write that? */
const unknown: Scenario = {
  name: "addresses / unknown ones",
  users: ["admin", "mod", ...Object.keys(others)],
  setup: assemble({
    room: "main",
    admin: "admin",
    standings: { ...others, mod: "joined" },
    joinRule: "invite",
    options: { levels: { mod: 50 } }
  }),
  steps: [
    ...["admin", "admin", "mod", ...Object.keys(others)].map((actor) => inviteAddress(actor, "main")),
    inviteAddress("admin", "main", { medium: "msisdn", address: "4930123" }),
    inviteAddress("admin", "main", { address: "" }),
    { ...inviteAddress("admin", "main"), path: client("/rooms/!nowhere:{server}/invite") },
    { ...inviteAddress("admin", "main"), path: client("/rooms/main/invite") }
  ],
  watch: { main: "admin" }
}

const without = (...names: ReadonlyArray<string>): Body =>
  Object.fromEntries(Object.entries({ ...nobodys, ...through }).filter(([name]) => !names.includes(name)))

const bodies: ReadonlyArray<Body> = [
  ...["medium", "address", "id_server", "id_access_token"].map((name) => without(name)),
  without("id_server", "id_access_token"),
  { ...nobodys, ...through, user_id: "{bob}" },
  { ...without("id_server"), user_id: "{bob}" },
  { ...without("medium"), user_id: "{bob}" },
  { ...nobodys, ...through, reason: "because" },
  { ...nobodys, ...through, medium: "pigeon" }
]

const malformed: Scenario = {
  name: "addresses / bodies",
  users: ["admin", "bob"],
  setup: [createRoom("main", "admin")],
  steps: bodies.map((body) => ({ ...inviteAddress("admin", "main"), body })),
  watch: { main: "admin" }
}

const withNewRoom: Scenario = {
  name: "addresses / with a new room",
  users: ["admin", "bob", "cid"],
  addresses: { bob: addressOf("bob"), cid: addressOf("cid") },
  setup: [],
  steps: [[nobodys], [addressOf("bob")], [addressOf("bob"), nobodys, addressOf("cid")]].flatMap((invited, index) => [
    {
      ...createRoom(`new${index}`, "admin"),
      body: { preset: "private_chat", invite_3pid: invited.map((address) => ({ ...address, ...through })) }
    },
    read("admin", `/rooms/{new${index}}/members`)
  ]),
  watch: {}
}

export const scenarios: ReadonlyArray<Scenario> = [...known, unknown, malformed, withNewRoom]
