/**
 * Plans in JSON: a list of rows, or an object with `rows`, and with `defaults` for what the rows leave out; and in
 * NDJSON, a row a line. A default counts for the operations that take its field.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Cells from "./PlanCells.ts"
import * as Hint from "./PlanHint.ts"
import * as PlainRow from "./PlanJsonPlain.ts"
import * as JsonRow from "./PlanJsonRow.ts"
import * as Json from "./PlanJsonValue.ts"
import type { Problem } from "./PlanProblem.ts"
import { fieldNamed, type Item } from "./PlanRow.ts"
import type { Line } from "./PlanText.ts"

const keys = ["$schema", "version", "defaults", "rows"] as const
type Key = (typeof keys)[number]

const unknownKey = (key: Json.Text): Problem => {
  const meant = Hint.nearest(key.value, keys)
  const isRow = fieldNamed(key.value) !== undefined
  const hint = isRow
    ? "; is this a row? A plan is a list of them"
    : meant === undefined
      ? ""
      : `; did you mean ${meant}?`
  const message = `not known; expected ${Hint.oneOf(keys)}${hint}`
  return JsonRow.problemAt(key, { field: "key", value: key.value, message })
}

const shapes: { readonly [K in Key]: { readonly kind: Json.Value["kind"]; readonly expected: string } } = {
  $schema: { kind: "text", expected: "text in double quotes" },
  version: { kind: "number", expected: "the number 1" },
  defaults: { kind: "object", expected: "an object" },
  rows: { kind: "list", expected: "a list" }
}

const misshapen = (key: Key, value: Json.Value): ReadonlyArray<Problem> => {
  const { expected, kind } = shapes[key]
  if (value.kind !== kind) return [JsonRow.mistyped(key, expected, value)]
  if (key !== "version" || value.kind !== "number" || value.value === 1) return []
  return [
    JsonRow.problemAt(value, { field: key, value: String(value.value), message: "expected 1, the only one there is" })
  ]
}

const readObject = (plan: Json.Record): ReadonlyArray<Item> => {
  const problems: Array<Problem> = []
  const found = new Map<Key, Json.Value>()
  for (const { key, value } of plan.entries) {
    const known = keys.find((name) => name === key.value)
    if (known === undefined) {
      problems.push(unknownKey(key))
    } else if (found.has(known)) {
      problems.push(JsonRow.problemAt(key, { field: "key", value: key.value, message: "given already" }))
    } else {
      found.set(known, value)
      problems.push(...misshapen(known, value))
    }
  }
  const rows = found.get("rows")
  if (rows === undefined && !plan.broken) {
    problems.push(
      JsonRow.problemAt(plan, { field: "rows", message: "missing; the rows of the plan stand in a list of this name" })
    )
  }
  const standIn = found.get("defaults")
  const defaults = standIn?.kind === "object" ? JsonRow.fieldsOf(standIn) : JsonRow.none
  return [
    ...[...problems, ...JsonRow.defaultProblems(defaults)].map(Result.fail),
    ...(rows?.kind === "list" ? rows.items.flatMap((row) => JsonRow.read(row, defaults)) : [])
  ]
}

const readPlan = (value: Json.Value): ReadonlyArray<Item> => {
  switch (value.kind) {
    case "list":
      return value.items.flatMap((row) => JsonRow.read(row, JsonRow.none))
    case "object":
      return readObject(value)
    default:
      return [Result.fail(JsonRow.mistyped(undefined, "a list of rows or an object with rows", value))]
  }
}

const itemsOf = (
  { problems, value }: Json.Parsed,
  read: (value: Json.Value) => ReadonlyArray<Item>
): ReadonlyArray<Item> => [...problems.map(Result.fail), ...(value === undefined ? [] : read(value))]

/** The rows of a JSON document, which has to be read as a whole. */
export const rows = <E, R>(lines: Stream.Stream<Line, E, R>): Stream.Stream<Item, E, R> =>
  Stream.unwrap(
    Effect.map(Stream.runCollect(lines), (all) =>
      Stream.fromIterable(itemsOf(Json.parse(all.map((line) => line.text).join(""), all[0]?.number), readPlan))
    )
  )

const readLine = ({ number, text }: Line): ReadonlyArray<Item> => {
  const plain = PlainRow.read(text)
  const checked = plain === undefined ? undefined : Cells.check(plain.cells)
  if (plain !== undefined && checked !== undefined && Result.isSuccess(checked)) {
    return [Result.succeed({ ...checked.success, line: number, column: plain.column })]
  }
  return text.trim() === ""
    ? []
    : itemsOf(Json.parse(text.trimEnd(), number), (value) => JsonRow.read(value, JsonRow.none))
}

/** The rows of an NDJSON file: an object on each line that is not empty. */
export const rowsByLine = <E, R>(lines: Stream.Stream<Line, E, R>): Stream.Stream<Item, E, R> =>
  lines.pipe(
    Stream.mapAccumArray(
      () => undefined,
      (_, chunk) => [undefined, chunk.flatMap(readLine)]
    )
  )
