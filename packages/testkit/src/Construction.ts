/** Building a room: its first events written one after the other, each under the rules that hold by then. */
import * as Result from "effect/Result"
import * as Membership from "./Membership.ts"
import * as Account from "./rules/Account.ts"
import type { Content, Draft } from "./rules/Event.ts"
import type * as NewRoom from "./rules/NewRoom.ts"
import * as Room from "./rules/Room.ts"
import type { RoomVersion } from "./rules/RoomVersion.ts"
import * as StateChange from "./rules/StateChange.ts"
import * as Turn from "./Turn.ts"
import * as World from "./World.ts"

/** The room with its create event and its creator's join. */
export const found = (
  world: World.World,
  options: {
    readonly roomId: string
    readonly version: RoomVersion
    readonly creator: string
    readonly content: Content
    readonly now: number
  }
): World.World => {
  const { content, creator, now, roomId, version } = options
  const drafts: ReadonlyArray<Draft> = [
    { type: "m.room.create", stateKey: "", sender: creator, content },
    {
      type: "m.room.member",
      stateKey: creator,
      sender: creator,
      content: { ...Account.profile(world, creator, {}), membership: "join" }
    }
  ]
  return drafts.reduce(
    (before, draft) => World.write(before, World.room(before, roomId) ?? Room.make(roomId, version), draft, now)[1],
    world
  )
}

/** Further state by the creator, under no limit: all of it, or none when the rules refuse a part. */
export const furnish = (
  world: World.World,
  options: {
    readonly roomId: string
    readonly creator: string
    readonly state: ReadonlyArray<NewRoom.InitialState>
    readonly now: number
  }
): Turn.Turn<void> => {
  const furnished = options.state.reduce(
    (turn: Turn.Turn<void>, { content, stateKey, type }) =>
      Turn.andThen(turn, (_, before) => {
        const draft: Draft = { type, stateKey, sender: options.creator, content }
        const decided = StateChange.decide(World.room(before, options.roomId), draft)
        return Turn.andThen(Turn.make(before, decided), (decision, after) =>
          Turn.map(Membership.unlimited(after, decision, options.now), () => undefined)
        )
      }),
    Turn.succeed(world, undefined)
  )
  return Turn.make(Result.isSuccess(furnished.result) ? furnished.world : world, furnished.result)
}

/** `!opaque:server`, or from version 12 on a hash without a server. */
export const newRoomId = (world: World.World, version: RoomVersion): readonly [string, World.World] => {
  const [opaque, after] = World.mint(world, version.supremeCreators ? 43 : 18)
  return [version.supremeCreators ? `!${opaque}` : `!${opaque}:${world.serverName}`, after]
}
