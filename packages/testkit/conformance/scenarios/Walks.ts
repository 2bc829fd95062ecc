/** Four users do what comes to mind in two rooms, thirty times. A fifth, who created both, only watches. */
import type * as Schema from "effect/Schema"
import type { Scenario, Step } from "../Scenario.ts"
import { createRoom, other, own, setJoinRule } from "./Calls.ts"
import * as Chance from "./Chance.ts"

const users = ["ann", "bob", "cid", "dot"] as const
const rooms = ["hall", "club"] as const
const levels = { ann: 100, bob: 50, cid: 25 }

type Rule = (room: string) => Schema.Json

const members =
  (rule: string): Rule =>
  (room) => ({
    join_rule: rule,
    allow: [{ type: "m.room_membership", room_id: room === "hall" ? "{club}" : "{hall}" }]
  })

const rules: readonly [Rule, ...ReadonlyArray<Rule>] = [
  () => "public",
  () => "public",
  () => "invite",
  () => "knock",
  members("restricted"),
  members("knock_restricted"),
  () => "private"
]

const reasons = [{}, {}, {}, { reason: "a" }, { reason: "b" }] as const

type Turn = (chance: Chance.Chance, actor: string, room: string) => Step

const toward =
  (operation: keyof typeof other): Turn =>
  (chance, actor, room) =>
    other[operation](actor, room, `{${chance.pick(users)}}`, chance.pick(reasons))

const alone =
  (operation: keyof typeof own): Turn =>
  (chance, actor, room) =>
    own[operation](actor, operation === "joinByIdOrAlias" ? `{${room}}` : room, chance.pick(reasons))

/** As often as they stand here. */
const turns: readonly [Turn, ...ReadonlyArray<Turn>] = [
  alone("join"),
  alone("join"),
  alone("join"),
  alone("joinByIdOrAlias"),
  alone("knock"),
  alone("knock"),
  alone("leave"),
  alone("leave"),
  alone("forget"),
  toward("invite"),
  toward("invite"),
  toward("invite"),
  toward("kick"),
  toward("kick"),
  toward("ban"),
  toward("ban"),
  toward("unban"),
  toward("unban"),
  (chance, actor, room) => setJoinRule(actor, room, chance.pick(rules)(room))
]

const versions = ["11", "11", "12", "12", "10", "8"] as const

const walk = (seed: number): Scenario => {
  const chance = Chance.make(seed)
  const room = (name: string) =>
    createRoom(name, "keeper", {
      version: chance.pick(versions),
      joinRule: chance.pick(["public", "invite", "knock"]),
      invite: [chance.pick(users)],
      levels
    })
  return {
    name: `walk ${String(seed).padStart(3, "0")}`,
    users: ["keeper", ...users],
    ownAccounts: true,
    setup: rooms.map(room),
    steps: Array.from({ length: 30 }, () => chance.pick(turns)(chance, chance.pick(users), chance.pick(rooms))),
    watch: { hall: "keeper", club: "keeper" },
    joinedRooms: users
  }
}

export const scenarios: ReadonlyArray<Scenario> = Array.from({ length: 300 }, (_, index) => walk(index + 1))
