/** `batch-cli apply PLAN`: checks the whole plan, then carries it out. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Apply from "../Apply.ts"
import * as FileName from "../FileName.ts"
import * as Identity from "../Identity.ts"
import * as Pace from "../Pace.ts"
import * as RailsFlags from "../preflight/RailsFlags.ts"
import * as Target from "../Target.ts"

const flag = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withoutNegation, Flag.withDescription(description), Flag.withDefault(false))

export const apply = Command.make(
  "apply",
  {
    plan: FileName.plan,
    homeserver: Target.homeserver,
    accessTokenFile: Target.accessTokenFile,
    identityServer: Identity.identityServer,
    ...Pace.flags,
    ...RailsFlags.flags,
    yes: RailsFlags.yes,
    journal: FileName.flag("journal").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        "what was done is kept there, and a later run goes on from it (default: PLAN.journal.ndjson beside the plan)"
      ),
      Flag.optional
    ),
    noJournal: flag("no-journal", "keep no journal (default for standard input and the embedded server)"),
    restart: flag("restart", "begin anew; the old journal is kept aside"),
    retryFailed: flag("retry-failed", "try rows again that failed in an earlier run"),
    report: FileName.flag("report").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("write a report to a new .csv, .json or .html file; may be given several times"),
      Flag.atLeast(0)
    ),
    json: flag("json", "write a line of JSON for every row as it ends, and one for the summary")
  },
  Apply.apply
).pipe(
  Command.withDescription("Apply a plan of membership changes"),
  Command.withExamples([
    {
      command: "batch-cli apply plan.csv --homeserver https://matrix.example.org",
      description: "With the token in MATRIX_ACCESS_TOKEN; the same command again goes on where it ended"
    },
    {
      command: "batch-cli apply plan.csv --limits synapse-default --max-duration 8h --report friday.html",
      description: "Overnight, with a report for those who asked for it"
    },
    {
      command: "batch-cli apply plan.csv --homeserver embedded",
      description: "Try it out on a server that lives in this process"
    }
  ])
)
