/** `batch-cli rehearse PLAN`: the run as it would be, without a server and without waiting. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as FileName from "../FileName.ts"
import * as Rehearsal from "../outlook/Rehearsal.ts"
import * as Pace from "../Pace.ts"

export const rehearse = Command.make(
  "rehearse",
  {
    plan: FileName.plan,
    ...Pace.flags,
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("write a line of JSON for every row, one for the summary and one for the time it takes"),
      Flag.withDefault(false)
    )
  },
  Rehearsal.run
).pipe(
  Command.withDescription(
    "Run a plan against a server made from it, on a clock that skips every wait: what would happen, and how long it would take. No network"
  ),
  Command.withExamples([
    {
      command: "batch-cli rehearse plan.csv --limits synapse-default",
      description: "How long the plan takes on a server with Synapse's default limits, which are known"
    },
    {
      command: "batch-cli rehearse plan.csv",
      description: "The same where they have to be learned from refusals"
    },
    {
      command: "batch-cli rehearse plan.csv --limits limits.json --max-duration 8h",
      description: "What one night is enough for, under the limits in a file"
    }
  ])
)
