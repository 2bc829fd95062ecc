/** What a new room holds, by preset, visibility, version and all that may be asked for, and what is refused. */
import type * as Schema from "effect/Schema"
import { client, type Scenario, type Step } from "../Scenario.ts"
import { read } from "./Calls.ts"

type Body = { readonly [key: string]: Schema.Json }

const create = (body: Body): Step => ({
  as: "admin",
  method: "POST",
  path: client("/createRoom"),
  body,
  save: { main: "room_id" }
})

/** Rooms are known by their creation, so each has a scenario of its own. */
const made = (name: string, body: Body): Scenario => ({
  name: `create / ${name}`,
  users: ["admin", "bob", "carol"],
  setup: [create({ name: "spare" })],
  steps: [create(body), read("admin", "/rooms/{main}/state"), read("admin", "/rooms/{main}/members")],
  watch: { main: "admin" }
})

const presets = ["private_chat", "public_chat", "trusted_private_chat"]
const versions = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]

const wanted: Readonly<Record<string, Body>> = {
  nothing: {},
  ...Object.fromEntries(["public", "private"].map((visibility) => [`visibility ${visibility}`, { visibility }])),
  ...Object.fromEntries(
    presets.flatMap((preset) =>
      ["11", "12"].map((room_version) => [
        `preset ${preset}, version ${room_version}`,
        { preset, room_version, invite: ["{bob}"] }
      ])
    )
  ),
  ...Object.fromEntries(versions.map((room_version) => [`version ${room_version}`, { room_version }])),
  "preset against visibility": { preset: "private_chat", visibility: "public" },
  "name and topic": { name: "Name", topic: "Topic" },
  "an alias": { room_alias_name: "made-{run}" },
  "direct invites": { invite: ["{bob}", "{carol}"], is_direct: true },
  "invite of oneself": { invite: ["{admin}"] },
  "invite of somebody twice": { invite: ["{bob}", "{bob}"] },
  "invite of nobody known": { invite: ["@ghost-{run}:{server}"] },
  "power of its own": { room_version: "11", power_level_content_override: { users: { "{admin}": 50, "{bob}": 100 } } },
  "no power for the creator": { room_version: "11", power_level_content_override: { users: {} } },
  "power for a creator who has it all": {
    room_version: "12",
    power_level_content_override: { users: { "{admin}": 100 } }
  },
  "more creators": { room_version: "12", creation_content: { additional_creators: ["{bob}"] } },
  "more creators in an old version": { room_version: "11", creation_content: { additional_creators: ["{bob}"] } },
  "content of the creation": { creation_content: { "m.federate": false, type: "m.space", "org.example.own": 1 } },
  "another creator claimed": { room_version: "6", creation_content: { creator: "{bob}" } },
  "state of its own": {
    initial_state: [
      { type: "m.room.join_rules", state_key: "", content: { join_rule: "knock" } },
      { type: "org.example.thing", state_key: "key", content: { a: 1 } },
      { type: "m.room.topic", content: { topic: "from state" } }
    ],
    topic: "from topic"
  },
  "guests forbidden": {
    initial_state: [{ type: "m.room.guest_access", state_key: "", content: { guest_access: "forbidden" } }]
  }
}

const refused: Readonly<Record<string, Body>> = {
  "unknown version": { room_version: "99" },
  "version as a number": { room_version: 11 },
  "unknown preset": { preset: "dance_floor" },
  "unknown visibility": { visibility: "translucent" },
  "alias with a space": { room_alias_name: "a b" },
  "alias with a colon": { room_alias_name: "a:b" },
  "alias as a number": { room_alias_name: 5 },
  "empty alias": { room_alias_name: "" },
  "alias in use": { room_alias_name: "taken-{run}" },
  "invite as text": { invite: "{bob}" },
  "invite without @": { invite: ["bob"] },
  "invite of a number": { invite: [5] },
  "remote invite": { invite: ["@far:elsewhere.test"] },
  "state as text": { initial_state: "none" },
  "state without type": { initial_state: [{ state_key: "", content: {} }] },
  "state without content": { initial_state: [{ type: "org.example.thing", state_key: "" }] },
  "power as text": { power_level_content_override: "all" },
  "power levels as text": { power_level_content_override: { ban: "50" } },
  "third-party invites, incomplete": { invite_3pid: [{ medium: "email" }] },
  "name as a number": { name: 5 },
  "topic as a number": { topic: 5 },
  "creation content as text": { creation_content: "none" }
}

const refusals: Scenario = {
  name: "create / refused",
  users: ["admin", "bob", "carol"],
  setup: [create({ room_alias_name: "taken-{run}" })],
  steps: Object.values(refused).map((body) => create(body)),
  watch: {}
}

export const scenarios: ReadonlyArray<Scenario> = [
  ...Object.entries(wanted).map(([name, body]) => made(name, body)),
  refusals
]
