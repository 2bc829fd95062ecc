/** What each operation makes of bodies that are missing, broken, of the wrong shape, or stranger than expected. */
import type * as Schema from "effect/Schema"
import { client, onR0, type Scenario, type Step } from "../Scenario.ts"
import { createRoom, own, read } from "./Calls.ts"

type Content = Pick<Step, "body" | "text">

const texts: ReadonlyArray<string> = [
  "",
  " ",
  "not json",
  "[]",
  '"text"',
  "null",
  "7",
  "true",
  '{"reason": "unfinished',
  '{"reason": NaN}',
  '{"reason": "twice", "reason": "said"}',
  '{"reason": "\\ud800"}'
]

const common: ReadonlyArray<Schema.Json> = [
  {},
  { reason: "because" },
  { reason: "" },
  { reason: null },
  { reason: 7 },
  { reason: ["a"] },
  { reason: { a: 1 } },
  { reason: "x".repeat(70_000) },
  { "org.example.more": { deep: [1, 2] } },
  { membership: "ban" },
  { displayname: "Other", avatar_url: "mxc://a/b" },
  { user_id: "{bob}" },
  { third_party_signed: {} },
  { third_party_signed: 7 },
  { third_party_signed: null },
  {
    third_party_signed: {
      sender: "{admin}",
      mxid: "{bob}",
      token: "t",
      signatures: { "elsewhere.test": { "ed25519:0": "AAAA" } }
    }
  }
]

const targets: ReadonlyArray<Schema.Json> = [
  { user_id: null },
  { user_id: 5 },
  { user_id: true },
  { user_id: ["{bob}"] },
  { user_id: {} },
  { user_id: "" },
  { user_id: "bob" },
  { user_id: "@bob" },
  { user_id: "bob:{server}" },
  { user_id: "@:{server}" },
  { user_id: "@bob:" },
  { user_id: "@Capital:{server}" },
  { user_id: "@späth:{server}" },
  { user_id: `@${"x".repeat(260)}:{server}` },
  { user_id: "{bob}", reason: "because" },
  { user_id: "{bob}", reason: "" },
  { user_id: "{bob}", reason: null },
  { user_id: "{bob}", reason: 7 },
  { user_id: "{bob}", reason: { a: 1 } },
  { user_id: "{bob}", reason: "x".repeat(70_000) },
  { user_id: "{bob}", "org.example.more": 1 },
  { medium: "email" },
  { medium: "email", address: "bob@example.org" },
  { medium: "email", address: "bob@example.org", id_server: "elsewhere.test" },
  { medium: "email", address: "bob@example.org", id_access_token: "t", user_id: "{bob}" },
  { medium: 5, address: 6, id_server: 7, id_access_token: 8 }
]

/** No body at all, then the texts, then what is JSON. */
const contents = (bodies: ReadonlyArray<Schema.Json>): ReadonlyArray<Content> => [
  {},
  ...texts.map((text) => ({ text })),
  ...bodies.map((body) => ({ body }))
]

const scenario = (
  name: string,
  as: string,
  path: string,
  bodies: ReadonlyArray<Schema.Json>,
  before: ReadonlyArray<Step>
): Scenario => ({
  name: `bodies of ${name}`,
  users: ["admin", "bob"],
  setup: [createRoom("main", "admin", { joinRule: "public", alias: "hall" }), ...before],
  steps: contents(bodies).flatMap(
    (content): ReadonlyArray<Step> => [
      { as, method: "POST", path: client(path), ...content },
      read("admin", "/rooms/{main}/state/m.room.member/{bob}")
    ]
  ),
  watch: { main: "admin" }
})

const joined = [own.join("bob", "main")]
const knockable: ReadonlyArray<Step> = [
  {
    as: "admin",
    method: "PUT",
    path: client("/rooms/{main}/state/m.room.join_rules/"),
    body: { join_rule: "knock" }
  }
]

const all = [
  scenario("join by id", "bob", "/rooms/{main}/join", common, []),
  scenario("join by id or alias", "bob", "/join/{main}", common, []),
  scenario("knock", "bob", "/knock/{main}", common, knockable),
  scenario("leave", "bob", "/rooms/{main}/leave", common, joined),
  scenario("forget", "bob", "/rooms/{main}/forget", common, [...joined, own.leave("bob", "main")]),
  ...["invite", "kick", "ban", "unban"].map((name) =>
    scenario(name, "admin", `/rooms/{main}/${name}`, [{}, ...targets], name === "kick" ? joined : [])
  )
]

export const scenarios: ReadonlyArray<Scenario> = [
  ...all,
  ...all.filter(({ name }) => /invite|id or alias/u.test(name)).map(onR0)
]
