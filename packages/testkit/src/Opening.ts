/** Opening a session, and what its client is told. Logging in ends like this, and so does registering. */
import * as Result from "effect/Result"
import * as Accounts from "./Accounts.ts"
import * as Renewals from "./Renewals.ts"
import type { Reply } from "./Route.ts"
import { ok } from "./Route.ts"
import type { Content } from "./rules/Event.ts"
import type { Refusal } from "./rules/Refusal.ts"
import { make } from "./rules/Refusal.ts"
import * as Turn from "./Turn.ts"
import type * as World from "./World.ts"

/** Whether the client can renew a token, and so would have one that expires. */
export const wantsRenewing = ({ refresh_token: wants = false }: Content): Result.Result<boolean, Refusal> =>
  typeof wants === "boolean"
    ? Result.succeed(wants)
    : Result.fail(make(400, "M_UNKNOWN", "refresh_token has to be true or false."))

export interface Opened {
  readonly userId: string
  /** A new one when `undefined`. */
  readonly deviceId: string | undefined
  readonly renewable: boolean
}

export const open = (world: World.World, { deviceId, renewable, userId }: Opened, now: number): Turn.Turn<Reply> => {
  const [session, opened] = Accounts.openSession(world, userId, deviceId)
  const [granted, after] = renewable ? Renewals.grant(opened, session, now) : [session, opened]
  const whose = { user_id: userId, home_server: world.serverName, device_id: session.deviceId }
  return Turn.succeed(after, ok({ ...whose, ...Renewals.tokens(granted, now) }))
}
