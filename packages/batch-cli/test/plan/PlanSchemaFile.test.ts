/** The schema as it is published, judged by a validator that knows nothing of plans. */
import { readdirSync, readFileSync } from "node:fs"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Plan from "../../src/plan/Plan.ts"

const folder = new URL("../../../../examples/", import.meta.url)
const examples = readdirSync(folder).filter((name) => /\.(?:csv|ndjson|json)$/.test(name) && name !== "package.json")
const textOf = (name: string) => readFileSync(new URL(name, folder), "utf8")

const parse = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Json))
const published = parse(readFileSync(new URL("../../schema/plan.schema.json", import.meta.url), "utf8"))
const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(
  Schema.decodeUnknownSync(Schema.Record(Schema.String, Schema.Json))(published)
)
const accepts = (plan: Schema.Json): boolean => validate(plan)

const isRead = (plan: Schema.Json) =>
  Plan.read("-").pipe(
    Effect.provide([
      FileSystem.layerNoop({}),
      Stdio.layerTest({ stdin: Stream.make(new TextEncoder().encode(JSON.stringify(plan))) })
    ]),
    Effect.isSuccess
  )

it("is what the tables say; `node schema/generate.ts` writes it", () => {
  assert.deepStrictEqual<unknown>(published, parse(JSON.stringify(Plan.jsonSchema())))
})

it.live.each(examples)("the example %s is a plan", (name) =>
  Effect.gen(function* () {
    const plan = yield* Plan.read(new URL(name, folder).pathname)
    assert.isAbove(plan.rows.size, 2)
  }).pipe(Effect.provide(NodeServices.layer))
)

const isList = (value: Schema.Json): value is Schema.JsonArray => Array.isArray(value)

/** Every plan that is one step away: a value of another type, a key misspelt, a key too many, an entry gone. */
function* mutations(value: Schema.Json): Generator<Schema.Json> {
  if (value === null || typeof value !== "object") {
    yield typeof value === "string" ? `nope ${value}` : "nope"
    yield 5
    yield null
    yield {}
    return
  }
  if (isList(value)) {
    for (const [index, item] of value.entries()) for (const other of mutations(item)) yield value.with(index, other)
    yield { ...value }
    return
  }
  yield { ...value, colour: "red" }
  yield []
  for (const [key, item] of Object.entries(value)) {
    const { [key]: _, ...rest } = value
    yield rest
    yield { ...rest, [`${key}x`]: item }
    for (const other of mutations(item)) yield { ...value, [key]: other }
  }
}

describe.each(examples.filter((name) => name.endsWith(".json")))("of %s", (name) => {
  const plan = parse(textOf(name))
  it("the schema takes it", () => assert.isTrue(accepts(plan), JSON.stringify(validate.errors)))
  // what defaults leave out only the reader can see
  const isWhole = isList(plan)
  it.effect("the schema refuses mutations, and where rows are whole it refuses all that the reader refuses", () =>
    Effect.gen(function* () {
      let refused = 0
      for (const mutated of mutations(plan)) {
        const taken = accepts(mutated)
        if (!taken) refused++
        // the reader takes some things more, such as a list of servers as one text, but never less
        else if (isWhole && isList(mutated) && !(yield* isRead(mutated))) assert.fail(JSON.stringify(mutated))
      }
      assert.isAbove(refused, 20)
    })
  )
})
