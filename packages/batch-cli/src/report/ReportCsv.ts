/**
 * The report as CSV, one row for every row of the plan, safe to open in a spreadsheet. A spreadsheet takes a cell that
 * begins with `=`, `+`, `-` or `@` for a formula, and what servers and strangers say stands in these cells. As OWASP
 * advises, such a cell gets an apostrophe before it. A user id of the specification's grammar is left alone although it
 * begins with `@`: without brackets, quotes, `|` and `!` there is no formula that calls or fetches anything, and it can
 * be copied from here into a plan. Ids beyond that grammar do get the apostrophe.
 *
 * https://owasp.org/www-community/attacks/CSV_Injection
 */
import * as Csv from "effect/encoding/Csv"
import * as Stream from "effect/Stream"
import { printable } from "../plan/PlanProblem.ts"
import { type Account, userOf, why } from "./ReportAccount.ts"
import * as Time from "./ReportTime.ts"

export const columns = [
  ...["line", "operation", "room", "roomId", "user", "medium", "address", "as"],
  ...["outcome", "because", "errcode", "status", "at", "requests"]
]

/** https://spec.matrix.org/v1.19/appendices/#user-identifiers, and of server names the characters that they may have. */
const harmless = /^@[a-z0-9._=/+-]+:[A-Za-z0-9.:[\]-]+$/

/** The wide forms are the same to spreadsheets of East Asia; blanks before them are passed over. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/u

/** Whatever separates cells for a spreadsheet of another country, and a formula behind it. */
const hidden = /([;\t|])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/gu

/** The text as a spreadsheet will show it and not run it. */
export const cell = (text: string): string => {
  if (text === "" || harmless.test(text)) return text
  const shown = printable(text).replace(hidden, "$1'")
  return formula.test(shown) ? `'${shown}` : shown
}

const record = ({ ledger, roomId, rows, sender }: Account, number: number): ReadonlyArray<string> => {
  const row = rows.at(number)
  const { endedAt, outcome, requests } = ledger.entry(number)
  const failure = outcome !== undefined && "failure" in outcome ? outcome.failure : undefined
  return [
    String(row.line),
    row.operation,
    cell(row.room),
    cell(roomId(rows.room(number)) ?? ""),
    cell(userOf(row, sender) ?? ""),
    row.address === undefined ? "" : (row.medium ?? "email"),
    cell(row.address ?? ""),
    cell(row.as ?? ""),
    outcome?._tag ?? "",
    cell(outcome === undefined ? "" : why(outcome)),
    cell(failure?.errcode ?? ""),
    failure?.status === undefined ? "" : String(failure.status),
    endedAt === undefined ? "" : Time.iso(endedAt),
    String(requests)
  ]
}

const records = function* (account: Account) {
  yield columns
  for (let number = 0; number < account.ledger.size; number++) yield record(account, number)
}

/** Spreadsheets read UTF-8 only where a mark at the beginning says so. */
const mark = "\ufeff"

/** In pieces. Times are ISO 8601, in UTC. */
export const text = (account: Account): Stream.Stream<string> =>
  Stream.concat(
    Stream.succeed(mark),
    Stream.pipeThroughChannel(Stream.fromIterable(records(account), { chunkSize: 1024 }), Csv.encodeString())
  )
