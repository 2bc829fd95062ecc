/** Who is where (specification v1.19, "Room membership" and "Getting events for a room"). */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import type { Authorised, Reply, Route } from "../Route.ts"
import { authorised, ok } from "../Route.ts"
import type { Content, StateEvent } from "../rules/Event.ts"
import { membershipOf } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { forbidden, make } from "../rules/Refusal.ts"
import * as Room from "../rules/Room.ts"
import * as Visibility from "../rules/Visibility.ts"
import * as Turn from "../Turn.ts"
import type * as World from "../World.ts"

type Read = (world: World.World, call: Authorised) => Result.Result<Content, Refusal>

/** Reading changes nothing. */
const reading =
  (read: Read) =>
  (world: World.World, call: Authorised): Turn.Turn<Reply> =>
    Turn.make(world, Result.map(read(world, call), ok))

const joinedRooms: Read = (world, { session }) =>
  Result.succeed({
    joined_rooms: Array.from(HashMap.values(world.rooms))
      .filter((room) => Room.membership(room, session.userId) === "join")
      .map((room) => room.id)
  })

/** With both filters an event has to pass both, as on Synapse; the specification says either. */
const members: Read = (world, call) =>
  Result.map(roomSeen(world, call), (room) => {
    const only = call.query.get("membership")
    const not = call.query.get("not_membership")
    const passes = (event: StateEvent) =>
      (only === null || membershipOf(event) === only) && (not === null || membershipOf(event) !== not)
    return { chunk: Room.members(room).filter(passes).map(listedEvent(call.now)) }
  })

const roomSeen = (world: World.World, { params, query, session }: Authorised): Result.Result<Room.Room, Refusal> => {
  const { roomId = "" } = params
  const at = query.get("at")
  if (at === null) return Result.map(Visibility.view(world, roomId, session.userId), (view) => view.room)
  return /^s\d+$/u.test(at)
    ? Visibility.viewAt(world, roomId, session.userId, Number(at.slice(1)))
    : Result.fail(make(400, "M_UNKNOWN", `${at} is not a token of this server.`))
}

const joinedMembers: Read = (world, { params, session }) =>
  Result.flatMap(Visibility.view(world, params["roomId"] ?? "", session.userId), ({ departed, room }) => {
    if (departed) return Result.fail(forbidden("Only members may ask who is joined."))
    const joined = Room.members(room).filter((event) => membershipOf(event) === "join")
    return Result.succeed({
      joined: Object.fromEntries(
        joined.map(({ content, stateKey }) => [
          stateKey,
          { display_name: content["displayname"] ?? null, avatar_url: content["avatar_url"] ?? null }
        ])
      )
    })
  })

/** An event as a client gets it. */
export const clientEvent =
  (now: number) =>
  (event: StateEvent): Content => ({
    type: event.type,
    state_key: event.stateKey,
    sender: event.sender,
    content: event.content,
    event_id: event.eventId,
    room_id: event.roomId,
    origin_server_ts: event.originServerTs,
    unsigned: { age: now - event.originServerTs, ...replaced(event) }
  })

const replaced = (event: StateEvent): Content =>
  event.replaces === undefined ? {} : { replaces_state: event.replaces }

/** In lists Synapse says some things twice, as clients of long ago expect them. */
export const listedEvent =
  (now: number) =>
  (event: StateEvent): Content => ({
    ...clientEvent(now)(event),
    user_id: event.sender,
    age: now - event.originServerTs,
    ...replaced(event)
  })

export const routes: ReadonlyArray<Route> = [
  authorised("GET", "/joined_rooms", reading(joinedRooms), { guests: true }),
  authorised("GET", "/rooms/{roomId}/members", reading(members), { guests: true }),
  authorised("GET", "/rooms/{roomId}/joined_members", reading(joinedMembers))
]
