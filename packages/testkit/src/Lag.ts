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

const roomJoined = (world: World.World, arrival: Arrival): Room.Room | undefined => {
  const named = roomNamed(arrival)
  return named === undefined ? undefined : World.room(world, World.aliased(world, named) ?? named)
}

/** The room id or alias in the path of a join. */
const roomNamed = ({ method, path }: Arrival): string | undefined => {
  if (method !== "POST") return undefined
  const segments = path.split("/")
  const template = joins.find((template) => Template.match(template, segments) !== undefined)
  return template === undefined ? undefined : Template.match(template, segments)?.["room"]
}

export const isJoin = (arrival: Arrival): boolean => roomNamed(arrival) !== undefined
