import { Batch, Plan } from "@matrix-membership/batch-cli"
import { Effect, Stream } from "effect"

export const welcomeAll = (path: string) =>
  Effect.gen(function* () {
    const plan = yield* Plan.read(path)
    return yield* Batch.outcomes(plan).pipe(
      Stream.filter(({ outcome }) => outcome._tag === "failed"),
      Stream.map(({ row }) => `line ${row.line}: ${row.user}`),
      Stream.runCollect
    )
  })
