import { assert, describe, it } from "@effect/vitest"
import type { Answer, Play } from "../../conformance/Answer.ts"
import * as Compare from "../../conformance/Compare.ts"
import type { Scenario } from "../../conformance/Scenario.ts"

const scenario: Scenario = {
  name: "two steps",
  users: ["bob"],
  setup: [],
  steps: [
    { as: "bob", method: "POST", path: "/one", body: {} },
    { as: "bob", method: "GET", path: "/two" }
  ],
  watch: {}
}

const played = (...answers: ReadonlyArray<Answer>): Play => ({ scenario: scenario.name, answers })
const found = (left: Play, right: Play) => Compare.differences(scenario, left, right)
const ok: Answer = { status: 200 }

describe("two plays", () => {
  it("are alike when nothing differs but the order of keys", () => {
    const left = played(ok, { status: 200, body: { a: 1, b: [{ c: 2, d: 3 }] } })
    const right = played(ok, { status: 200, body: { b: [{ d: 3, c: 2 }], a: 1 } })
    assert.deepStrictEqual(found(left, right), [])
  })

  it.each<readonly [string, Answer]>([
    ["status", { status: 201 }],
    ["errcode", { status: 200, errcode: "M_UNKNOWN" }],
    ["body", { status: 200, body: { room_id: "{main}" } }],
    ["members", { status: 200, members: { main: { "{bob}": "join" } } }],
    ["joined rooms", { status: 200, joined: { bob: ["{main}"] } }],
    ["Retry-After header", { status: 200, retryAfter: true }],
    ["time to come back", { status: 200, retryAt: 5000 }]
  ])("differ where the %s does", (_, other) => {
    const [difference, ...more] = found(played(ok, ok), played(ok, other))
    assert.strictEqual(difference?.step, 2)
    assert.strictEqual(difference?.left, "200")
    assert.notStrictEqual(difference?.right, "200")
    assert.deepStrictEqual(more, [])
  })

  it("forgive a server that came to a limit seconds later, not one that counts another call", () => {
    const refused = (retryAt: number): Answer => ({ status: 429, errcode: "M_LIMIT_EXCEEDED", retryAt })
    assert.deepStrictEqual(found(played(ok, refused(100_000)), played(ok, refused(103_000))), [])
    assert.strictEqual(found(played(ok, refused(100_000)), played(ok, refused(200_000))).length, 1)
  })

  it("differ when a step was not answered", () => {
    assert.deepStrictEqual(
      found(played(ok, ok), played(ok)).map(({ step }) => step),
      [2]
    )
  })

  it("prove nothing when neither could be played", () => {
    const broken: Play = { scenario: scenario.name, answers: [], broken: "no room" }
    assert.strictEqual(found(broken, broken).length, 1)
  })
})

describe("the report", () => {
  const long = (last: string): Answer => ({ status: 200, body: { chunk: [{ a: "x".repeat(200) }, { b: last, c: 1 }] } })

  it("shows the two answers under the call", () => {
    const lines = Compare.render(
      { left: "Synapse", right: "fake" },
      found(played(ok, ok), played({ status: 403, errcode: "M_FORBIDDEN" }, ok))
    )
    assert.deepStrictEqual(lines.split("\n"), [
      "two steps, step 1: bob POST /one {}",
      "  Synapse | 200",
      "  fake    | 403 M_FORBIDDEN"
    ])
  })

  it("leaves out of long bodies what they have in common", () => {
    const [difference] = found(played(ok, long("left")), played(ok, long("right")))
    assert.strictEqual(difference?.left, '200 {"chunk":[{"b":"left"}]}')
    assert.strictEqual(difference?.right, '200 {"chunk":[{"b":"right"}]}')
  })
})
