/** The library runs wherever there is a `fetch`: its sources ask for nothing of Node, of a browser, or of a package. */
import { readdirSync, readFileSync } from "node:fs"
import { builtinModules } from "node:module"
import { assert, describe, it } from "@effect/vitest"

const folder = new URL("../src/", import.meta.url)
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), "utf8") }))

/** Without comments, in which there may be words. */
const code = (text: string) => text.replace(/\/\*.*?\*\//gsu, "").replace(/(?<![:"'`])\/\/.*$/gmu, "")

const imports = (text: string) =>
  [...code(text).matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["'](?<from>[^"']+)["']/gu)].map(
    ({ groups }) => groups?.["from"] ?? ""
  )

const modulesOfNode = new Set(builtinModules)
/** Names that only Node, only a browser, or only other runtimes know. */
const elsewhere =
  /(?<![\w$.?"'`-])(?:process|Buffer|global|__dirname|__filename|require|setImmediate|window|document|navigator|localStorage|XMLHttpRequest|Deno|Bun)(?![\w$]|"|'|`|\s*:)/u

it("the sources are found, so that what follows looks at something", () => {
  assert.isAbove(sources.length, 30)
  assert.include(imports(sources.find(({ name }) => name === "Session.ts")?.text ?? ""), "effect/Effect")
})

it("the searches find what they are made to find", () => {
  assert.deepStrictEqual(
    imports('import * as fs from "node:fs"\nimport "fs"\nconst x = await import("./y.ts"); require("os") // from "no"'),
    ["node:fs", "fs", "./y.ts", "os"]
  )
  for (const line of ["process.env", "Buffer.from(x)", "x = require(y)", "new XMLHttpRequest()"])
    assert.match(code(line), elsewhere)
  for (const line of ["// process", "a.process", "{ process: 1 }", '"Buffer"', "processed"])
    assert.notMatch(code(line), elsewhere)
})

describe.each(sources)("$name", ({ text }) => {
  it("imports effect by path, and its neighbours with their extension, and nothing else", () => {
    const others = imports(text).filter(
      (from) => !(/^effect\/[A-Za-z/-]+$/u.test(from) || /^\.{1,2}\/[\w/.-]+\.ts$/u.test(from))
    )
    assert.deepStrictEqual(others, [])
    assert.isFalse(imports(text).some((from) => from.startsWith("node:") || modulesOfNode.has(from)))
  })
  it("names nothing that only one runtime knows", () => assert.notMatch(code(text), elsewhere))
})
