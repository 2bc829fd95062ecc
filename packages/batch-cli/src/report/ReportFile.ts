/** Reports in files, in the format that their names ask for. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as NewFile from "../NewFile.ts"
import { printable } from "../plan/PlanProblem.ts"
import type { Account } from "./ReportAccount.ts"
import * as ReportCsv from "./ReportCsv.ts"
import * as ReportHtml from "./ReportHtml.ts"
import * as ReportJson from "./ReportJson.ts"

const formats: ReadonlyMap<string, (account: Account) => Stream.Stream<string>> = new Map([
  ["csv", ReportCsv.text],
  ["json", (account: Account) => Stream.fromIterable(ReportJson.document(account), { chunkSize: 1024 })],
  ["html", (account: Account) => Stream.fromIterable(ReportHtml.page(account))]
])

const formatOf = Effect.fnUntraced(function* (path: string) {
  const format = formats.get(/\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? "")
  if (format !== undefined) return format
  return yield* new NewFile.FileUnwritten({
    path,
    message: printable(`${path}: a report is a .csv, .json or .html file`)
  })
})

/** Whether the report could be written there: to be asked before the run, which is a bad time to learn it after. */
export const check = Effect.fn("ReportFile.check")(function* (path: string) {
  yield* formatOf(path)
  yield* NewFile.check(path)
})

/** Writes the whole report or nothing. */
export const write = Effect.fn("ReportFile.write")(function* (path: string, account: Account) {
  const format = yield* formatOf(path)
  yield* NewFile.write(path, format(account))
})
