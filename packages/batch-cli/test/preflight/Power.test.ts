import { assert, describe, it } from "@effect/vitest"
import * as Power from "../../src/preflight/Power.ts"

const created = (version: string, content: object = {}) => ({
  type: "m.room.create",
  sender: "@host:x",
  content: { room_version: version, ...content }
})

const levelsOf = (power: Power.Power | undefined, ...users: ReadonlyArray<string>) =>
  users.map((user) => power?.of(user))

describe("levels", () => {
  it("are those of the event, and the defaults for what it leaves out", () => {
    const power = Power.make(created("11"), { users: { "@a:x": 60 }, users_default: 5, kick: 60 })
    assert.deepStrictEqual(levelsOf(power, "@a:x", "@b:x", "@host:x"), [60, 5, 5])
    assert.deepStrictEqual(power?.takes, { invite: 0, kick: 60, ban: 50 })
  })
  it("are 100 for the creator alone where the room has none", () => {
    assert.deepStrictEqual(levelsOf(Power.make(created("11"), null), "@host:x", "@b:x"), [100, 0])
    assert.deepStrictEqual(levelsOf(Power.make({ creator: "@old:x" }, null), "@old:x", "@b:x"), [100, 0])
  })
  it("are infinite for all creators from version 12 on", () => {
    const creation = created("12", { additional_creators: ["@co:x"] })
    for (const levels of [null, { users: { "@b:x": 50 }, ban: 70 }]) {
      const [host, other, bob] = levelsOf(Power.make(creation, levels), "@host:x", "@co:x", "@b:x")
      assert.deepStrictEqual([host, other], [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
      assert.strictEqual(bob, levels === null ? 0 : 50)
    }
  })
  it("may be texts of numbers, as they were before version 10", () => {
    const power = Power.make(created("9"), { users: { "@a:x": "60" }, users_default: "-1", ban: " 7 " })
    assert.deepStrictEqual(levelsOf(power, "@a:x", "@b:x"), [60, -1])
    assert.strictEqual(power?.takes.ban, 7)
  })
})

describe("nothing is made of", () => {
  it.each([
    ["levels that are no numbers", created("11"), { users: { "@a:x": "much" } }],
    ["a list of users", created("11"), { users: [] }],
    ["a threshold of another kind", created("11"), { kick: { level: 50 } }],
    ["a version of somebody's own", created("org.example.1"), {}],
    ["a room of version 12 whose creator is not told", { room_version: "12" }, {}],
    ["a room without levels whose creator is not told", { room_version: "11" }, null],
    ["a creation that is none", { sender: 5, content: {} }, {}]
  ])("%s", (_, creation, levels) => {
    assert.isUndefined(Power.make(creation, levels))
  })
})

it("has the same print exactly as long as nothing changes", () => {
  const print = (levels: { readonly [key: string]: unknown } | null, creation = created("12")) =>
    Power.make(creation, levels)?.print
  assert.strictEqual(
    print({ users: { "@a:x": 1, "@b:x": 2 }, events: { "m.room.name": 3 } }),
    print({ users: { "@b:x": 2, "@a:x": 1 } })
  )
  const different = [
    print({}),
    print(null),
    print({ users: { "@a:x": 1 } }),
    print({ users_default: 1 }),
    print({ ban: 51 }),
    print({}, created("11")),
    print({}, created("12", { additional_creators: ["@co:x"] }))
  ]
  assert.strictEqual(new Set(different).size, different.length)
})
