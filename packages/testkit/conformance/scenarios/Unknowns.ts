/** Rooms and aliases that do not exist or could not, and endpoints that do not. */
import { client, type Scenario, type Step } from "../Scenario.ts"
import { createRoom, own } from "./Calls.ts"

const ids: ReadonlyArray<string> = [
  "!unknown-{run}:{server}",
  "!unknown:elsewhere.test",
  "!1234567890123456789012345678901234567890abc",
  "!nodomain",
  "!",
  "!:{server}",
  "!with/slash:{server}",
  "!späth:{server}",
  `!${"x".repeat(300)}:{server}`,
  "nothing",
  "@bob:{server}",
  "#nowhere-{run}:{server}",
  "#nowhere:elsewhere.test",
  "#nocolon",
  "#",
  "#hall-{run}:{server}",
  "#HALL-{run}:{server}"
]

const post = (path: string, body: Step["body"] = {}): Step => ({ as: "bob", method: "POST", path: client(path), body })
const get = (path: string): Step => ({ as: "bob", method: "GET", path: client(path) })
const target = { user_id: "{admin}" }

const operations: Readonly<Record<string, (id: string) => Step>> = {
  "join by id": (id) => post(`/rooms/${id}/join`),
  "join by id or alias": (id) => post(`/join/${id}`),
  "join by id or alias, via": (id) => ({ ...post(`/join/${id}`), query: [["via", "{server}"]] }),
  knock: (id) => post(`/knock/${id}`),
  leave: (id) => post(`/rooms/${id}/leave`),
  forget: (id) => post(`/rooms/${id}/forget`),
  invite: (id) => post(`/rooms/${id}/invite`, target),
  kick: (id) => post(`/rooms/${id}/kick`, target),
  ban: (id) => post(`/rooms/${id}/ban`, target),
  unban: (id) => post(`/rooms/${id}/unban`, target),
  members: (id) => get(`/rooms/${id}/members`),
  "joined members": (id) => get(`/rooms/${id}/joined_members`),
  "member state": (id) => get(`/rooms/${id}/state/m.room.member/{bob}`),
  alias: (id) => get(`/directory/room/${id}`)
}

/** A slash in an id must be encoded; `Step.path` splits at slashes, so it is written encoded here. */
const encoded = (step: Step, id: string): Step =>
  id.includes("/") ? { ...step, rawPath: true, path: step.path.replace(id, id.replaceAll("/", "%2F")) } : step

const places = Object.entries(operations).map(
  ([name, act]): Scenario => ({
    name: `unknown room / ${name}`,
    users: ["admin", "bob"],
    setup: [createRoom("main", "admin", { joinRule: "public", alias: "hall" })],
    steps: ids.map((id) => encoded(act(id), id)),
    watch: { main: "admin" }
  })
)

const methods = ["GET", "POST", "PUT", "DELETE"] as const
const paths: ReadonlyArray<string> = [
  "/_matrix/client/v3/rooms/{main}/join",
  "/_matrix/client/v3/rooms/{main}/join/",
  "/_matrix/client/v3/join/{main}",
  "/_matrix/client/v3/join",
  "/_matrix/client/r0/knock/{main}",
  "/_matrix/client/v3/rooms/{main}/forget",
  "/_matrix/client/v3/rooms/{main}/invite",
  "/_matrix/client/v3/rooms/{main}/dance",
  "/_matrix/client/v3/rooms/{main}",
  "/_matrix/client/v3/rooms/{main}/members",
  "/_matrix/client/v3/joined_rooms",
  "/_matrix/client/v2/joined_rooms",
  "/_matrix/client/v1/joined_rooms",
  "/_matrix/client/unstable/joined_rooms",
  "/_matrix/client/versions",
  "/_matrix/client/v3/versions",
  "/_matrix/client/v3/nothing",
  "/_matrix/client",
  "/_matrix",
  "/nothing"
]

const endpoints = methods.map(
  (method): Scenario => ({
    name: `unknown endpoint / ${method}`,
    users: ["admin", "bob"],
    setup: [createRoom("main", "admin", { joinRule: "public" }), own.join("bob", "main")],
    steps: paths.map((path) => ({ as: "bob", method, path, ...(method === "GET" ? {} : { body: {} }) })),
    watch: { main: "admin" }
  })
)

export const scenarios: ReadonlyArray<Scenario> = [...places, ...endpoints]
