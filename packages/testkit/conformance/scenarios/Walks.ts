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
  () => "public",
  () => "invite",
  () => "knock",
  members("restricted"),
  members("knock_restricted"),
  () => "private"
]

const reasons = [{}, {}, {}, { reason: "a" }, { reason: "b" }] as const

type Turn = (chance: Chance.Chance, actor: string, room: string) => Step

/** Ann, who has the most power, is asked as often as the others together: a walk in which all is refused goes nowhere. */
const powerful = ["ann", "ann", "ann", "bob", "cid", "dot"] as const

const toward =
  (operation: keyof typeof other): Turn =>
  (chance, _, room) =>
    other[operation](chance.pick(powerful), room, `{${chance.pick(users)}}`, chance.pick(reasons))

const alone =
  (operation: keyof typeof own): Turn =>
  (chance, actor, room) =>
    own[operation](actor, operation === "joinByIdOrAlias" ? `{${room}}` : room, chance.pick(reasons))

const often = (times: number, turn: Turn): ReadonlyArray<Turn> => Array.from({ length: times }, () => turn)

const turns: readonly [Turn, ...ReadonlyArray<Turn>] = [
  alone("joinByIdOrAlias"),
  ...often(8, alone("join")),
  ...often(2, alone("knock")),
  ...often(2, alone("leave")),
  ...often(1, alone("forget")),
  ...often(7, toward("invite")),
  ...often(2, toward("kick")),
  ...often(2, toward("ban")),
  ...often(4, toward("unban")),
  (chance, _, room) => setJoinRule(chance.pick(powerful), room, chance.pick(rules)(room))
]

const versions = ["11", "11", "12", "12", "10", "8"] as const

const walk = (seed: number): Scenario => {
  const chance = Chance.make(seed)
  const room = (name: string) =>
    createRoom(name, "keeper", {
      version: chance.pick(versions),
      joinRule: chance.pick(["public", "public", "invite", "knock"]),
      invite: ["ann", chance.pick(["bob", "cid", "dot"])],
      levels
    })
  return {
    name: `walk ${String(seed).padStart(3, "0")}`,
    users: ["keeper", ...users],
    setup: [...rooms.map(room), ...rooms.map((name) => own.join("ann", name))],
    steps: Array.from({ length: 30 }, () => chance.pick(turns)(chance, chance.pick(users), chance.pick(rooms))),
    watch: { hall: "keeper", club: "keeper" },
    joinedRooms: users
  }
}

export const scenarios: ReadonlyArray<Scenario> = Array.from({ length: 300 }, (_, index) => walk(index + 1))
