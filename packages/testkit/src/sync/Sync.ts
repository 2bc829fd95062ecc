/** What happened since a client last asked, for all of a user's rooms (specification v1.19, "Syncing"). */
import * as HashMap from "effect/HashMap"
import * as AccountData from "../AccountData.ts"
import * as Filters from "../Filters.ts"
import * as Messages from "../Messages.ts"
import * as PushRules from "../PushRules.ts"
import type { View } from "../Rendering.ts"
import type { Content } from "../rules/Event.ts"
import { membershipOf } from "../rules/Event.ts"
import * as Room from "../rules/Room.ts"
import * as StreamToken from "../StreamToken.ts"
import * as World from "../World.ts"
import * as Entry from "./Entry.ts"
import * as Preview from "./Preview.ts"

export interface Synced {
  readonly body: Content
  /** Whether it says anything but where to go on. */
  readonly isNews: boolean
}

export type Asking = Omit<View, "room">

export const make = (asking: Asking, asked: Entry.Asked): Synced => {
  const { session, world } = asking
  const rooms = Array.from(HashMap.values(world.rooms))
    .filter((room) => Filters.passesRoom(asked.filter.room, room.id) && mayHaveNews(asking, asked, room))
    .map((room) => ({ roomId: room.id, told: told({ ...asking, room }, asked) }))
  const sections = Object.fromEntries(
    (["join", "invite", "knock", "leave"] as const).flatMap((section) => {
      const entries = rooms.flatMap(({ roomId, told }) => (told?.section === section ? [[roomId, told.entry]] : []))
      return entries.length === 0 ? [] : [[section, Object.fromEntries(entries)]]
    })
  )
  const accountData = accountDataOf(world, session.userId, asked)
  const isFirst = asked.since === undefined || asked.fullState
  const hasRooms = Object.keys(sections).length > 0
  return {
    body: {
      next_batch: StreamToken.make(world.issued),
      ...(isFirst || accountData.length > 0 ? { account_data: { events: accountData } } : {}),
      ...(hasRooms ? { rooms: sections } : {}),
      device_one_time_keys_count: { signed_curve25519: 0 },
      device_unused_fallback_key_types: []
    },
    isNews: isFirst || hasRooms || accountData.length > 0
  }
}

/** Most rooms have none, and this is quickly seen. */
const mayHaveNews = ({ session, world }: Asking, { fullState, since }: Entry.Asked, room: Room.Room): boolean =>
  since === undefined ||
  fullState ||
  Messages.lastPosition(world, room.id) > since ||
  AccountData.of(world, session.userId).some(({ position, roomId }) => roomId === room.id && position > since)

interface Told {
  readonly section: "join" | "invite" | "knock" | "leave"
  readonly entry: Content
}

const told = (view: View, asked: Entry.Asked): Told | undefined => {
  const { room, session, world } = view
  const { since } = asked
  const event = Room.member(room, session.userId)
  if (event === undefined) return undefined
  const isFresh = since === undefined || event.position > since
  switch (membershipOf(event)) {
    case "join":
      return asTold("join", Entry.joined(view, asked))
    case "invite":
      return isFresh ? { section: "invite", entry: { invite_state: { events: Preview.make(room, event) } } } : undefined
    case "knock":
      return isFresh ? { section: "knock", entry: { knock_state: { events: Preview.make(room, event) } } } : undefined
    case "leave":
    case "ban": {
      // Whoever left by itself need not be told from the start; a room that was forgotten is told to nobody.
      const isOwnDoing = event.sender === session.userId && asked.filter.room?.include_leave !== true
      const isGone = World.hasForgotten(world, session.userId, room.id) || isOwnDoing
      const isTold = since === undefined ? !isGone : isFresh
      return isTold ? asTold("leave", Entry.left(view, asked, event.position)) : undefined
    }
  }
}

const asTold = (section: Told["section"], entry: Content | undefined): Told | undefined =>
  entry === undefined ? undefined : { section, entry }

/** The push rules are there from the beginning, and come with the first sync. */
const accountDataOf = (
  world: World.World,
  userId: string,
  { filter, fullState, since }: Entry.Asked
): ReadonlyArray<Content> => {
  const isAll = since === undefined || fullState
  const data = AccountData.of(world, userId).filter(
    ({ position, roomId }) => roomId === undefined && (isAll || position > since)
  )
  return [...data, ...(isAll ? [{ type: "m.push_rules", content: PushRules.content }] : [])]
    .filter(Filters.passes(filter.account_data))
    .map(AccountData.rendered)
}
