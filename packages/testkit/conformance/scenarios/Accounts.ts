/** Accounts that are not like others: suspended, locked, shadow-banned, guests, and those that block invites. */
import { client, type Mark, type Scenario, type Step } from "../Scenario.ts"
import { createRoom, other, own, read } from "./Calls.ts"
import { assemble, eachMembership } from "./Standing.ts"

const cast = eachMembership()
const users = Object.keys(cast)

const acts: Readonly<Record<string, (user: string) => Step>> = {
  join: (user) => own.join(user, "main"),
  knock: (user) => own.knock(user, "main"),
  leave: (user) => own.leave(user, "main"),
  forget: (user) => own.forget(user, "main"),
  "read members": (user) => read(user, "/rooms/{main}/members"),
  "read joined rooms": (user) => read(user, "/joined_rooms"),
  "ask who I am": (user) => read(user, "/account/whoami"),
  "create a room": (user) => ({ as: user, method: "POST", path: client("/createRoom"), body: {} })
}

const everybody = (mark: Mark) => Object.fromEntries(users.map((user) => [user, mark]))

const marked = (["suspended", "locked", "blocksInvites"] as const).flatMap((mark) => [
  ...Object.entries(acts).map(
    ([name, act]): Scenario => ({
      name: `accounts / ${mark} / ${name}`,
      users: ["admin", ...users],
      setup: assemble({ room: "main", admin: "admin", standings: cast, joinRule: "knock" }),
      marks: everybody(mark),
      steps: users.map(act),
      watch: { main: "admin" }
    })
  ),
  ...(["invite", "kick", "ban", "unban"] as const).flatMap(
    (operation): ReadonlyArray<Scenario> => [
      {
        name: `accounts / ${mark} / are the target of ${operation}`,
        users: ["admin", ...users],
        setup: assemble({ room: "main", admin: "admin", standings: cast, joinRule: "knock" }),
        marks: everybody(mark),
        steps: users.map((user) => other[operation]("admin", "main", `{${user}}`)),
        watch: { main: "admin" }
      },
      {
        name: `accounts / ${mark} / ${operation}`,
        users: ["admin", "actor", ...users],
        setup: assemble({
          room: "main",
          admin: "admin",
          standings: { ...cast, actor: "joined" },
          joinRule: "knock",
          options: { levels: { actor: 75 } }
        }),
        marks: { actor: mark },
        steps: users.map((user) => other[operation]("actor", "main", `{${user}}`)),
        watch: { main: "admin" }
      }
    ]
  )
])

const shadowBanned: Scenario = {
  name: "accounts / shadowBanned / invite",
  users: ["admin", "actor", "none"],
  setup: assemble({
    room: "main",
    admin: "admin",
    standings: { actor: "joined" },
    joinRule: "invite",
    options: { levels: { actor: 75 } }
  }),
  marks: { actor: "shadowBanned" },
  steps: [other.invite("actor", "main", "{none}")],
  watch: { main: "admin" }
}

const guest = (step: Step): Step => ({ ...step, authorization: "Bearer {guest.token}" })

const asGuest = (access: string, joinRule: string): Scenario => ({
  name: `accounts / guest / access ${access}, ${joinRule}`,
  users: ["admin", "bob"],
  setup: [
    {
      method: "POST",
      path: client("/register"),
      query: [["kind", "guest"]],
      body: {},
      save: { guest: "user_id", "guest.token": "access_token" }
    },
    createRoom("main", "admin", {
      joinRule,
      alias: "hall",
      power: { invite: 0 },
      state: [{ type: "m.room.guest_access", state_key: "", content: { guest_access: access } }]
    })
  ],
  steps: [
    { method: "POST" as const, path: client("/join/#hall-{run}:{server}"), body: {} },
    { method: "POST" as const, path: client("/rooms/{main}/join"), body: {} },
    { method: "POST" as const, path: client("/knock/{main}"), body: {} },
    { method: "GET" as const, path: client("/rooms/{main}/members") },
    { method: "GET" as const, path: client("/rooms/{main}/joined_members") },
    { method: "GET" as const, path: client("/joined_rooms") },
    { method: "GET" as const, path: client("/account/whoami") },
    ...["invite", "kick", "ban", "unban"].map((name) => ({
      method: "POST" as const,
      path: client(`/rooms/{main}/${name}`),
      body: { user_id: "{bob}" }
    })),
    { method: "POST" as const, path: client("/rooms/{main}/leave"), body: {} },
    { method: "POST" as const, path: client("/rooms/{main}/forget"), body: {} },
    { method: "POST" as const, path: client("/createRoom"), body: {} }
  ].map(guest),
  watch: { main: "admin" }
})

/** What a guest may do after an invite, and what becomes of it when guests are shut out. */
const guestInvited: Scenario = {
  ...asGuest("can_join", "invite"),
  name: "accounts / guest / invited",
  steps: [
    other.invite("admin", "main", "{guest}"),
    guest({ method: "POST", path: client("/rooms/{main}/join"), body: {} }),
    {
      as: "admin",
      method: "PUT",
      path: client("/rooms/{main}/state/m.room.guest_access/"),
      body: { guest_access: "forbidden" }
    },
    read("admin", "/rooms/{main}/members")
  ]
}

export const scenarios: ReadonlyArray<Scenario> = [
  ...marked,
  shadowBanned,
  ...["can_join", "forbidden"].flatMap((access) => ["public", "invite", "knock"].map((rule) => asGuest(access, rule))),
  guestInvited
]
