/** The directory of this server's rooms: which names lead where, and who gave them. */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type * as World from "./World.ts"

/** A name that is taken leads to another room from now on. */
export const put = (world: World.World, alias: string, entry: World.Alias): World.World => ({
  ...world,
  aliases: HashMap.set(world.aliases, alias, entry)
})

export const remove = (world: World.World, alias: string): World.World => ({
  ...world,
  aliases: HashMap.remove(world.aliases, alias)
})

export const find = (world: World.World, alias: string): World.Alias | undefined =>
  Option.getOrUndefined(HashMap.get(world.aliases, alias))

/** All names of a room, in alphabetical order. */
export const of = (world: World.World, roomId: string): ReadonlyArray<string> =>
  Array.from(HashMap.entries(world.aliases))
    .flatMap(([alias, entry]) => (entry.roomId === roomId ? [alias] : []))
    .sort()
