/** Names and pictures, and how a new one gets into the rooms its user is in. */
import * as HashMap from "effect/HashMap"
import * as Charges from "./Charges.ts"
import type { Asking } from "./Membership.ts"
import { profile } from "./rules/Account.ts"
import * as Room from "./rules/Room.ts"
import * as Turn from "./Turn.ts"
import * as World from "./World.ts"

/** Counts as one event, however many rooms there are. Custom names in single rooms are lost, as on Synapse. */
export const change = (world: World.World, changed: World.User, { now, session }: Asking): Turn.Turn<void> =>
  Turn.andThen(Charges.message(World.setUser(world, changed), session, now), (_, after) =>
    Turn.succeed(
      Array.from(HashMap.values(after.rooms))
        .filter((room) => Room.membership(room, changed.userId) === "join")
        .reduce((before, room) => rejoined(before, room, changed.userId, now), after),
      undefined
    )
  )

const rejoined = (world: World.World, room: Room.Room, userId: string, now: number): World.World => {
  const content = { ...profile(world, userId, {}), membership: "join" }
  return World.write(world, room, { type: "m.room.member", stateKey: userId, sender: userId, content }, now)[1]
}
