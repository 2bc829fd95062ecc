/** How somebody can stand to a room, and how they come to stand so. */
import type * as Schema from "effect/Schema"
import type { Step } from "../Scenario.ts"
import { createRoom, other, own, type RoomOptions, setJoinRule } from "./Calls.ts"

export const standings = ["none", "invited", "joined", "left", "kicked", "banned", "knocking", "forgotten"] as const
export type Standing = (typeof standings)[number]

/** Those a user reaches by accepting an invite first. */
const entered: ReadonlyArray<string> = ["joined", "left", "kicked", "forgotten"]

/** From having no part in the room, or an invite where one is needed, to the standing. */
const steps = (user: string, standing: Standing, room: string, admin: string): ReadonlyArray<Step> => {
  switch (standing) {
    case "none":
    case "invited":
      return []
    case "joined":
      return [own.join(user, room)]
    case "left":
      return [own.join(user, room), own.leave(user, room)]
    case "kicked":
      return [own.join(user, room), other.kick(admin, room, `{${user}}`)]
    case "banned":
      return [other.ban(admin, room, `{${user}}`)]
    case "knocking":
      return [own.knock(user, room)]
    case "forgotten":
      return [own.join(user, room), own.leave(user, room), own.forget(user, room)]
  }
}

/** Whether a room of this version can be knocked on at all. */
export const canKnock = (version: string) => Number(version) >= 7

export interface Cast {
  readonly room: string
  readonly admin: string
  /** By user. */
  readonly standings: Readonly<Record<string, Standing>>
  /** The rule of the room once everybody is in place. */
  readonly joinRule: Schema.Json
  readonly options?: Omit<RoomOptions, "joinRule" | "invite">
}

/** Creates a room in which everybody stands as asked, under a rule that lets them, and gives it its own rule last. */
export const assemble = ({ admin, joinRule, options = {}, room, standings: wanted }: Cast): ReadonlyArray<Step> => {
  const users = Object.entries(wanted)
  const meanwhile = users.some(([, standing]) => standing === "knocking") ? "knock" : "invite"
  const invite = users.flatMap(([user, standing]) => (standing === "invited" || entered.includes(standing) ? user : []))
  return [
    createRoom(room, admin, { ...options, invite, joinRule: meanwhile }),
    ...users.flatMap(([user, standing]) => steps(user, standing, room, admin)),
    ...(joinRule === meanwhile ? [] : [setJoinRule(admin, room, joinRule)])
  ]
}

/** Everybody is called as they stand. Nobody knocks where nobody can. */
const named = (all: ReadonlyArray<Standing>, version: string): Readonly<Record<string, Standing>> =>
  Object.fromEntries(all.filter((name) => name !== "knocking" || canKnock(version)).map((name) => [name, name]))

export const everyStanding = (version = "11") => named(standings, version)

/** One of each membership, for what is much like what was asked with all. */
export const eachMembership = (version = "11") =>
  named(["none", "invited", "joined", "left", "banned", "knocking"], version)
