/** `batch-cli check PLAN`: whether a plan can be read, and what is in it; needs no server. */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Check from "../Check.ts"
import * as FileName from "../FileName.ts"

export const check = Command.make(
  "check",
  {
    plan: FileName.plan,
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("write a line of JSON for every problem or warning, and one for the plan"),
      Flag.withDefault(false)
    )
  },
  Check.check
).pipe(
  Command.withDescription("Check a plan without a server: exit code 0 when it can be applied, 2 when it cannot"),
  Command.withExamples([
    { command: "batch-cli check plan.csv", description: "Say all that is wrong with it, or what is in it" },
    { command: "generate-plan | batch-cli check - --json", description: "For a program, from a program" }
  ])
)
