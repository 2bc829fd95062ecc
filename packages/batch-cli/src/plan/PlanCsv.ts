/**
 * Plans in CSV: a header that names the columns in any order, then one row a record. Delimiters are the comma, the
 * semicolon and the tab, found from the header; comments and empty lines are skipped.
 */
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import * as Cells from "./PlanCells.ts"
import * as Records from "./PlanCsvRecords.ts"
import { Problem } from "./PlanProblem.ts"
import * as Row from "./PlanRow.ts"
import type { Line } from "./PlanText.ts"

interface Header {
  /** The field of each column; columns without a use have none. */
  readonly columns: ReadonlyArray<Row.Field | undefined>
  /** Cells beyond must be empty. */
  readonly width: number
  readonly line: number
  /** Fields that have no column, and of which that has been said. */
  readonly lacking: ReadonlySet<Row.Field>
}

/** Before the header, and for good when the header is of no use, there is nothing to read rows by. */
type State = Header | "expected" | "useless"

type Step = readonly [State, ReadonlyArray<Row.Item>]

/** In terms of the tokenizer's own messages, which is all it says about the kind of a syntax error. */
const syntaxProblem = (record: Records.Broken): Problem => {
  const { column = 1, kind, message } = record.error
  const place = Records.placesIn(record)(column - 1)
  const last = record.lines[record.lines.length - 1]?.number ?? place.line
  const told =
    kind === "RecordSize"
      ? "a row longer than 16 MiB; is there a quote that is never closed?"
      : message.startsWith("Unterminated")
        ? "the quote opened here is never closed"
        : message.startsWith("Unexpected")
          ? "a quote inside the cell; put the cell in quotes and write the quote twice"
          : place.line < last
            ? `the quote opened here is closed in the middle of line ${last}; is one missing?`
            : "text behind the closing quote; a quote inside quotes is written twice"
  return new Problem({ ...place, message: told })
}

const isBlank = (cell: string | undefined) => cell === undefined || cell.trim() === ""

const missingColumn = (line: number, field: Row.Field, why: string) =>
  new Problem({ line, column: 1, field: "column", value: field, message: `missing; ${why}` })

const readHeader = (record: Records.Record): Step => {
  const { cells } = record
  const [{ number: line }] = record.lines
  const width = cells.findLastIndex((cell) => !isBlank(cell)) + 1
  const columns = cells.slice(0, width).map(Row.fieldNamed)
  if (columns.every((field) => field === undefined)) {
    const message = "no column is known; the first line names the columns, such as operation,room,user,reason"
    return ["useless", [Result.fail(new Problem({ line, column: 1, message }))]]
  }
  const place = Records.placesIn(record)
  const problems = columns.flatMap((field, index) => {
    const earlier = field === undefined ? -1 : columns.indexOf(field)
    if (earlier === index) return []
    const value = cells[index] ?? ""
    const message = earlier === -1 ? Row.unknownName(value) : `column ${earlier + 1} is the ${field} already`
    return [new Problem({ ...place(index), field: "column", value, message })]
  })
  const lacking = (["operation", "room"] as const).filter((field) => !columns.includes(field))
  const all = [...lacking.map((field) => missingColumn(line, field, "every plan needs it")), ...problems]
  return [{ columns, width, line, lacking: new Set(lacking) }, all.map(Result.fail)]
}

const misshapen = (record: Records.Record, { width }: Header): Problem | undefined => {
  const { cells } = record
  if (cells.length < width) {
    const message = `${cells.length} ${cells.length === 1 ? "cell" : "cells"}, but the header names ${width} columns`
    return new Problem({ ...Records.placesIn(record)(cells.length), message })
  }
  const surplus = cells.findIndex((cell, index) => index >= width && !isBlank(cell))
  if (surplus === -1) return undefined
  const message = `cell ${surplus + 1}, but the header names ${width} columns; a value with the delimiter in it needs quotes`
  return new Problem({ ...Records.placesIn(record)(surplus), value: cells[surplus] ?? "", message })
}

/** Who is missing is missed where the plan has a column for them, be it for users or for addresses. */
const inItsColumn = (complaint: Cells.Complaint, { columns }: Header): Cells.Complaint =>
  complaint.field === "user" &&
  complaint.value === undefined &&
  !columns.includes("user") &&
  columns.includes("address")
    ? { field: "address", message: `missing; expected ${Row.fields.address.expected}` }
    : complaint

const readRow = (record: Records.Record, header: Header): Step => {
  const wrong = misshapen(record, header)
  if (wrong !== undefined) return [header, [Result.fail(wrong)]]
  const cells: { [F in Row.Field]?: string } = {}
  header.columns.forEach((field, index) => {
    const value = record.cells[index]
    if (field !== undefined && value !== undefined && value !== "") cells[field] ??= value
  })
  const [{ number: line }] = record.lines
  const checked = Cells.check(cells)
  if (Result.isSuccess(checked)) return [header, [Result.succeed({ ...checked.success, line })]]
  const place = Records.placesIn(record)
  const told = checked.failure.map((complaint) => inItsColumn(complaint, header))
  const here = told.filter(({ field }) => header.columns.includes(field))
  const news = told.filter(({ field }) => !header.columns.includes(field) && !header.lacking.has(field))
  const problems = [
    ...news.map(({ field }) => missingColumn(header.line, field, `${cells.operation} on line ${line} needs it`)),
    ...here.map((complaint) => new Problem({ ...complaint, ...place(header.columns.indexOf(complaint.field)) }))
  ]
  return [
    news.length === 0
      ? header
      : { ...header, lacking: new Set([...header.lacking, ...news.map(({ field }) => field)]) },
    problems.map(Result.fail)
  ]
}

const step = (state: State, record: Records.Record | Records.Broken): Step => {
  if (state === "useless") return [state, []]
  const [{ number: line, text }] = record.lines
  if (state === "expected" && /^\s*[[{]/.test(text)) {
    const message = "this looks like JSON; the file should have the extension .json or .ndjson"
    return ["useless", [Result.fail(new Problem({ line, column: 1, message }))]]
  }
  if (record._tag === "Broken") {
    return [state === "expected" ? "useless" : state, [Result.fail(syntaxProblem(record))]]
  }
  return state === "expected" ? readHeader(record) : readRow(record, state)
}

/** The rows of a CSV file and all that is wrong with it. */
export const rows = <E, R>(lines: Stream.Stream<Line, E, R>): Stream.Stream<Row.Item, E, R> =>
  Records.records(lines).pipe(
    // by the chunk: a step of the stream for every row would take longer than the row
    Stream.mapAccumArray(
      (): State => "expected",
      (state, records) => {
        const items: Array<Row.Item> = []
        let current = state
        for (const record of records) {
          const [next, found] = step(current, record)
          current = next
          for (const item of found) items.push(item)
        }
        return [current, items]
      }
    )
  )
