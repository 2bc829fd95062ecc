import { assert, describe, it } from "@effect/vitest"
import * as PlanWarnings from "../../src/plan/PlanWarnings.ts"
import { plan } from "../Stage.ts"

const warnings = (...users: ReadonlyArray<string>) =>
  PlanWarnings.of(plan(...users.map((user) => `invite !a:x ${user}`)).rows)

const crowd = (server: string, size: number) => Array.from({ length: size }, (_, n) => `@user${n}:${server}`)

describe("a warning", () => {
  it("is about somebody whose server is nearly one that many are on, once for each of them", () => {
    const { more, told } = warnings(...crowd("example.org", 40), "@bob:exmaple.org")
    assert.deepStrictEqual(
      told.map((problem) => problem.render("plan.csv")),
      [
        'plan.csv:42:1: user "@bob:exmaple.org": nobody else, or hardly anybody, is on this server, but many are on example.org; is it misspelt?'
      ]
    )
    assert.strictEqual(more, 0)
  })
  it.each([
    ["another server", ["@bob:matrix.org"]],
    ["a server with its own crowd", crowd("example.com", 3)]
  ])("is not about %s", (_, users) => {
    assert.deepStrictEqual(warnings(...crowd("example.org", 40), ...users).told, [])
  })
  it("is about ids that nobody can register any more, with what may be meant where that is plain", () => {
    const { told } = warnings("@Bob:x", "@zoé:x", "@bob.the_builder=7/a-b+c:x")
    assert.deepStrictEqual(
      told.map(({ value, message }) => [value, message.replace(/^.*; /, "")]),
      [
        ["@Bob:x", "did you mean @bob:x?"],
        ["@zoé:x", "ids like this could be registered only in the early days of Matrix"]
      ]
    )
  })
  it("is kept a hundred times, and the rest is counted", () => {
    const { more, told } = warnings(...Array.from({ length: 130 }, (_, n) => `@USER${n}:x`))
    assert.deepStrictEqual([told.length, more], [PlanWarnings.most, 30])
  })
})
