import { assert, describe, it } from "@effect/vitest"
import { namesIn, onR0, type Step, touched } from "../../conformance/Scenario.ts"
import { families } from "../../conformance/scenarios/All.ts"
import * as Chance from "../../conformance/scenarios/Chance.ts"

const all = Object.values(families).flat()

const namesOf = (step: Step) =>
  namesIn([step.path, step.authorization ?? "", JSON.stringify([step.query ?? [], step.body ?? null])].join(" "))

describe("the scenarios", () => {
  it("have names of their own, since answers are recorded under them", () => {
    const names = all.map(({ name }) => name)
    assert.deepStrictEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      []
    )
  })

  it("use only names that a participant or an earlier step gives them", () => {
    const missing = all.flatMap((scenario) => {
      const known = new Set([
        "server",
        "run",
        "identity.server",
        "bots.token",
        "clerks.token",
        "identity.key",
        "another.key",
        ...Object.keys(scenario.signatures ?? {}),
        ...scenario.users.flatMap((user) => [user, `${user}.localpart`, `${user}.token`])
      ])
      return [...scenario.setup, ...scenario.steps].flatMap((step) => {
        const unknown = namesOf(step).filter((name) => !known.has(name))
        for (const name of Object.keys(step.save ?? {})) known.add(name)
        return unknown.map((name) => `${scenario.name}: {${name}}`)
      })
    })
    assert.deepStrictEqual(missing, [])
  })

  it("have their rooms watched by participants", () => {
    const strangers = all.flatMap(({ name, users, watch }) =>
      Object.values(watch).flatMap((watcher) => (users.includes(watcher) ? [] : [`${name}: ${watcher}`]))
    )
    assert.deepStrictEqual(strangers, [])
  })

  it("are the same whenever they are made", () => {
    const draw = (seed: number) => {
      const chance = Chance.make(seed)
      return Array.from({ length: 20 }, () => chance.pick([1, 2, 3, 4, 5, 6]))
    }
    assert.deepStrictEqual(draw(7), draw(7))
    assert.notDeepEqual(draw(7), draw(8))
    assert.strictEqual(new Set(draw(7)).size, 6)
  })
})

describe("a step", () => {
  const [first] = all
  const scenario = {
    name: "s",
    users: ["keeper", "bob", "cid"],
    setup: [],
    steps: [],
    watch: { hall: "keeper", club: "keeper" },
    joinedRooms: ["bob", "cid"]
  }

  it("touches the rooms and users it names", () => {
    const step: Step = { as: "bob", method: "POST", path: "/rooms/{hall}/invite", body: { user_id: "{cid}" } }
    assert.deepStrictEqual(touched(scenario, step), { rooms: ["hall"], users: ["bob", "cid"] })
  })

  it("may touch every room when it writes and names none, as a join by alias does", () => {
    assert.deepStrictEqual(touched(scenario, { as: "bob", method: "POST", path: "/join/#a:{server}" }).rooms, [
      "hall",
      "club"
    ])
    assert.deepStrictEqual(touched(scenario, { as: "bob", method: "GET", path: "/joined_rooms" }).rooms, [])
  })

  it("is taken to the paths of r0 without a change else", () => {
    assert.isDefined(first)
    if (first === undefined) return
    const paths = onR0(first).steps.map(({ path }) => path)
    assert.isTrue(paths.every((path) => path.startsWith("/_matrix/client/r0/")))
    assert.strictEqual(paths.length, first.steps.length)
  })
})
