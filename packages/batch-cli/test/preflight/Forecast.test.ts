import { assert, describe, it } from "@effect/vitest"
import type { Operation } from "../../src/Operations.ts"
import * as Forecast from "../../src/preflight/Forecast.ts"
import * as Possible from "../../src/preflight/Possible.ts"
import * as Power from "../../src/preflight/Power.ts"
import * as RosterTable from "../../src/preflight/RosterTable.ts"

const people = ["@me:x", "@bob:x", "@cem:x", "email:dan@x"] as const
type Person = (typeof people)[number]
type Step = readonly [operation: Operation, target?: Person, actor?: Person]

interface World {
  /** By person; of those who are not named nothing is known. */
  readonly members?: { readonly [P in Person]?: Parameters<typeof Possible.only>[0] | "absent" }
  readonly levels?: { readonly [key: string]: unknown }
}

const creation = { sender: "@host:x", content: { room_version: "11" } }

const forecast = ({ levels, members = {} }: World, ...steps: ReadonlyArray<Step>) => {
  const table = RosterTable.make()
  people.forEach((name, person) => {
    table.expect(0, person)
    const state = members[name]
    if (state === "absent") table.narrow(0, person, Possible.absent)
    else if (state !== undefined) table.learn(0, person, state)
  })
  const step = (row: number) => steps[row] ?? assert.fail("no such row")
  const power = levels === undefined ? undefined : Power.make(creation, levels)
  const actor = (row: number) => people.indexOf(step(row)[2] ?? "@me:x")
  const made = Forecast.make(
    {
      size: steps.length,
      operation: (row) => step(row)[0],
      room: () => 0,
      actor,
      target: (row) => {
        const [, target] = step(row)
        return target === undefined ? actor(row) : people.indexOf(target)
      },
      person: (n) => people[n] ?? assert.fail("nobody"),
      lost: () => undefined,
      power: () => power
    },
    table
  )
  return steps.map((_, row) => {
    const verdict = made.verdict(row)
    const doubt = made.isCertain(row) ? "" : "?"
    return verdict._tag === "send" ? `send${doubt}` : `${verdict._tag}: ${verdict.because}`
  })
}

const organiser = { users: { "@me:x": 100 } }

