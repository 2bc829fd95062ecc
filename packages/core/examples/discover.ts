import { Discovery, MatrixId } from "@matrix-membership/core"
import { Effect } from "effect"

export const addressOf = (userId: string) =>
  Discovery.discover(MatrixId.UserId.make(userId)).pipe(
    Effect.map(({ homeserver }) => homeserver.href),
    Effect.catchTag("DiscoveryIgnored", () => Effect.succeed("ask the user"))
  )
