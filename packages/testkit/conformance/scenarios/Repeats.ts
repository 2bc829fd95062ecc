/** The same operation again: with the same words, with others, by somebody else, and after what came in between. */
import type * as Schema from "effect/Schema"
import type { Scenario, Step } from "../Scenario.ts"
import { other, own, read, setState } from "./Calls.ts"
import { assemble, type Standing } from "./Standing.ts"

type Body = { readonly [key: string]: Schema.Json }
type Act = (body: Body) => Step

const words: ReadonlyArray<readonly [name: string, first: Body, second: Body]> = [
  ["no reason, no reason", {}, {}],
  ["a reason, the same", { reason: "a" }, { reason: "a" }],
  ["a reason, another", { reason: "a" }, { reason: "b" }],
  ["no reason, a reason", {}, { reason: "a" }],
  ["a reason, no reason", { reason: "a" }, {}]
]

interface Repeat {
  readonly name: string
  readonly from: Standing
  readonly act: Act
  /** Somebody else does it the second time. */
  readonly again?: Act
}

const on =
  (operation: keyof typeof other, actor: string): Act =>
  (body) =>
    other[operation](actor, "main", "{bob}", body)

const repeats: ReadonlyArray<Repeat> = [
  { name: "join", from: "invited", act: (body) => own.join("bob", "main", body) },
  { name: "knock", from: "none", act: (body) => own.knock("bob", "main", body) },
  { name: "leave after joining", from: "joined", act: (body) => own.leave("bob", "main", body) },
  { name: "leave after an invite", from: "invited", act: (body) => own.leave("bob", "main", body) },
  { name: "leave after knocking", from: "knocking", act: (body) => own.leave("bob", "main", body) },
  { name: "leave after a kick", from: "kicked", act: (body) => own.leave("bob", "main", body) },
  { name: "forget", from: "left", act: (body) => own.forget("bob", "main", body) },
  { name: "kick", from: "joined", act: on("kick", "admin") },
  { name: "unban", from: "banned", act: on("unban", "admin") },
  { name: "invite", from: "none", act: on("invite", "admin") },
  { name: "ban", from: "none", act: on("ban", "admin") },
  { name: "invite by another", from: "none", act: on("invite", "admin"), again: on("invite", "mod") },
  { name: "ban by another", from: "joined", act: on("ban", "admin"), again: on("ban", "mod") },
  { name: "kick by oneself", from: "joined", act: on("kick", "bob") },
  {
    name: "kick, then leave",
    from: "joined",
    act: on("kick", "admin"),
    again: (body) => own.leave("bob", "main", body)
  },
  {
    name: "leave, then kick",
    from: "joined",
    act: (body) => own.leave("bob", "main", body),
    again: on("kick", "admin")
  },
  {
    name: "unban, then leave",
    from: "banned",
    act: on("unban", "admin"),
    again: (body) => own.leave("bob", "main", body)
  },
  { name: "ban, then leave", from: "joined", act: on("ban", "admin"), again: (body) => own.leave("bob", "main", body) },
  { name: "ban, then kick", from: "joined", act: on("ban", "admin"), again: on("kick", "admin") },
  {
    name: "knock, then invite",
    from: "none",
    act: (body) => own.knock("bob", "main", body),
    again: on("invite", "admin")
  },
  {
    name: "invite, then knock",
    from: "none",
    act: on("invite", "admin"),
    again: (body) => own.knock("bob", "main", body)
  }
]

const member = read("admin", "/rooms/{main}/state/m.room.member/{bob}")

const scenario = (
  { act, again = act, from, name }: Repeat,
  [said, first, second]: (typeof words)[number]
): Scenario => ({
  name: `${name}, again / ${said}`,
  users: ["admin", "mod", "bob"],
  setup: assemble({
    room: "main",
    admin: "admin",
    standings: { mod: "joined", bob: from },
    joinRule: "knock",
    options: { levels: { mod: 75 } }
  }),
  steps: [act(first), member, again(second), member, again(second), member],
  watch: { main: "admin" }
})

/**
 * A new profile makes a repetition a new event, for those operations that copy the profile. Nobody looks in between:
 * Synapse takes its time to tell the rooms one is in.
 */
const renamed = repeats
  .filter(({ name }) => ["join", "knock", "invite"].includes(name))
  .map((repeat): Scenario => {
    const base = scenario(repeat, ["under a new name", {}, {}])
    const rename: Step = {
      as: "bob",
      method: "PUT",
      path: "/_matrix/client/v3/profile/{bob}/displayname",
      body: { displayname: "Robert" }
    }
    return { ...base, ownAccounts: true, steps: [repeat.act({}), member, rename, repeat.act({}), member] }
  })

/** The direct way to write a membership, which asks the same rules. */
const written = ["invite", "join", "leave", "ban", "knock", "dance"].map(
  (membership): Scenario => ({
    name: `membership written as state / ${membership}`,
    users: ["admin", "none", "invited", "joined", "left", "banned", "knocking"],
    setup: assemble({
      room: "main",
      admin: "admin",
      standings: {
        none: "none",
        invited: "invited",
        joined: "joined",
        left: "left",
        banned: "banned",
        knocking: "knocking"
      },
      joinRule: "knock"
    }),
    steps: ["none", "invited", "joined", "left", "banned", "knocking"].flatMap((user) => [
      setState("admin", "main", "m.room.member", `{${user}}`, { membership }),
      setState(user, "main", "m.room.member", `{${user}}`, { membership })
    ]),
    watch: { main: "admin" }
  })
)

export const scenarios: ReadonlyArray<Scenario> = [
  ...repeats.flatMap((repeat) => words.map((said) => scenario(repeat, said))),
  ...renamed,
  ...written
]
