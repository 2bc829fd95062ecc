/** Who may read what of a room, and in which words it is told. */
import type * as Schema from "effect/Schema"
import type { Scenario, Step } from "../Scenario.ts"
import { own, read } from "./Calls.ts"
import { assemble, everyStanding } from "./Standing.ts"

const memberships = ["join", "invite", "knock", "leave", "ban"] as const

const filters: ReadonlyArray<Step["query"]> = [
  ...memberships.map((membership) => [["membership", membership] as const]),
  ...memberships.map((membership) => [["not_membership", membership] as const]),
  [
    ["membership", "join"],
    ["not_membership", "leave"]
  ],
  [
    ["membership", "leave"],
    ["not_membership", "leave"]
  ],
  [
    ["membership", "join"],
    ["membership", "ban"]
  ],
  [["membership", "dance"]],
  [["at", "nonsense"]]
]

const reads: Readonly<Record<string, (user: string) => Step>> = {
  members: (user) => read(user, "/rooms/{main}/members"),
  "joined members": (user) => read(user, "/rooms/{main}/joined_members"),
  "joined rooms": (user) => read(user, "/joined_rooms"),
  "own member state": (user) => read(user, `/rooms/{main}/state/m.room.member/{${user}}`),
  "the admin's member state": (user) => read(user, "/rooms/{main}/state/m.room.member/{admin}"),
  "a stranger's member state": (user) => read(user, "/rooms/{main}/state/m.room.member/@stranger:{server}"),
  "join rules": (user) => read(user, "/rooms/{main}/state/m.room.join_rules/"),
  "join rules, no slash": (user) => read(user, "/rooms/{main}/state/m.room.join_rules"),
  "state that is not there": (user) => read(user, "/rooms/{main}/state/org.example.nothing/key"),
  "the whole state": (user) => read(user, "/rooms/{main}/state"),
  "power levels": (user) => read(user, "/rooms/{main}/state/m.room.power_levels/")
}

const visibility = (value: string): Schema.Json => ({
  type: "m.room.history_visibility",
  state_key: "",
  content: { history_visibility: value }
})

const cast = everyStanding()
const users = Object.keys(cast)

const setup = (history: string) =>
  assemble({
    room: "main",
    admin: "admin",
    standings: cast,
    joinRule: "knock",
    options: { state: [visibility(history)] }
  })

const byStanding = (["shared", "joined", "world_readable"] as const).flatMap((history) =>
  Object.entries(reads).map(
    ([name, act]): Scenario => ({
      name: `${name} / history ${history}`,
      users: ["admin", ...users],
      setup: setup(history),
      steps: [...users.map(act), act("admin")],
      watch: { main: "admin" }
    })
  )
)

const filtered: Scenario = {
  name: "members / filters",
  users: ["admin", ...users],
  setup: setup("shared"),
  steps: filters.map((query) => read("admin", "/rooms/{main}/members", query)),
  watch: { main: "admin" }
}

/** Who has left is told how things stood then; who forgot, nothing. */
const departed: Scenario = {
  name: "members / as of leaving",
  users: ["admin", "bob", "carol", "dave"],
  setup: assemble({
    room: "main",
    admin: "admin",
    standings: { bob: "joined", carol: "joined" },
    joinRule: "public"
  }),
  steps: [
    own.leave("bob", "main"),
    own.join("dave", "main"),
    own.leave("carol", "main"),
    read("bob", "/rooms/{main}/members"),
    read("carol", "/rooms/{main}/members"),
    read("dave", "/rooms/{main}/members"),
    read("bob", "/rooms/{main}/joined_members"),
    read("bob", "/rooms/{main}/state/m.room.member/{carol}"),
    own.forget("bob", "main"),
    read("bob", "/rooms/{main}/members"),
    read("bob", "/rooms/{main}/state/m.room.member/{bob}"),
    own.join("bob", "main"),
    read("bob", "/rooms/{main}/members")
  ],
  watch: { main: "admin" },
  joinedRooms: ["bob", "carol", "dave"]
}

export const scenarios: ReadonlyArray<Scenario> = [...byStanding, filtered, departed]
