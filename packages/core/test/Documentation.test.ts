import { readdirSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8")
const under = (folder: string) =>
  readdirSync(new URL(`../${folder}`, import.meta.url), { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts")
  )

const sources = under("src").map((name) => ({ name, text: read(`src/${name}`) }))
const examples = new Map(under("examples").map((name) => [name, read(`examples/${name}`)]))

const readme = [...read("README.md").matchAll(/^```ts\n(?<code>.*?)^```$/gmsu)].map(({ groups }) => ({
  name: "README.md",
  code: groups?.["code"] ?? ""
}))

const docstrings = sources.flatMap(({ name, text }) =>
  [...text.matchAll(/^ \* ```ts\n(?<code>.*?)^ \* ```$/gmsu)].map(({ groups }) => ({
    name,
    code: (groups?.["code"] ?? "").replace(/^ \* ?/gmu, "")
  }))
)

const blocks = [...readme, ...docstrings]

describe("examples in docstrings and README.md", () => {
  it.each(blocks)("of $name are files in examples/, which are compiled and run", ({ code }) =>
    assert.include([...examples.values()], code)
  )
  it.each([...examples.keys()])("%s stands in one of them", (name) =>
    assert.include(
      blocks.map(({ code }) => code),
      examples.get(name)
    )
  )
})

/** Types named after the schema beside them share its docstring. */
const undocumented = (text: string): ReadonlyArray<string> => {
  const lines = text.split("\n")
  return lines.flatMap((line, index) => {
    const [, name] = /^export (?:declare )?(?:const|class|interface|type|function) (\w+)/u.exec(line) ?? []
    if (name === undefined || (lines[index - 1] ?? "").endsWith("*/")) return []
    return line === `export type ${name} = typeof ${name}.Type` ? [] : [name]
  })
}

// one endpoint a file: its module comment is the docstring of all that the file exports
const modules = sources.filter(({ name }) => !name.startsWith("endpoints/") && name !== "index.ts")

describe("docstrings", () => {
  it.each(modules)("stand before every export of $name", ({ text }) => assert.deepStrictEqual(undocumented(text), []))
  it.each(
    sources.filter(({ name }) => name.startsWith("endpoints/") && /HttpApiEndpoint\./u.test(read(`src/${name}`)))
  )("of $name name the request line and the specification's section", ({ text }) => {
    assert.match(text, /^ \* `(?:GET|POST) \/_matrix\/client\//mu)
    assert.match(text, /Specification v1\.19: https:\/\/spec\.matrix\.org\/v1\.19\/client-server-api\/#/u)
  })
})
