import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import { PlanInvalid, Problem, printable, quote } from "../../src/plan/PlanProblem.ts"

describe("render", () => {
  it.each([
    [
      "plan.csv",
      new Problem({ line: 17, column: 14, field: "user", value: "bob", message: "expected a user id" }),
      'plan.csv:17:14: user "bob": expected a user id'
    ],
    ["plan.csv", new Problem({ line: 3, column: 1, field: "room", message: "missing" }), "plan.csv:3:1: room: missing"],
    ["plan.csv", new Problem({ line: 3, column: 9, message: "4 cells" }), "plan.csv:3:9: 4 cells"],
    ["no/such.csv", new Problem({ line: 0, column: 0, message: "no such file" }), "no/such.csv: no such file"],
    ["-", new Problem({ line: 2, column: 1, value: "x", message: "odd" }), 'stdin:2:1: "x": odd']
  ])("of %s says %s", (source, problem, text) => assert.strictEqual(problem.render(source), text))

  it("is one line that cannot steer a terminal, whatever the plan and its name are", () => {
    const evil = "\u001b[2J\u0007\r\n\u009b1m\u202eevil\u2028\u00a0\ud800\ufeff\u{e0041}"
    const line = new Problem({ line: 1, column: 1, field: evil, value: evil, message: evil }).render(evil)
    assert.match(line, /^[\x20-\x7e]+$/)
    assert.include(line, "\\u{1b}[2J\\u{7}\\r\\n\\u{9b}1m\\u{202e}evil\\u{2028}\\u{a0}\\u{d800}\\u{feff}\\u{e0041}")
  })
})

describe("quote", () => {
  it("leaves letters of every script and emoji as they are", () =>
    assert.strictEqual(quote("Zoë 日本 🎉"), '"Zoë 日本 🎉"'))
  it("escapes quotes and backslashes, so that the end of the value can be seen", () =>
    assert.strictEqual(quote('a"b\\'), '"a\\"b\\\\"'))
  it("shortens what is longer than 64 characters and says how long it was", () => {
    assert.strictEqual(quote("x".repeat(64)), `"${"x".repeat(64)}"`)
    assert.strictEqual(quote("x".repeat(2_097_152)), `"${"x".repeat(64)}…" (2097152 characters)`)
  })
  it("does not cut a character in two", () =>
    assert.strictEqual(quote(`${"x".repeat(63)}🎉🎉`), `"${"x".repeat(63)}…" (67 characters)`))
})

describe("printable", () => {
  it("keeps the space and nothing else that is invisible", () =>
    assert.strictEqual(printable("a b\tc\u3000d\u200be"), "a b\\tc\\u{3000}d\\u{200b}e"))
})

describe("PlanInvalid", () => {
  const invalid = (count: number) => {
    const problem = (line: number) => new Problem({ line, column: 1, message: "odd" })
    const rest = Array.from({ length: count - 1 }, (_, index) => problem(index + 2))
    return new PlanInvalid({ source: "plan.csv", problems: [problem(1), ...rest] })
  }
  it("prints 50 problems and counts the rest, but carries all", () => {
    const error = invalid(300)
    const lines = error.message.split("\n")
    assert.strictEqual(lines.length, PlanInvalid.shown + 1)
    assert.deepStrictEqual(lines.slice(-2), ["plan.csv:50:1: odd", "and 250 more"])
    assert.strictEqual(error.problems.length, 300)
  })
  it("counts nothing when all are printed", () =>
    assert.strictEqual(invalid(50).message.split("\n").at(-1), "plan.csv:50:1: odd"))
  it("survives being written as JSON", () => {
    const error = invalid(2)
    const text = JSON.stringify(Schema.encodeSync(PlanInvalid)(error))
    const back = Schema.decodeUnknownSync(PlanInvalid)(JSON.parse(text))
    assert.strictEqual(back.message, error.message)
  })
})
