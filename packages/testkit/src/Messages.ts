/** What is written into rooms beside state: messages, redactions and whatever else clients send. */
import * as Chunk from "effect/Chunk"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Content, StateEvent } from "./rules/Event.ts"
import * as World from "./World.ts"

export interface Message extends Omit<StateEvent, "stateKey" | "replaces"> {
  readonly stateKey: undefined
  /** The event that this one redacts. */
  readonly redacts: string | undefined
  /** Who sent it under which name; told to that device alone. */
  readonly transaction: { readonly id: string; readonly deviceId: string } | undefined
}

/** An event of either kind, in the order of `position`. */
export type TimelineEvent = StateEvent | Message

export interface NewMessage {
  readonly roomId: string
  readonly type: string
  readonly sender: string
  readonly content: Content
  readonly redacts?: string | undefined
  readonly transaction?: Message["transaction"]
}

export const of = (world: World.World, roomId: string): Chunk.Chunk<Message> =>
  Option.getOrElse(HashMap.get(world.messages, roomId), () => Chunk.empty())

/** Writes what the rules have let pass. */
export const write = (world: World.World, message: NewMessage, now: number): readonly [Message, World.World] => {
  const [opaque, minted] = World.mint(world, 43)
  const event: Message = {
    ...message,
    eventId: World.eventId(world, World.room(world, message.roomId), opaque),
    originServerTs: now,
    position: minted.issued,
    stateKey: undefined,
    redacts: message.redacts,
    transaction: message.transaction
  }
  const messages = HashMap.set(minted.messages, message.roomId, Chunk.append(of(minted, message.roomId), event))
  return [event, { ...minted, messages }]
}

/** Everything that happened in a room, oldest first. */
export const timeline = (world: World.World, roomId: string): ReadonlyArray<TimelineEvent> => {
  const state = Chunk.toReadonlyArray(World.room(world, roomId)?.timeline ?? Chunk.empty())
  const others = Chunk.toReadonlyArray(of(world, roomId))
  return others.length === 0 ? state : [...state, ...others].sort((one, other) => one.position - other.position)
}

/** When something last happened in a room; 0 if nothing did. */
export const lastPosition = (world: World.World, roomId: string): number => {
  const position = (events: Chunk.Chunk<TimelineEvent> | undefined) =>
    events === undefined ? 0 : Option.match(Chunk.last(events), { onNone: () => 0, onSome: (event) => event.position })
  return Math.max(position(World.room(world, roomId)?.timeline), position(of(world, roomId)))
}
