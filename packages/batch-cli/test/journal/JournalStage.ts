/** A folder, a plan and what else a journal wants to be opened. */
import { RoomId, UserId } from "@matrix-membership/core/MatrixId"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { Journal, Options } from "../../src/journal/Journal.ts"
import * as Outcome from "../../src/Outcome.ts"
import type { Row } from "../../src/plan/PlanRow.ts"
import * as PlanRows from "../../src/plan/PlanRows.ts"

export const folder = Effect.flatMap(FileSystem.FileSystem, (fs) => fs.makeTempDirectoryScoped())

const room = RoomId.make("!hall:example.org")

export const invitation = (n: number): Row => ({
  operation: "invite",
  room,
  user: UserId.make(`@guest${n}:example.org`),
  reason: "welcome",
  line: n + 2
})

export const refusal: Outcome.Outcome = {
  _tag: "failed",
  failure: { tag: "Forbidden", message: "M_FORBIDDEN: you may not", status: 403, errcode: "M_FORBIDDEN" }
}

/** A plan of so many invitations. */
export const options = (path: string, count: number) =>
  Effect.sync((): Options => {
    const rows = PlanRows.fromRows(Array.from({ length: count }, (_, n) => invitation(n)))
    return {
      path,
      rows,
      digest: `digest of ${count}`,
      source: "plan.csv",
      homeserver: "https://example.org/",
      sender: "@alice:example.org"
    }
  })

/** Row after row until the journal is lost; how many rows it took in. */
export const fill = Effect.fnUntraced(function* (journal: Journal) {
  let written = 0
  const write = Effect.suspend(() => Effect.andThen(journal.intend(written), journal.conclude(written, Outcome.done)))
  const count = Effect.sync(() => {
    written += 1
  })
  const lost = yield* Effect.flip(Effect.forever(Effect.andThen(write, count)))
  return { written, lost }
})
