/** Which room an alias leads to (specification v1.19, "Room aliases"). */
import * as Result from "effect/Result"
import type { Call, Reply, Route } from "../Route.ts"
import { ok, open } from "../Route.ts"
import * as Alias from "../rules/Alias.ts"
import { make } from "../rules/Refusal.ts"
import * as Turn from "../Turn.ts"
import type * as World from "../World.ts"

/** Needs no token. */
const resolve = (world: World.World, call: Call): Turn.Turn<Reply> => {
  const { roomAlias = "" } = call.params
  if (!/^#[^:]*:./u.test(roomAlias)) return Turn.refuse(world, make(400, "M_INVALID_PARAM", "That is no room alias."))
  const found = Alias.resolve(world, roomAlias)
  return Turn.make(
    world,
    Result.map(found, (roomId) => ok({ room_id: roomId, servers: [world.serverName] }))
  )
}

export const routes: ReadonlyArray<Route> = [open("GET", "/directory/room/{roomAlias}", resolve)]
