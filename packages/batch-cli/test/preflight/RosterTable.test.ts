import { assert, describe, it } from "@effect/vitest"
import * as Possible from "../../src/preflight/Possible.ts"
import * as RosterTable from "../../src/preflight/RosterTable.ts"

describe("a table", () => {
  it("knows nothing of rooms that were not read", () => {
    const table = RosterTable.make()
    table.expect(0, 1)
    assert.strictEqual(table.possible(0, 1), Possible.anything)
    assert.isUndefined(table.membership(0, 1))
  })
  it("takes whoever is not on a room's list to be out of the room", () => {
    const table = RosterTable.make()
    for (const person of [1, 2]) table.expect(0, person)
    table.learnRoom(0, [[1, "ban"]])
    assert.strictEqual(table.membership(0, 1), "ban")
    assert.strictEqual(table.membership(0, 2), "leave")
  })
  it("takes nobody to be out of a room of which it knows single members", () => {
    const table = RosterTable.make()
    for (const person of [1, 2]) table.expect(0, person)
    table.learn(0, 1, "invite")
    assert.isUndefined(table.membership(0, 2))
  })
  it("keeps nothing of people whom nobody expects, however long the list", () => {
    const table = RosterTable.make()
    table.expect(0, 7)
    table.learnRoom(
      0,
      Array.from({ length: 1000 }, (_, person) => [person, "join"] as const)
    )
    assert.strictEqual(table.membership(0, 7), "join")
    assert.strictEqual(table.membership(0, 8), "leave")
    assert.isTrue(table.expect(0, 8))
  })
  it("says once of everybody that they are new", () => {
    const table = RosterTable.make()
    assert.deepStrictEqual([table.expect(3, 4), table.expect(3, 4), table.expect(4, 3)], [true, false, true])
  })
  it("is certain only where one membership is left", () => {
    const table = RosterTable.make()
    table.expect(0, 1)
    table.narrow(0, 1, Possible.absent)
    assert.isUndefined(table.membership(0, 1))
    assert.isFalse(Possible.has(table.possible(0, 1), "join"))
    table.learn(0, 1, "knock")
    assert.strictEqual(table.membership(0, 1), "knock")
  })
  it("goes its own ways as a copy", () => {
    const table = RosterTable.make()
    table.expect(0, 1)
    table.learn(0, 1, "join")
    const copy = table.copy()
    copy.learn(0, 1, "ban")
    copy.expect(5, 5)
    assert.deepStrictEqual([table.membership(0, 1), copy.membership(0, 1)], ["join", "ban"])
    assert.isTrue(table.expect(5, 5))
  })
  it("remembers a hundred thousand people in a thousand rooms as a map does", () => {
    const table = RosterTable.make()
    const model = new Map<string, string>()
    for (let n = 0; n < 100_000; n++) {
      const [room, person] = [(n * 7919) % 1000, (n * 104_729) % 5000]
      const state = Possible.states[n % 5] ?? "join"
      table.expect(room, person)
      table.learn(room, person, state)
      model.set(`${room} ${person}`, state)
    }
    for (const [pair, state] of model) {
      const [room = 0, person = 0] = pair.split(" ").map(Number)
      if (table.membership(room, person) !== state)
        assert.fail(`${pair}: ${table.membership(room, person)}, not ${state}`)
    }
  })
})
