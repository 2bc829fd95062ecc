/** Application services: one token, many users. Whom may it speak for, whom may it register, and which limits count? */
import type * as Schema from "effect/Schema"
import { client, type Scenario, type Step } from "../Scenario.ts"
import { createRoom, other, own, read } from "./Calls.ts"
import { lowered } from "./Limits.ts"

type Body = { readonly [key: string]: Schema.Json }

/** The step by a service, in whose name the query says, if in anybody's. */
const by = (service: string, step: Step, query: Step["query"] = []): Step => {
  const { as: _, ...rest } = step
  return { ...rest, authorization: `Bearer {${service}.token}`, query: [...(step.query ?? []), ...query] }
}

const speaking = (service: string, user: string, step: Step) => by(service, step, [["user_id", user]])

const register = (body: Body): Step => ({ method: "POST", path: client("/register"), body })

const ofService = { type: "m.login.application_service" }

/** A user of the service, from then on called by that name. */
const enlist = (service: string, user: string, prefix: string): Step => ({
  ...by(service, register({ ...ofService, username: `${prefix}_${user}-{run}` })),
  save: { [user]: "user_id" }
})

const calls: ReadonlyArray<Step> = [
  read("", "/account/whoami"),
  own.join("", "main"),
  own.joinByIdOrAlias("", "{main}"),
  read("", "/joined_rooms"),
  read("", "/rooms/{main}/members"),
  other.invite("", "main", "{cid}"),
  other.kick("", "main", "{bob}"),
  own.leave("", "main"),
  own.forget("", "main"),
  own.knock("", "main"),
  { method: "POST", path: client("/createRoom"), body: {} },
  { method: "GET", path: client("/rooms/{main}/state/m.room.member/{bob}") }
]

/** Whom it says to be, by who that is to the service. */
const assertions: Readonly<Record<string, string>> = {
  "a user of its own": "{mine}",
  "itself, by name": "@botkeeper:{server}",
  "one of its own whom it has not registered": "@bot_nobody-{run}:{server}",
  "a user like any other": "{bob}",
  "nobody whom the server knows": "@ghost-{run}:{server}",
  "a user of another service": "{theirs}",
  "a user of another server": "@bot_far:elsewhere.test",
  "a local part": "bot_mine-{run}",
  nothing: ""
}

const base: Omit<Scenario, "name" | "steps"> = {
  users: ["admin", "bob", "cid"],
  setup: [
    enlist("bots", "mine", "bot"),
    enlist("clerks", "theirs", "clerk"),
    createRoom("main", "admin", { joinRule: "public", power: { invite: 0, kick: 0 } }),
    own.join("bob", "main")
  ],
  watch: { main: "admin" },
  services: true
}

const asserting = Object.entries(assertions).map(
  ([name, user]): Scenario => ({
    ...base,
    name: `services / speaking for ${name}`,
    steps: calls.map((step) => speaking("bots", user, step))
  })
)

const silent: Scenario = {
  ...base,
  name: "services / speaking for itself",
  steps: [
    read("", "/account/whoami"),
    read("", "/rooms/{main}/members"),
    own.join("", "main"),
    own.leave("", "main"),
    own.forget("", "main")
  ].map((step) => by("bots", step))
}

/** A token of a user's own does not become a service's by the same words. */
const userAsserting: Scenario = {
  ...base,
  name: "services / a user speaking for one of theirs",
  steps: calls.map((step) => ({ ...step, as: "bob", query: [["user_id", "{mine}"]] }))
}

const devices: Scenario = {
  ...base,
  name: "services / devices",
  steps: [
    by("bots", read("", "/account/whoami"), [
      ["user_id", "{mine}"],
      ["device_id", "NOWHERE"]
    ]),
    {
      ...by("bots", register({ ...ofService, username: "bot_with-{run}", device_id: "DEVICE" })),
      save: { with: "user_id" }
    },
    by("bots", read("", "/account/whoami"), [
      ["user_id", "{with}"],
      ["device_id", "DEVICE"]
    ])
  ]
}

const login = (user: string): Body => ({ ...ofService, identifier: { type: "m.id.user", user } })

const entries: ReadonlyArray<Step> = [
  by("bots", register({ ...ofService, username: "bot_new-{run}" })),
  by("bots", register({ ...ofService, username: "bot_new-{run}" })),
  by("bots", register({ ...ofService, username: "bot_quiet-{run}", inhibit_login: true })),
  by("bots", register({ ...ofService, username: "outside-{run}" })),
  by("bots", register({ ...ofService, username: "clerk_outside-{run}" })),
  by("bots", register(ofService)),
  by("bots", register({ username: "bot_typeless-{run}" })),
  by("bots", register({ ...ofService, username: 5 })),
  register({ ...ofService, username: "bot_tokenless-{run}" }),
  { ...register({ ...ofService, username: "bot_wrong-{run}" }), authorization: "Bearer nonsense" },
  register({ auth: { type: "m.login.dummy" }, username: "bot_stolen-{run}", password: "password" }),
  register({ auth: { type: "m.login.dummy" }, username: "clerk_open-{run}", password: "password" }),
  ...["{mine}", "{bob}", "{theirs}", "@bot_nobody-{run}:{server}", "bot_mine-{run}"].map((user) =>
    by("bots", { method: "POST", path: client("/login"), body: login(user) })
  ),
  { method: "POST", path: client("/login"), body: login("{mine}") }
]

const entering: Scenario = { ...base, name: "services / registration and login", steps: entries, watch: {} }

/** The same joins and leaves by users of both services, of which one is under the limits. */
const limited = (limiter: string): ReadonlyArray<Scenario> => {
  const limits = lowered[limiter]
  if (limits === undefined) return []
  const rooms = ["one", "two", "three"]
  return ["bots", "clerks"].map((service) => ({
    name: `services / under limits / ${limiter} / ${service}`,
    users: ["keeper"],
    marks: { keeper: "unlimited" },
    setup: [
      enlist(service, "worker", service === "bots" ? "bot" : "clerk"),
      ...rooms.map((room) => createRoom(room, "keeper", { joinRule: "public" }))
    ],
    steps: [
      ...rooms.map((room) => own.join("", room)),
      own.leave("", "one"),
      own.join("", "one"),
      own.leave("", "two"),
      own.leave("", "three"),
      own.joinByIdOrAlias("", "{two}")
    ].map((step) => speaking(service, "{worker}", step)),
    watch: Object.fromEntries(rooms.map((room) => [room, "keeper"])),
    limits,
    services: true as const
  }))
}

export const scenarios: ReadonlyArray<Scenario> = [
  ...asserting,
  silent,
  userAsserting,
  devices,
  entering,
  ...limited("joins and messages")
]
