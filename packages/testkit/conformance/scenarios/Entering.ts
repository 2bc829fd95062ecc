/** Joining by id, by alias, with servers named, and leaving and forgetting, from every standing under every rule. */
import type * as Schema from "effect/Schema"
import type { Scenario, Step } from "../Scenario.ts"
import { createRoom, own } from "./Calls.ts"
import { assemble, eachMembership, everyStanding } from "./Standing.ts"

interface Rule {
  readonly name: string
  readonly versions: ReadonlyArray<string>
  readonly rule: Schema.Json
  /** Who of the users is in the room that a restricted rule names. */
  readonly vouched?: "all" | "nobody"
}

const allow: Schema.Json = [{ type: "m.room_membership", room_id: "{club}" }]

const rules: ReadonlyArray<Rule> = [
  { name: "public", versions: ["1", "6", "7", "10", "11", "12"], rule: "public" },
  { name: "invite", versions: ["1", "6", "11", "12"], rule: "invite" },
  { name: "private", versions: ["6", "11", "12"], rule: "private" },
  { name: "knock", versions: ["6", "7", "11", "12"], rule: "knock" },
  ...(["all", "nobody"] as const).flatMap((vouched) => [
    {
      name: `restricted, ${vouched} vouched for`,
      versions: ["7", "8", "9", "11", "12"],
      rule: { join_rule: "restricted", allow },
      vouched
    },
    {
      name: `knock_restricted, ${vouched} vouched for`,
      versions: ["9", "10", "11", "12"],
      rule: { join_rule: "knock_restricted", allow },
      vouched
    }
  ])
]

const ways: Readonly<Record<string, (user: string) => Step>> = {
  "join by id": (user) => own.join(user, "main"),
  "join by id or alias, id": (user) => own.joinByIdOrAlias(user, "{main}"),
  "join by id or alias, alias": (user) => own.joinByIdOrAlias(user, "#hall-{run}:{server}"),
  "join by id or alias, via": (user) => ({ ...own.joinByIdOrAlias(user, "{main}"), query: [["via", "{server}"]] }),
  "join by id or alias, server_name": (user) => ({
    ...own.joinByIdOrAlias(user, "{main}"),
    query: [
      ["server_name", "{server}"],
      ["server_name", "elsewhere.test"]
    ]
  }),
  knock: (user) => own.knock(user, "main"),
  leave: (user) => own.leave(user, "main"),
  forget: (user) => own.forget(user, "main")
}

const scenario = (way: string, act: (user: string) => Step, rule: Rule, version: string): Scenario => {
  const cast = version === "11" || version === "12" ? everyStanding(version) : eachMembership(version)
  const users = Object.keys(cast)
  const club =
    rule.vouched === undefined
      ? []
      : [
          createRoom("club", "admin", { joinRule: "public" }),
          ...(rule.vouched === "all" ? users.map((user) => own.join(user, "club")) : [])
        ]
  return {
    name: `${way} / ${rule.name} / version ${version}`,
    users: ["admin", ...users],
    setup: [
      ...club,
      ...assemble({
        room: "main",
        admin: "admin",
        standings: cast,
        joinRule: rule.rule,
        options: { version, alias: "hall" }
      })
    ],
    steps: users.map(act),
    watch: { main: "admin" }
  }
}

/** A rule says who may join and knock. Where it has no say, or the way in makes no difference to it, two rules do. */
const asked = (way: string, rule: Rule, version: string) =>
  way === "join by id" || way === "knock" || (version === "11" && (rule.name === "public" || rule.name === "invite"))

export const scenarios: ReadonlyArray<Scenario> = Object.entries(ways).flatMap(([way, act]) =>
  rules.flatMap((rule) =>
    rule.versions.filter((version) => asked(way, rule, version)).map((version) => scenario(way, act, rule, version))
  )
)
