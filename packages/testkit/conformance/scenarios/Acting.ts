/** Inviting, kicking, banning and unbanning: every constellation of actor and target, on every standing of the target. */
import { onR0, type Scenario } from "../Scenario.ts"
import { other } from "./Calls.ts"
import { assemble, everyStanding, type Standing } from "./Standing.ts"

interface Constellation {
  readonly name: string
  /** The creator acts when absent. */
  readonly actor?: { readonly standing: Standing; readonly level: number }
  /** The level of every target. */
  readonly level: number
  readonly version?: string
}

const joined = (name: string, level: number, target: number): Constellation => ({
  name,
  actor: { standing: "joined", level },
  level: target
})

const absent = (standing: Standing): Constellation => ({
  name: `powerful but ${standing}`,
  actor: { standing, level: 75 },
  level: 0
})

const constellations: ReadonlyArray<Constellation> = [
  { name: "creator on member", level: 0 },
  joined("moderator on member", 50, 0),
  joined("just below moderator on member", 49, 0),
  joined("moderator on one level less", 50, 49),
  joined("moderator on equal", 50, 50),
  joined("moderator on one level more", 50, 51),
  joined("member on member", 0, 0),
  absent("none"),
  absent("invited"),
  absent("left"),
  absent("kicked"),
  absent("banned"),
  absent("knocking"),
  { name: "creator on member", level: 0, version: "12" },
  { ...joined("moderator on member", 50, 0), version: "12" },
  { ...joined("highest level on member", Number.MAX_SAFE_INTEGER, 0), version: "12" },
  { name: "creator on member", level: 0, version: "6" }
]

const scenario = (operation: keyof typeof other, { actor, level, name, version = "11" }: Constellation): Scenario => {
  const targets = everyStanding(version)
  const names = Object.keys(targets)
  const acting = actor === undefined ? "admin" : "actor"
  const levels = Object.fromEntries([
    ...(level === 0 ? [] : names.map((target) => [target, level] as const)),
    ...(actor === undefined ? [] : [["actor", actor.level] as const])
  ])
  // the creator, the actor itself, and two whom the server does not know
  const others = [
    "{admin}",
    ...(actor === undefined ? [] : ["{actor}"]),
    "@ghost-{run}:{server}",
    "@far:elsewhere.test"
  ]
  return {
    name: `${operation} / ${name} / version ${version}`,
    users: ["admin", ...(actor === undefined ? [] : ["actor"]), ...names],
    setup: assemble({
      room: "main",
      admin: "admin",
      standings: actor === undefined ? targets : { ...targets, actor: actor.standing },
      joinRule: "invite",
      options: { version, levels }
    }),
    steps: [...names.map((target) => `{${target}}`), ...others].map((target) =>
      other[operation](acting, "main", target)
    ),
    watch: { main: "admin" }
  }
}

const operations = ["invite", "kick", "ban", "unban"] as const

const all = operations.flatMap((operation) => constellations.map((constellation) => scenario(operation, constellation)))

export const scenarios: ReadonlyArray<Scenario> = [
  ...all,
  ...all.filter(({ name }) => name.endsWith("moderator on member / version 11")).map(onR0)
]
