import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"

const read = (name: string) => readFileSync(new URL(name, import.meta.url), "utf8")
const pages = ["../README.md", "../packages/batch-cli/README.md"]
const blocks = pages
  .flatMap((page) => [...read(page).matchAll(/^```ts\n(?<code>.*?)^```$/gmsu)])
  .map(({ groups }) => groups?.["code"] ?? "")
const programs = readdirSync(new URL(".", import.meta.url))
  .filter((name) => name.endsWith(".ts"))
  .map(read)

describe("README.md, and the page of batch-cli", () => {
  it("show programs", () => assert.isAtLeast(blocks.length, 3))
  it.each(blocks)("show a program that stands in examples/ to the letter, and so compiles: %#", (block) =>
    assert.include(programs, block)
  )
})
