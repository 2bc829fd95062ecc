/** `batch-cli plan PLAN`: what the plan would do, without doing it. */

import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as FileName from "../FileName.ts"
import * as PlanCommand from "../outlook/PlanCommand.ts"
import * as Pace from "../Pace.ts"
import * as RailsFlags from "../preflight/RailsFlags.ts"
import * as Target from "../Target.ts"

export const plan = Command.make(
  "plan",
  {
    plan: FileName.plan,
    homeserver: Target.homeserver,
    accessTokenFile: Target.accessTokenFile,
    concurrency: Pace.concurrency,
    limits: Pace.limits,
    maxRate: Pace.flags.maxRate,
    ...RailsFlags.flags,
    out: FileName.flag("out").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription(
        "save the plan with how things are now in a new .ndjson file; apply refuses it when they have changed"
      ),
      Flag.optional
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("write a line of JSON for every row, and one for the summary"),
      Flag.withDefault(false)
    )
  },
  PlanCommand.run
).pipe(
  Command.withDescription(
    "Say what a plan would do and how long it would take; only reads. Exit code 1 when some rows cannot work"
  ),
  Command.withExamples([
    {
      command: "batch-cli plan plan.csv --homeserver https://matrix.example.org --limits synapse-default",
      description: "With the token in MATRIX_ACCESS_TOKEN"
    },
    {
      command: "batch-cli plan plan.csv --out friday.ndjson && batch-cli apply friday.ndjson",
      description: "Look first, then apply exactly what was looked at, if nothing has changed meanwhile"
    }
  ])
)
