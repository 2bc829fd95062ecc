/**
 * The JSON Schema of JSON plans, for editors that help to write them. It is made from the tables that rows are read by,
 * and knows the fields by their own names only; the reader takes some more.
 */
import type * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import * as Row from "./PlanRow.ts"

const schemaOf = (field: Row.Field) => Row.fields[field].schema

/** A row of this operation as it is written where no defaults stand in. */
const rowOf = (operation: Row.Operation, wanted: Row.Wanted) => {
  const own = Row.fieldNames.flatMap((field) => {
    if (field === "operation" || wanted[field] === undefined) return []
    return [[field, wanted[field] === "required" ? schemaOf(field) : Schema.optionalKey(schemaOf(field))] as const]
  })
  return Schema.Struct({ operation: Schema.Literal(operation), ...Object.fromEntries(own) })
}

const AnyRow = Schema.Union(
  Row.operations.flatMap((operation) => Row.forms(operation).map((form) => rowOf(operation, form)))
).annotate({ identifier: "Row" })

/** The defaults, and a row where there are some: anything may be left out. */
const Partial = Schema.Struct(
  Object.fromEntries(Row.fieldNames.map((field) => [field, Schema.optionalKey(schemaOf(field))] as const))
).annotate({ identifier: "PartialRow" })

const head = { $schema: Schema.optionalKey(Schema.String), version: Schema.optionalKey(Schema.Literal(1)) }

const rowsOf = <S extends Schema.Constraint>(row: S) => Schema.Array(row).check(Schema.isMinLength(1))

const Plan = Schema.Union([
  rowsOf(AnyRow),
  Schema.Struct({ ...head, rows: rowsOf(AnyRow) }),
  Schema.Struct({ ...head, defaults: Partial, rows: rowsOf(Partial) })
])

/** A complete document of the draft 2020-12. */
export const jsonSchema = (): JsonSchema.JsonSchema => {
  const { definitions, schema } = Schema.toJsonSchemaDocument(Plan, {
    onExcessProperty: "error",
    generateDescriptions: true
  })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A plan of Matrix room membership changes",
    ...schema,
    $defs: definitions
  }
}
