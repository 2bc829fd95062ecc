/**
 * Plans in JSON: a list of rows, or an object with `rows`, and with `defaults` for what the rows leave out; and in
 * NDJSON, a row a line. A default counts for the operations that take its field.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Cells from "./PlanCells.ts"
import * as Column from "./PlanColumn.ts"
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

/** What surrounds the rows: what is wrong with it, and the defaults. */
interface Frame {
  readonly problems: ReadonlyArray<Problem>
  readonly defaults: JsonRow.Fields
  readonly hasRows: boolean
}

const readObject = (plan: Json.Record): Frame => {
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
  return { problems: [...problems, ...JsonRow.defaultProblems(defaults)], defaults, hasRows: rows?.kind === "list" }
}

const readFrame = (value: Json.Value): Frame => {
  switch (value.kind) {
    case "list":
      return { problems: [], defaults: JsonRow.none, hasRows: true }
    case "object":
      return readObject(value)
    default: {
      const problem = JsonRow.mistyped(undefined, "a list of rows or an object with rows", value)
      return { problems: [problem], defaults: JsonRow.none, hasRows: false }
    }
  }
}

/** The row in a text that begins at the given place. */
const readRow = (text: string, place: Json.Place, defaults: JsonRow.Fields): ReadonlyArray<Item> => {
  const plain = defaults === JsonRow.none ? PlainRow.read(text) : undefined
  const checked = plain === undefined ? undefined : Cells.check(plain.cells)
  if (plain !== undefined && checked !== undefined && Result.isSuccess(checked)) {
    return [Result.succeed({ ...checked.success, line: place.line, column: place.column + plain.column - 1 })]
  }
  const { problems, value } = Json.parse(text, place)
  return [...problems.map(Result.fail), ...(value === undefined ? [] : JsonRow.read(value, defaults))]
}

/** Where the rows are in a text, in sixteen bytes each. */
const makePieces = () => {
  const columns = { offset: Column.make(), end: Column.make(), line: Column.make(), column: Column.make() }
  let size = 0
  return {
    add: ({ broken, column, end, line, offset }: Json.Piece) => {
      // nothing is said of a row with a syntax error in it but that
      if (broken) return
      columns.offset.push(offset)
      columns.end.push(end)
      columns.line.push(line)
      columns.column.push(column)
      size++
    },
    *read(text: string, defaults: JsonRow.Fields) {
      for (let row = 0; row < size; row++) {
        const place = { line: columns.line.at(row) ?? 1, column: columns.column.at(row) ?? 1 }
        yield* readRow(text.slice(columns.offset.at(row), columns.end.at(row)), place, defaults)
      }
    }
  }
}

function* itemsOf(text: string, line: number): Generator<Item> {
  const pieces = makePieces()
  const { problems, value } = Json.parse(text, { line, column: 1 }, pieces.add)
  yield* problems.map(Result.fail)
  if (value === undefined) return
  const { defaults, hasRows, problems: more } = readFrame(value)
  yield* more.map(Result.fail)
  if (hasRows) yield* pieces.read(text, defaults)
}

/** So many items are handed on together: few enough that they are gone before the collector moves them. */
const atOnce = 64

/** The rows of a JSON document. Its text is held as a whole; of its rows, one at a time. */
export const rows = <E, R>(lines: Stream.Stream<Line, E, R>): Stream.Stream<Item, E, R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      let first: number | undefined
      const blocks = yield* lines.pipe(
        Stream.mapArray((chunk) => {
          first ??= chunk[0].number
          return [chunk.map(({ text }) => text).join("")]
        }),
        Stream.runCollect
      )
      return Stream.fromIterable(itemsOf(blocks.join(""), first ?? 1), { chunkSize: atOnce })
    })
  )

const readLine = ({ number, text }: Line): ReadonlyArray<Item> =>
  text.trim() === "" ? [] : readRow(text.trimEnd(), { line: number, column: 1 }, JsonRow.none)

/** The rows of an NDJSON file: an object on each line that is not empty. */
export const rowsByLine = <E, R>(lines: Stream.Stream<Line, E, R>): Stream.Stream<Item, E, R> =>
  lines.pipe(
    Stream.mapAccumArray(
      () => undefined,
      (_, chunk) => [undefined, chunk.flatMap(readLine)]
    )
  )
