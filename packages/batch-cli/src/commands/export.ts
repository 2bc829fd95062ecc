/** `batch-cli export ROOM`: the members of a room as a plan. */
import { MemberEvent } from "@matrix-membership/core"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Export from "../Export.ts"
import * as ExportPlan from "../ExportPlan.ts"
import * as FileName from "../FileName.ts"
import { operations } from "../Operations.ts"
import * as Target from "../Target.ts"

export const exportMembers = Command.make(
  "export",
  {
    room: Argument.String("room").pipe(Argument.withDescription("the room whose members to take: an id or an alias")),
    homeserver: Target.realHomeserver,
    accessTokenFile: Target.accessTokenFile,
    membership: Flag.Literals("membership", MemberEvent.MembershipState.literals).pipe(
      Flag.withDescription("whom to take, may be given several times (default join: who is in the room)"),
      Flag.atLeast(0)
    ),
    operation: Flag.Literals("operation", operations).pipe(
      Flag.withDescription("what the plan does with them (default invite)"),
      Flag.withDefault("invite")
    ),
    to: Flag.String("to").pipe(
      Flag.withMetavar("ROOM"),
      Flag.withDescription("the room that the plan is about (default: the same room)"),
      Flag.optional
    ),
    format: Flag.Literals("format", ExportPlan.formats).pipe(
      Flag.withDescription("format of the plan (default: that of --out's name, else csv)"),
      Flag.optional
    ),
    out: FileName.flag("out").pipe(
      Flag.withMetavar("FILE"),
      Flag.withDescription("a new file for the plan (default: standard output)"),
      Flag.optional
    ),
    includeSelf: Flag.Boolean("include-self").pipe(
      Flag.withoutNegation,
      Flag.withDescription("take the owner of the access token, too"),
      Flag.withDefault(false)
    )
  },
  Export.run
).pipe(
  Command.withDescription("Write the members of a room as a plan"),
  Command.withExamples([
    {
      command: "batch-cli export '#old:example.org' --to '#new:example.org' --out move.csv",
      description: "Everybody in the old room, to be invited to the new one"
    },
    {
      command: "batch-cli export '#hall:example.org' --membership ban --operation ban --to '#annex:example.org'",
      description: "The bans of one room, for another"
    }
  ])
)
