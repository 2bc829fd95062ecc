/** Servers hear of invites late: is this a join by somebody whose invite has only just been sent? */

import { membershipOf } from "./rules/Event.ts"
import * as Room from "./rules/Room.ts"
import type { Arrival } from "./Script.ts"
import * as Template from "./Template.ts"
import * as World from "./World.ts"

/** `millis` is how long the news travels, `now` in milliseconds since the epoch. */
export const isEarly = (world: World.World, arrival: Arrival, millis: number, now: number): boolean => {
  const room = roomJoined(world, arrival)
  const event = room === undefined || arrival.userId === undefined ? undefined : Room.member(room, arrival.userId)
  return event !== undefined && membershipOf(event) === "invite" && now < event.originServerTs + millis
}

const joins = ["r0", "v3"].flatMap((prefix) =>
  ["/join/{room}", "/rooms/{room}/join"].map((path) => `/_matrix/client/${prefix}${path}`.split("/"))
)

const roomJoined = (world: World.World, { method, path }: Arrival): Room.Room | undefined => {
  if (method !== "POST") return undefined
  const segments = path.split("/")
  for (const template of joins) {
    const named = Template.match(template, segments)?.["room"]
    if (named !== undefined) return World.room(world, World.aliased(world, named) ?? named)
  }
  return undefined
}
