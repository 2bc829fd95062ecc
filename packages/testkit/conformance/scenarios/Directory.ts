/** Aliases: who may name a room, take the name away, and where a name leads. */
import type * as Schema from "effect/Schema"
import { client, type Scenario, type Step } from "../Scenario.ts"
import { createRoom, own, read, setState } from "./Calls.ts"
import { assemble, eachMembership } from "./Standing.ts"

const alias = (name: string) => client(`/directory/room/#${name}-{run}:{server}`)
const put = (as: string, name: string, body: Schema.Json = { room_id: "{main}" }): Step => ({
  as,
  method: "PUT",
  path: alias(name),
  body
})
const remove = (as: string, name: string): Step => ({ as, method: "DELETE", path: alias(name) })
const find = (as: string, name: string): Step => ({ as, method: "GET", path: alias(name) })

const cast = eachMembership()
const users = Object.keys(cast)
const setup = assemble({ room: "main", admin: "admin", standings: cast, joinRule: "knock", options: { alias: "hall" } })

const scenario = (name: string, steps: ReadonlyArray<Step>): Scenario => ({
  name: `directory / ${name}`,
  users: ["admin", ...users],
  setup,
  steps,
  watch: { main: "admin" }
})

export const scenarios: ReadonlyArray<Scenario> = [
  scenario("who may find", [...users.map((user) => find(user, "hall")), { method: "GET", path: alias("hall") }]),
  scenario(
    "who may name",
    users.flatMap((user) => [put(user, user), find("admin", user)])
  ),
  scenario("who may take a name away", [
    ...users.map((user) => remove(user, "hall")),
    remove("admin", "hall"),
    find("admin", "hall")
  ]),
  scenario("names that are taken, odd, or lead nowhere", [
    put("admin", "hall"),
    put("admin", "other", {}),
    put("admin", "other", { room_id: 5 }),
    put("admin", "other", { room_id: "nothing" }),
    put("admin", "other", { room_id: "!unknown-{run}:{server}" }),
    { as: "admin", method: "PUT", path: client("/directory/room/#far:elsewhere.test"), body: { room_id: "{main}" } },
    { as: "admin", method: "PUT", path: client("/directory/room/nosigil"), body: { room_id: "{main}" } },
    {
      as: "admin",
      method: "PUT",
      path: client("/directory/room/#with space-{run}:{server}"),
      body: { room_id: "{main}" }
    },
    remove("admin", "nowhere"),
    find("admin", "nowhere"),
    put("admin", "späth"),
    own.joinByIdOrAlias("invited", "#späth-{run}:{server}")
  ]),
  scenario("a name and its room go their ways", [
    put("joined", "mine"),
    remove("joined", "mine"),
    own.joinByIdOrAlias("invited", "#mine-{run}:{server}"),
    put("joined", "mine"),
    own.joinByIdOrAlias("invited", "#mine-{run}:{server}"),
    own.leave("joined", "main"),
    remove("joined", "mine"),
    createRoom("second", "admin", { joinRule: "public", alias: "mine" })
  ]),
  scenario("which names a room has", [
    read("admin", "/rooms/{main}/aliases"),
    put("admin", "second"),
    read("admin", "/rooms/{main}/aliases"),
    ...users.map((user) => read(user, "/rooms/{main}/aliases"))
  ]),
  scenario("the name a room goes by", [
    setState("admin", "main", "m.room.canonical_alias", "", { alias: "#hall-{run}:{server}" }),
    setState("admin", "main", "m.room.canonical_alias", "", { alias: "#nowhere-{run}:{server}" }),
    setState("admin", "main", "m.room.canonical_alias", "", { alias: "nonsense" }),
    setState("admin", "main", "m.room.canonical_alias", "", {
      alias: "#hall-{run}:{server}",
      alt_aliases: ["#nowhere-{run}:{server}"]
    }),
    setState("admin", "main", "m.room.canonical_alias", "", { alt_aliases: 5 }),
    read("admin", "/rooms/{main}/state/m.room.canonical_alias/")
  ])
]
