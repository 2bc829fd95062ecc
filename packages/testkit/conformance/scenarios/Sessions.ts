/** Coming to an account and leaving it: register, log in, refresh, log out, and who one is then. */
import type * as Schema from "effect/Schema"
import { client, type Scenario, type Step } from "../Scenario.ts"

type Body = { readonly [key: string]: Schema.Json }

const post = (path: string, body: Body, more: Partial<Step> = {}): Step => ({
  method: "POST",
  path: client(path),
  body,
  ...more
})
const dummy = { auth: { type: "m.login.dummy" } }
const whoami = (token: string): Step => ({
  method: "GET",
  path: client("/account/whoami"),
  authorization: `Bearer {${token}}`
})

const scenario = (name: string, steps: ReadonlyArray<Step>): Scenario => ({
  name: `sessions / ${name}`,
  users: ["bob"],
  ownAccounts: true,
  setup: [],
  steps,
  watch: {}
})

const login = (body: Body, more: Partial<Step> = {}) => post("/login", body, more)
const byPassword = (user: string, password: string): Body => ({
  type: "m.login.password",
  identifier: { type: "m.id.user", user },
  password
})

/** Localparts with the text of this play in them, so that no other play has taken them. */
const name = "s-{run}"
const registered = post(
  "/register",
  { ...dummy, username: name, password: "secret" },
  { save: { token: "access_token" } }
)

const names = [
  "UPPER-{run}",
  "späth-{run}",
  "with space",
  "a:b",
  "@full:{server}",
  "_under-{run}",
  "",
  "1234567",
  "x".repeat(260)
]

export const scenarios: ReadonlyArray<Scenario> = [
  scenario("register in one step", [registered, whoami("token")]),
  scenario("register in two steps", [
    post("/register", { username: name, password: "secret" }, { save: { session: "session" } }),
    post("/register", { username: name, password: "secret", auth: { type: "m.login.dummy", session: "{session}" } }),
    post("/register", { username: name, password: "secret", auth: { type: "m.login.dummy", session: "{session}" } })
  ]),
  scenario("register without logging in", [
    post("/register", { ...dummy, username: name, password: "secret", inhibit_login: true }),
    login(byPassword(name, "secret"))
  ]),
  scenario("register with a device", [
    post(
      "/register",
      { ...dummy, username: name, password: "secret", device_id: "DEVICE", initial_device_display_name: "D" },
      { save: { token: "access_token" } }
    ),
    whoami("token")
  ]),
  scenario("register a name in use", [
    registered,
    post("/register", { ...dummy, username: name, password: "secret" }),
    post("/register", { username: name, password: "secret" }),
    post("/register", { ...dummy, username: "{bob.localpart}", password: "secret" })
  ]),
  scenario(
    "register odd names",
    names.map((username) => post("/register", { ...dummy, username, password: "secret" }))
  ),
  scenario("register with odd bodies", [
    post("/register", {}),
    post("/register", { auth: {} }),
    post("/register", { auth: { type: "m.login.dance" } }),
    post("/register", { ...dummy, username: 5, password: "secret" }),
    post("/register", { ...dummy, username: "p-{run}", password: 5 }),
    post("/register", { ...dummy, username: "q-{run}" }),
    post("/register", { ...dummy, username: "r-{run}", password: "" }),
    post("/register", dummy, { query: [["kind", "robot"]] }),
    post("/register", { auth: "dummy" }),
    { method: "POST", path: client("/register"), text: "not json" },
    { method: "POST", path: client("/register") },
    { method: "GET", path: client("/register") }
  ]),
  scenario("log in by name and by id", [
    registered,
    login(byPassword(name, "secret"), { save: { second: "access_token" } }),
    login(byPassword(`@${name}:{server}`, "secret")),
    login({ type: "m.login.password", user: name, password: "secret" }),
    login({ ...byPassword(name, "secret"), device_id: "MINE" }, { save: { third: "access_token" } }),
    whoami("token"),
    whoami("second"),
    whoami("third")
  ]),
  scenario("log in wrongly", [
    registered,
    login(byPassword(name, "wrong")),
    login(byPassword("nobody-{run}", "secret")),
    login(byPassword("@far:elsewhere.test", "secret")),
    login({ type: "m.login.dance" }),
    login({ type: "m.login.token", token: "nonsense" }),
    login({}),
    login({ type: "m.login.password" }),
    login({ type: "m.login.password", identifier: { type: "m.id.user", user: name } }),
    login({ type: "m.login.password", identifier: { type: "m.id.dance" }, password: "secret" }),
    login({
      type: "m.login.password",
      identifier: { type: "m.id.thirdparty", medium: "email", address: "a@b.c" },
      password: "secret"
    }),
    login({ type: "m.login.password", identifier: "bob", password: "secret" }),
    login(byPassword("", "secret")),
    { method: "POST", path: client("/login"), text: "not json" }
  ]),
  scenario("ways to log in", [
    { method: "GET", path: client("/login") },
    { method: "GET", path: "/_matrix/client/r0/login" }
  ]),
  scenario("log out of one device", [
    registered,
    login(byPassword(name, "secret"), { save: { second: "access_token" } }),
    post("/logout", {}, { authorization: "Bearer {second}" }),
    whoami("second"),
    whoami("token"),
    post("/logout", {}, { authorization: "Bearer {second}" })
  ]),
  scenario("log out of all devices", [
    registered,
    login(byPassword(name, "secret"), { save: { second: "access_token" } }),
    post("/logout/all", {}, { authorization: "Bearer {second}" }),
    whoami("second"),
    whoami("token"),
    login(byPassword(name, "secret"), { save: { third: "access_token" } }),
    whoami("third")
  ]),
  scenario("log out without a body", [
    registered,
    { method: "POST", path: client("/logout"), authorization: "Bearer {token}" },
    whoami("token")
  ]),
  scenario("log in again on the same device", [
    registered,
    login({ ...byPassword(name, "secret"), device_id: "MINE" }, { save: { second: "access_token" } }),
    login({ ...byPassword(name, "secret"), device_id: "MINE" }, { save: { third: "access_token" } }),
    whoami("second"),
    whoami("third")
  ]),
  scenario("refresh", [
    registered,
    login(
      { ...byPassword(name, "secret"), refresh_token: true },
      { save: { first: "access_token", refresh: "refresh_token" } }
    ),
    whoami("first"),
    post(
      "/refresh",
      { refresh_token: "{refresh}" },
      { save: { next: "access_token", "refresh.next": "refresh_token" } }
    ),
    post("/refresh", { refresh_token: "{refresh}" }),
    whoami("next"),
    whoami("first"),
    post("/refresh", { refresh_token: "{refresh}" })
  ]),
  scenario("refresh wrongly", [
    post("/refresh", { refresh_token: "nonsense" }),
    post("/refresh", { refresh_token: "{bob.token}" }),
    post("/refresh", {}),
    post("/refresh", { refresh_token: 5 }),
    { method: "POST", path: client("/refresh"), text: "not json" },
    { method: "GET", path: client("/refresh") }
  ]),
  scenario("capabilities", [{ as: "bob", method: "GET", path: client("/capabilities") }])
]
