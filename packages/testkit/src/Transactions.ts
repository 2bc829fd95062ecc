/**
 * Calls that may be repeated: Synapse takes `PUT` on most writing endpoints with an identifier of the client's at the
 * end, and answers a repetition with what it answered before. The specification has no such thing for memberships.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Authorised, Reply } from "./Route.ts"
import * as Turn from "./Turn.ts"
import type { World } from "./World.ts"

/** Only success is remembered, per device. */
export const once =
  (run: (world: World, call: Authorised) => Turn.Turn<Reply>) =>
  (world: World, call: Authorised): Turn.Turn<Reply> => {
    const key = [call.session.userId, call.session.deviceId, ...Object.values(call.params)].join("\n")
    const before = Option.getOrUndefined(HashMap.get(world.transactions, `${call.path}\n${key}`))
    if (before !== undefined) return Turn.succeed(world, before)
    return Turn.andThen(run(world, call), (reply, after) =>
      Turn.succeed({ ...after, transactions: HashMap.set(after.transactions, `${call.path}\n${key}`, reply) }, reply)
    )
  }
