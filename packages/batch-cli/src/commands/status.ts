/** `batch-cli status JOURNAL`: explains a run from its journal, and gives its failed rows back as a plan. */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import { wrongUsage } from "../ExitCode.ts"
import * as FileName from "../FileName.ts"
import * as Status from "../journal/Status.ts"
import * as StatusText from "../journal/StatusText.ts"
import * as NewFile from "../NewFile.ts"
import * as Output from "../Output.ts"
import * as PlanCsvWriter from "../plan/PlanCsvWriter.ts"

const failedRows = Effect.fnUntraced(function* (status: Status.Status, out: Option.Option<string>) {
  const rows = Status.rowsWith(status, ["failed"]).map((row) => status.rows.at(row))
  if (rows.length === 0) return yield* Output.note("no row has failed, so there is no plan to write")
  if (Option.isNone(out)) return yield* Output.write(PlanCsvWriter.csv(rows))
  yield* Effect.mapError(NewFile.write(out.value, PlanCsvWriter.csv(rows)), wrongUsage)
  yield* Output.note(`${rows.length === 1 ? "one row" : `${rows.length} rows`} written to ${out.value}`)
})

export const status = Command.make(
  "status",
  {
    journal: FileName.argument("journal").pipe(
      Argument.withDescription("the journal of a run, by default PLAN.journal.ndjson beside its plan")
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("write a line of JSON for every row that failed or is in doubt, and one for the whole"),
      Flag.withDefault(false)
    ),
    failed: Flag.Boolean("failed").pipe(
      Flag.withDescription("write the failed rows as a CSV plan instead"),
      Flag.withDefault(false)
    ),
    out: FileName.flag("out").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("with --failed: a new file for that plan (default: standard output)"),
      Flag.optional
    )
  },
  Effect.fn("status")(function* ({ failed, journal, json, out }) {
    if (failed && json) return yield* wrongUsage({ message: "--failed writes a plan in CSV; leave out --json" })
    if (!failed && Option.isSome(out)) return yield* wrongUsage({ message: "--out goes with --failed" })
    const found = yield* Status.read(journal)
    if (failed) return yield* failedRows(found, out)
    if (json) return yield* Output.printLines(StatusText.json(found))
    yield* Output.printLines(StatusText.lines(found, yield* (yield* Stdio.Stdio).stdoutIsTerminal))
  })
).pipe(
  Command.withDescription("Explain a run from its journal, without its plan and without the server"),
  Command.withExamples([
    { command: "batch-cli status plan.csv.journal.ndjson", description: "What was done, what failed, how to go on" },
    {
      command: "batch-cli status plan.csv.journal.ndjson --failed --out again.csv",
      description: "The failed rows as a plan, to be mended and applied"
    }
  ])
)