describe("a row", () => {
  it("goes where everything that decides is seen, and in doubt where it is not", () => {
    assert.deepStrictEqual(
      forecast({ members: { "@me:x": "join", "@bob:x": "leave" }, levels: organiser }, ["invite", "@bob:x"]),
      ["send"]
    )
    assert.deepStrictEqual(forecast({ members: { "@me:x": "join", "@bob:x": "leave" } }, ["invite", "@bob:x"]), [
      "send?"
    ])
    assert.deepStrictEqual(forecast({}, ["invite", "@bob:x"]), ["send?"])
  })
  it("changes nothing where it is so already", () => {
    const members = { "@me:x": "join", "@bob:x": "join", "@cem:x": "ban" } as const
    assert.deepStrictEqual(
      forecast({ members, levels: organiser }, ["join"], ["invite", "@bob:x"], ["kick", "@cem:x"], ["unban", "@bob:x"]),
      ["unchanged: already joined", "unchanged: already joined", "unchanged: banned", "unchanged: not banned"]
    )
  })
  it("cannot work for somebody who is not in the room", () => {
    assert.deepStrictEqual(forecast({ members: { "@me:x": "absent" } }, ["invite", "@bob:x"], ["kick", "@bob:x"]), [
      "impossible: @me:x is not in the room",
      "impossible: @me:x is not in the room"
    ])
  })
  it("cannot work without the level that it takes", () => {
    const members = { "@me:x": "join", "@bob:x": "join", "@cem:x": "leave" } as const
    const levels = { users: { "@me:x": 40, "@bob:x": 40 }, invite: 41, kick: 40, ban: 50 }
    assert.deepStrictEqual(
      forecast(
        { members, levels },
        ["invite", "@cem:x"],
        ["ban", "@cem:x"],
        ["kick", "@bob:x"],
        ["invite", "email:dan@x"]
      ),
      [
        "impossible: inviting takes level 41, and @me:x has 40",
        "impossible: banning takes level 50, and @me:x has 40",
        "impossible: their level, 40, is not below 40, that of @me:x",
        "impossible: inviting takes level 41, and @me:x has 40"
      ]
    )
  })
  it("cannot lift a ban without the levels for banning and for kicking", () => {
    const members = { "@me:x": "join", "@bob:x": "ban" } as const
    const unban = (levels: World["levels"] & object) => forecast({ members, levels }, ["unban", "@bob:x"])
    assert.deepStrictEqual(unban({ ban: 10, kick: 60, users: { "@me:x": 50 } }), [
      "impossible: unbanning takes the level for kicking too, 60, and @me:x has 50"
    ])
    assert.deepStrictEqual(unban({ ban: 60, kick: 10, users: { "@me:x": 50 } }), [
      "impossible: unbanning takes level 60, and @me:x has 50"
    ])
    assert.deepStrictEqual(unban({ users: { "@me:x": 50 } }), ["send"])
  })
  it("cannot work against a ban", () => {
    const members = { "@me:x": "join", "@bob:x": "ban" } as const
    const steps: ReadonlyArray<Step> = [
      ["invite", "@bob:x"],
      ["join", "@bob:x", "@bob:x"],
      ["knock", "@bob:x", "@bob:x"],
      ["leave", "@bob:x", "@bob:x"]
    ]
    for (const verdict of forecast({ members, levels: organiser }, ...steps))
      assert.match(verdict, /^impossible: banned/u)
  })
  it("about an address is never certain and never met, however often", () => {
    assert.deepStrictEqual(
      forecast(
        { members: { "@me:x": "join" }, levels: organiser },
        ["invite", "email:dan@x"],
        ["invite", "email:dan@x"]
      ),
      ["send?", "send?"]
    )
  })
  it("about oneself is judged as what it is", () => {
    const at = (state: "join" | "leave") =>
      forecast(
        { members: { "@me:x": state }, levels: organiser },
        ["invite", "@me:x"],
        ["ban", "@me:x"],
        ["kick", "@me:x"],
        ["forget"]
      )
    assert.deepStrictEqual(at("join"), [
      "unchanged: already joined",
      "impossible: nobody can ban themselves",
      "send?",
      "send?"
    ])
    assert.deepStrictEqual(at("leave"), [
      "impossible: @me:x is not in the room",
      "impossible: nobody can ban themselves",
      "unchanged: not in the room",
      "send"
    ])
  })
})

describe("a row changes what is to come", () => {
  it("by bringing its actor in, perhaps", () => {
    assert.deepStrictEqual(
      forecast(
        { members: { "@me:x": "absent", "@bob:x": "leave" } },
        ["invite", "@bob:x"],
        ["join"],
        ["invite", "@bob:x"]
      ),
      ["impossible: @me:x is not in the room", "send?", "send?"]
    )
  })
  it("by taking its actor out", () => {
    const members = { "@me:x": "join", "@bob:x": "leave" } as const
    assert.deepStrictEqual(forecast({ members, levels: organiser }, ["leave"], ["invite", "@bob:x"], ["leave"]), [
      "send",
      "impossible: @me:x is not in the room",
      "unchanged: not in the room"
    ])
  })
  it("by changing where its target stands", () => {
    const members = { "@me:x": "join", "@bob:x": "leave" } as const
    assert.deepStrictEqual(
      forecast(
        { members, levels: organiser },
        ["invite", "@bob:x"],
        ["kick", "@bob:x"],
        ["kick", "@bob:x"],
        ["ban", "@bob:x"],
        ["invite", "@bob:x"],
        ["unban", "@bob:x"],
        ["invite", "@bob:x"]
      ),
      ["send", "send", "unchanged: not in the room", "send", "impossible: banned; unban them first", "send", "send"]
    )
  })
  it("for one actor and not for another", () => {
    const members = { "@me:x": "absent", "@cem:x": "join", "@bob:x": "leave" } as const
    assert.deepStrictEqual(
      forecast({ members, levels: { users: { "@cem:x": 50 } } }, ["invite", "@bob:x"], ["invite", "@bob:x", "@cem:x"]),
      ["impossible: @me:x is not in the room", "send"]
    )
  })
})
