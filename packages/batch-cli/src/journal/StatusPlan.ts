/** Rows as a CSV plan again. */
import * as Csv from "effect/encoding/Csv"
import * as Stream from "effect/Stream"
import { type Field, fieldNames, type Row } from "../plan/PlanRow.ts"

const cell = (row: Row, field: Field): string => {
  const value = row[field]
  return value === undefined ? "" : typeof value === "string" ? value : value.join(" ")
}

/**
 * A header and a record for each row, with the columns that some row needs. The texts are as they are, since what is
 * read back has to ask for the same: this is a plan and no report, and not made for spreadsheets.
 */
export const csv = (rows: ReadonlyArray<Row>): Stream.Stream<string> => {
  const columns = fieldNames.filter((field) => rows.some((row) => row[field] !== undefined))
  const records = function* () {
    yield columns
    for (const row of rows) yield columns.map((field) => cell(row, field))
  }
  return Stream.pipeThroughChannel(Stream.fromIterable(records(), { chunkSize: 1024 }), Csv.encodeString())
}
