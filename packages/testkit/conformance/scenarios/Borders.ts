/** Power levels at their borders: one below, equal, one above; of what the room asks, and of the target. */
import type * as Schema from "effect/Schema"
import type { Scenario, Step } from "../Scenario.ts"
import { other, own, setState } from "./Calls.ts"
import { assemble, type Standing } from "./Standing.ts"

type Body = { readonly [key: string]: Schema.Json }

const asked = { invite: 30, kick: 40, ban: 60 }

interface Border {
  readonly operation: keyof typeof other
  readonly needs: keyof typeof asked
  readonly victim: Standing
}

const borders: ReadonlyArray<Border> = [
  { operation: "invite", needs: "invite", victim: "none" },
  { operation: "kick", needs: "kick", victim: "joined" },
  { operation: "kick", needs: "kick", victim: "knocking" },
  { operation: "ban", needs: "ban", victim: "joined" },
  { operation: "unban", needs: "ban", victim: "banned" }
]

const sides = ["below", "equal", "above"] as const
const distance = { below: -1, equal: 0, above: 1 }

const named = <A>(prefix: string, value: (side: (typeof sides)[number]) => A): Readonly<Record<string, A>> =>
  Object.fromEntries(sides.map((side) => [`${prefix}.${side}`.replace(".", ""), value(side)]))

interface Setting {
  readonly name: string
  readonly version: string
  readonly power: Body
}

const pairs = sides.map((side) => [`actor${side}`, `victim${side}`] as const)

const scenario = (
  name: string,
  setting: Setting,
  border: Border,
  levels: {
    readonly actor: (side: (typeof sides)[number]) => number
    readonly victim: (side: (typeof sides)[number]) => number
  }
): Scenario => {
  const { power, version } = setting
  const standings = { ...named("actor", () => "joined" as const), ...named("victim", () => border.victim) }
  const all = { ...named("actor", levels.actor), ...named("victim", levels.victim) }
  return {
    name: `${border.operation} ${border.victim} / ${name} / ${setting.name}`,
    users: ["admin", ...Object.keys(standings)],
    setup: assemble({
      room: "main",
      admin: "admin",
      standings,
      joinRule: "invite",
      options: { version, power, levels: all }
    }),
    steps: pairs.map(([actor, victim]) => other[border.operation](actor, "main", `{${victim}}`)),
    watch: { main: "admin" }
  }
}

const settings: ReadonlyArray<Setting> = [
  { name: "version 11", version: "11", power: asked },
  { name: "version 12", version: "12", power: asked }
]

const thresholds = settings.flatMap((setting) =>
  borders.map((border) =>
    scenario("around what is asked", setting, border, {
      actor: (side) => asked[border.needs] + distance[side],
      victim: () => 0
    })
  )
)

const relative = settings.slice(0, 2).flatMap((setting) =>
  borders.map((border) =>
    scenario("around the victim's level", setting, border, {
      actor: (side) => 80 + distance[side],
      victim: () => 80
    })
  )
)

/** An unban removes too: where kicking asks for more than banning, both are needed. */
const kickHarder = scenario(
  "around what kicking asks",
  { name: "version 11", version: "11", power: { invite: 0, kick: 70, ban: 20 } },
  { operation: "unban", needs: "ban", victim: "banned" },
  { actor: (side) => 70 + distance[side], victim: () => 0 }
)

/** Levels that an event does not hold have defaults. */
const withoutKeys = borders.map((border): Scenario => {
  const usual = { invite: 0, kick: 50, ban: 50 }[border.needs]
  const base = scenario("around the default", { name: "version 11", version: "11", power: {} }, border, {
    actor: (side) => usual + distance[side],
    victim: () => -5
  })
  const levels = Object.fromEntries([
    ["{admin}", 100],
    ...pairs.flatMap(([actor, victim], index) => [
      [`{${actor}}`, usual + index - 1],
      [`{${victim}}`, -5]
    ])
  ])
  return { ...base, setup: [...base.setup, setState("admin", "main", "m.room.power_levels", "", { users: levels })] }
})

const level = (user: string, change: Body, rest: Body = {}): Step =>
  setState("mod", "main", "m.room.power_levels", "", {
    invite: 50,
    kick: 50,
    ban: 50,
    ...rest,
    users: { "{admin}": 100, "{mod}": 60, "{low}": 40, "{same}": 60, "{high}": 80, [`{${user}}`]: change["to"] ?? 0 }
  })

/** Each change is asked of the same levels, which the admin restores. */
const changes: Scenario = {
  name: "power levels / who may change what",
  users: ["admin", "mod", "low", "same", "high"],
  setup: assemble({
    room: "main",
    admin: "admin",
    standings: { mod: "joined", low: "joined", same: "joined", high: "joined" },
    joinRule: "invite",
    options: { levels: { mod: 60, low: 40, same: 60, high: 80 } }
  }),
  steps: [
    ...(
      [
        ["low", [0, 59, 60, 61]],
        ["same", [59, 60, 61]],
        ["high", [60, 79, 81]],
        ["admin", [0, 100, 101]],
        ["mod", [61, 60, 59]]
      ] as const
    ).flatMap(([user, tos]) => tos.map((to) => level(user, { to }))),
    ...[{ kick: 59 }, { kick: 60 }, { kick: 61 }, { ban: "60" }, { invite: -1 }, { users_default: 61 }].map((rest) =>
      level("low", { to: 40 }, rest)
    ),
    own.leave("mod", "main")
  ],
  watch: { main: "admin" }
}

export const scenarios: ReadonlyArray<Scenario> = [...thresholds, ...relative, kickHarder, ...withoutKeys, changes]
