/** Who is asking: tokens that are missing, wrong, or sent in another way. */
import { client, type Scenario, type Step } from "../Scenario.ts"
import { createRoom, own } from "./Calls.ts"

const endpoints: ReadonlyArray<Pick<Step, "method" | "path" | "body">> = [
  ...["/rooms/{main}/join", "/join/{main}", "/knock/{main}", "/rooms/{main}/leave", "/rooms/{main}/forget"].map(
    (path) => ({ method: "POST" as const, path, body: {} })
  ),
  ...["invite", "kick", "ban", "unban"].map((name) => ({
    method: "POST" as const,
    path: `/rooms/{main}/${name}`,
    body: { user_id: "{admin}" }
  })),
  ...["/joined_rooms", "/rooms/{main}/members", "/rooms/{main}/joined_members", "/account/whoami"].map((path) => ({
    method: "GET" as const,
    path
  })),
  { method: "GET", path: "/rooms/{main}/state/m.room.member/{bob}" },
  { method: "POST", path: "/createRoom", body: {} }
].map((endpoint) => ({ ...endpoint, path: client(endpoint.path) }) as Pick<Step, "method" | "path" | "body">)

const ways: Readonly<Record<string, Pick<Step, "authorization" | "query">>> = {
  "no token": {},
  "unknown token": { authorization: "Bearer nonsense" },
  "empty token": { authorization: "Bearer " },
  "scheme in lower case": { authorization: "bearer {bob.token}" },
  "another scheme": { authorization: "Basic {bob.token}" },
  "token without a scheme": { authorization: "{bob.token}" },
  "words after the token": { authorization: "Bearer {bob.token} more" },
  "token in the query": { query: [["access_token", "{bob.token}"]] },
  "unknown token in the query": { query: [["access_token", "nonsense"]] },
  "token in header and query": { authorization: "Bearer {bob.token}", query: [["access_token", "{bob.token}"]] },
  "somebody else asserted": { authorization: "Bearer {bob.token}", query: [["user_id", "{admin}"]] }
}

const setup = [createRoom("main", "admin", { joinRule: "public" }), own.join("bob", "main")]

const refused = Object.entries(ways).map(
  ([name, way]): Scenario => ({
    name: `tokens / ${name}`,
    users: ["admin", "bob"],
    setup,
    steps: endpoints.map((endpoint) => ({ ...endpoint, ...way })),
    watch: { main: "admin" }
  })
)

const loggedOut: Scenario = {
  name: "tokens / logged out",
  users: ["admin", "bob"],
  ownAccounts: true,
  setup: [...setup, { as: "bob", method: "POST", path: client("/logout"), body: {} }],
  steps: endpoints.map((endpoint) => ({ ...endpoint, as: "bob" })),
  watch: { main: "admin" }
}

export const scenarios: ReadonlyArray<Scenario> = [...refused, loggedOut]
