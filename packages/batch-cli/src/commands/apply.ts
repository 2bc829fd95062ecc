/** `batch-cli apply PLAN`: checks the whole plan, then carries it out. */

import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Application from "../Application.ts"
import * as Target from "../Target.ts"

export const apply = Command.make(
  "apply",
  {
    plan: Argument.String("plan").pipe(
      Argument.withDescription("the plan: a .csv, .tsv, .json or .ndjson file, or - for standard input")
    ),
    homeserver: Target.homeserver,
    accessTokenFile: Target.accessTokenFile,
    concurrency: Flag.Int("concurrency").pipe(
      Flag.withAlias("c"),
      Flag.withDescription("requests under way at the same time, 1 to 64 (default 8)"),
      Flag.withDefault(8),
      Flag.filter(
        (n) => n >= 1 && n <= 64,
        (n) => `a number from 1 to 64, got ${n}`
      )
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("write a line of JSON for every row as it ends, and one for the summary"),
      Flag.withDefault(false)
    )
  },
  Application.apply
).pipe(
  Command.withDescription("Apply a plan of invitations, joins, leaves and forgets"),
  Command.withExamples([
    {
      command: "batch-cli apply plan.csv --homeserver https://matrix.example.org",
      description: "With the token in MATRIX_ACCESS_TOKEN"
    },
    {
      command: "batch-cli apply plan.csv --homeserver embedded",
      description: "Try it out on a server that lives in this process"
    }
  ])
)
