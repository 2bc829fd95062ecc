/** What clients keep with the server for themselves, for an account as a whole or for one of its rooms. */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { Content } from "./rules/Event.ts"
import * as World from "./World.ts"

export interface AccountDatum {
  /** `undefined` for what belongs to no room. */
  readonly roomId: string | undefined
  readonly type: string
  readonly content: Content
  /** In the order in which the server wrote events and everything else. */
  readonly position: number
}

export const of = (world: World.World, userId: string): ReadonlyArray<AccountDatum> =>
  Option.getOrElse(HashMap.get(world.accountData, userId), () => [])

export const find = (
  world: World.World,
  userId: string,
  type: string,
  roomId: string | undefined
): AccountDatum | undefined => of(world, userId).find((datum) => datum.type === type && datum.roomId === roomId)

export const set = (
  world: World.World,
  userId: string,
  { content, roomId, type }: Omit<AccountDatum, "position">
): World.World => {
  const [, minted] = World.mint(world, 0)
  const others = of(world, userId).filter((datum) => datum.type !== type || datum.roomId !== roomId)
  const data = [...others, { roomId, type, content, position: minted.issued }]
  return { ...minted, accountData: HashMap.set(minted.accountData, userId, data) }
}

/** As a sync brings it. */
export const rendered = ({ content, type }: Pick<AccountDatum, "content" | "type">): Content => ({ type, content })
