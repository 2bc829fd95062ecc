/** Rows as a plan in CSV, for commands that write plans. */
import * as Csv from "effect/encoding/Csv"
import * as Stream from "effect/Stream"
import { type Content, type Field, fieldNames } from "./PlanRow.ts"

const cell = (row: Content, field: Field): string => {
  const value = row[field]
  return value === undefined ? "" : typeof value === "string" ? value : value.join(" ")
}

/**
 * A header and a record for each row, with the columns that some row needs. The texts are as they are, since what is
 * read back has to ask for the same: this is a plan and no report, and not made for spreadsheets.
 */
export const csv = (rows: ReadonlyArray<Content>): Stream.Stream<string> => {
  const columns = fieldNames.filter((field) => rows.some((row) => row[field] !== undefined))
  const records = function* () {
    yield columns
    for (const row of rows) yield columns.map((field) => cell(row, field))
  }
  return Stream.pipeThroughChannel(Stream.fromIterable(records(), { chunkSize: 1024 }), Csv.encodeString())
}
