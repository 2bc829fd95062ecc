/** The command tree. */
import * as Command from "effect/cli/Command"
import { apply } from "./commands/apply.ts"
import { check } from "./commands/check.ts"
import { exportMembers } from "./commands/export.ts"
import { plan } from "./commands/plan.ts"
import { rehearse } from "./commands/rehearse.ts"
import { status } from "./commands/status.ts"

export const cli = Command.make("batch-cli").pipe(
  Command.withDescription("Applies plans of Matrix room membership changes"),
  Command.withSubcommands([check, plan, rehearse, apply, status, exportMembers])
)
