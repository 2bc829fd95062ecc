import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8")
const blocks = [...read("../README.md").matchAll(/^```ts\n(?<code>.*?)^```$/gmsu)].map(
  ({ groups }) => groups?.["code"] ?? ""
)
const programs = readdirSync(new URL(".", import.meta.url))
  .filter((name) => name.endsWith(".ts"))
  .map(read)

describe("README.md", () => {
  it("shows programs", () => assert.isAtLeast(blocks.length, 2))
  it.each(blocks)("shows a program that stands in examples/ to the letter, and so compiles: %#", (block) =>
    assert.include(programs, block)
  )
})
