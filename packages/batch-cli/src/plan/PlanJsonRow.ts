/** One row of a JSON plan, and the defaults that stand in for what rows leave out: both are objects of texts. */
import * as Result from "effect/Result"
import * as Cells from "./PlanCells.ts"
import type * as Json from "./PlanJsonValue.ts"
import { Problem } from "./PlanProblem.ts"
import * as Row from "./PlanRow.ts"

/** The fields of an object, each with its place; `problems` is what could not be taken for one. */
export interface Fields {
  readonly values: ReadonlyMap<Row.Field, Json.Text>
  readonly given: ReadonlySet<Row.Field>
  readonly problems: ReadonlyArray<Problem>
}

export const none: Fields = { values: new Map(), given: new Set(), problems: [] }

interface Told {
  readonly field?: string
  readonly value?: string
  readonly message: string
}

/** A problem at the place of a key or value. */
export const problemAt = ({ column, line }: Json.Place, told: Told): Problem => new Problem({ line, column, ...told })

const nameOf = (value: Json.Value) =>
  value.kind === "object" ? "an object" : value.kind === "null" ? "null" : `a ${value.kind}`

/** `expected text in double quotes, found a number`. */
export const mistyped = (field: string | undefined, what: string, value: Json.Value): Problem =>
  problemAt(value, {
    ...(field === undefined ? {} : { field }),
    ...("value" in value && value.value !== null ? { value: String(value.value) } : {}),
    message: `expected ${what}, found ${nameOf(value)}`
  })

/** The text in a value. Servers may be a list too; it is made one text, because that is how fields are checked. */
const textOf = (field: Row.Field, value: Json.Value): Result.Result<Json.Text, Problem> => {
  if (value.kind === "text") return Result.succeed(value)
  if (field !== "via" || value.kind !== "list") return Result.fail(mistyped(field, "text in double quotes", value))
  const servers: Array<string> = []
  for (const item of value.items) {
    if (item.kind !== "text") return Result.fail(mistyped(field, "text in double quotes", item))
    if (!/^[^\s,]+$/.test(item.value)) {
      return Result.fail(
        problemAt(item, { field, value: item.value, message: "expected one server name in each item" })
      )
    }
    servers.push(item.value)
  }
  return Result.succeed({ kind: "text", line: value.line, column: value.column, value: servers.join(" ") })
}

export const fieldsOf = ({ entries }: Json.Record): Fields => {
  const values = new Map<Row.Field, Json.Text>()
  const keys = new Map<Row.Field, Json.Text>()
  const problems: Array<Problem> = []
  for (const { key, value } of entries) {
    const field = Row.fieldNamed(key.value)
    const earlier = field && keys.get(field)
    if (field === undefined) {
      problems.push(problemAt(key, { field: "key", value: key.value, message: Row.unknownName(key.value) }))
    } else if (earlier !== undefined) {
      const message = `the ${field} is given on line ${earlier.line}, column ${earlier.column} already`
      problems.push(problemAt(key, { field: "key", value: key.value, message }))
    } else {
      keys.set(field, key)
      const text = textOf(field, value)
      if (Result.isSuccess(text)) values.set(field, text.success)
      else problems.push(text.failure)
    }
  }
  return { values, given: new Set(keys.keys()), problems }
}

/** What is wrong with a default by itself, whatever row it is for. */
export const defaultProblems = ({ problems, values }: Fields): ReadonlyArray<Problem> => [
  ...problems,
  ...[...values].flatMap(([field, place]) => {
    const medium = values.get("medium")?.value ?? "email"
    const message = place.value === "" ? undefined : Cells.objection[field](place.value, { medium })
    return message === undefined ? [] : [problemAt(place, { field, value: place.value, message })]
  })
]

/** The texts of a row: its own, an empty one included, go before the defaults that its operation can use. */
const cellsOf = (own: Fields, defaults: Fields): Cells.Cells => {
  const text = (field: Row.Field) => (own.given.has(field) ? own : defaults).values.get(field)?.value
  const wanted = Row.wanted({
    operation: text("operation"),
    // an address in the row stands for the user of the defaults
    user: own.given.has("address") ? own.values.get("user")?.value : text("user"),
    medium: text("medium"),
    address: text("address")
  })
  const cells: { [F in Row.Field]?: string } = {}
  for (const field of Row.fieldNames) {
    const cell = own.given.has(field) || wanted[field] !== undefined ? text(field) : undefined
    if (cell !== undefined && cell !== "") cells[field] = cell
  }
  return cells
}

/** The row in a value, or what is wrong with it. Nothing is said of a row with a syntax error in it. */
export const read = (value: Json.Value, defaults: Fields): ReadonlyArray<Row.Item> => {
  if (value.kind !== "object") return [Result.fail(mistyped(undefined, "a row, which is an object", value))]
  if (value.broken) return []
  const own = fieldsOf(value)
  const cells = cellsOf(own, defaults)
  const checked = Cells.check(cells)
  if (Result.isSuccess(checked) && own.problems.length === 0) {
    return [Result.succeed({ ...checked.success, line: value.line, column: value.column })]
  }
  const complaints = (Result.isSuccess(checked) ? [] : checked.failure).flatMap((complaint) => {
    const place = own.values.get(complaint.field)
    if (place !== undefined) return [problemAt(place, complaint)]
    // of another type here, or wrong where the default stands: that has been said
    const isTold = own.given.has(complaint.field) || cells[complaint.field] !== undefined
    return isTold ? [] : [problemAt(value, complaint)]
  })
  return [...own.problems, ...complaints].map(Result.fail)
}
