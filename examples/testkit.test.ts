import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8")
const page = read("../packages/testkit/README.md")
const blocks = [...page.matchAll(/^```ts\n(?<code>.*?)^```$/gmsu)].map(({ groups }) => groups?.["code"] ?? "")

const programs = [
  "welcome.test.ts",
  "faults.test.ts",
  "limits.test.ts",
  "welcome.node-test.ts",
  "attendance.ts",
  "attendance.test.ts"
]

describe("packages/testkit/README.md", () => {
  it("shows the programs about the fake, each to the letter, and no others", () =>
    assert.deepStrictEqual(new Set(blocks), new Set(programs.map(read))))
})

describe("node:test", () => {
  it("runs its example", async () => {
    const file = new URL("welcome.node-test.ts", import.meta.url).pathname
    const { stdout } = await promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap", file])
    assert.match(stdout, /^# pass 1$/mu)
    assert.match(stdout, /^# fail 0$/mu)
  })
})
