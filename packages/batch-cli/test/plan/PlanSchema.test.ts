import { assert, describe, it } from "@effect/vitest"
import * as Arbitrary from "effect/Arbitrary"
import * as JsonSchema from "effect/JsonSchema"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import * as PlanCells from "../../src/plan/PlanCells.ts"
import * as PlanRow from "../../src/plan/PlanRow.ts"
import { jsonSchema } from "../../src/plan/PlanSchema.ts"

/** The published document, read back by something that knows nothing of plans. */
const published = SchemaRepresentation.fromJsonSchemaDocument(JsonSchema.fromSchemaDraft2020_12(jsonSchema()), {
  patterns: "apply"
})
const decode = Schema.decodeUnknownResult(Schema.toType(published), { onExcessProperty: "error" })
const accepts = (plan: unknown) => Result.isSuccess(decode(plan))

const join = { operation: "join", room: "#a:x" }

describe("the JSON Schema", () => {
  it.each([
    [[join]],
    [{ rows: [join, { operation: "invite", room: "!a:x", user: "@b:x", reason: "hi" }] }],
    [{ $schema: "plan.schema.json", version: 1, rows: [join] }],
    [{ defaults: { operation: "invite", room: "!a:x" }, rows: [{ user: "@b:x" }, {}] }]
  ])("takes %j", (plan) => assert.isTrue(accepts(plan)))

  it.each([
    ["a row alone", join],
    ["nothing", {}],
    ["no rows", []],
    ["no rows in an object", { rows: [] }],
    ["another version", { version: 2, rows: [join] }],
    ["a key that is not known", { rows: [join], row: 1 }],
    ["a field that is not known", [{ ...join, colour: "red" }]],
    ["an operation that is not known", [{ ...join, operation: "nuke" }]],
    ["a bad room", [{ ...join, room: "hall" }]],
    ["a user of another type", [{ ...join, user: 5 }]],
    ["an incomplete row where no defaults stand in", { rows: [{ room: "#a:x" }] }]
  ])("refuses %s", (_, plan) => assert.isFalse(accepts(plan)))

  const maybe = (...values: ReadonlyArray<string>) => Arbitrary.schema(Schema.Literals([...values, "absent"]))
  it.prop(
    "takes exactly the rows that are read",
    {
      operation: maybe(...PlanRow.operations, "nuke"),
      room: maybe("!a:x", "#a:x", "#a", "!a ", "@a:x"),
      user: maybe("@b:x", "b:x", "!a:x"),
      reason: maybe("hi")
    },
    (cells) => {
      const given = Object.fromEntries(Object.entries(cells).filter(([, value]) => value !== "absent"))
      assert.strictEqual(accepts([given]), Result.isSuccess(PlanCells.check(given)))
    },
    { arbitrary: { runs: 500 } }
  )
})
