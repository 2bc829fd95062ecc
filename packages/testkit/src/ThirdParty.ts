/**
 * Inviting an address whose owner the server may not know, and the identity server that does know. The fake is both.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Acceptance from "./Acceptance.ts"
import * as Charges from "./Charges.ts"
import type { Asking } from "./Membership.ts"
import * as Membership from "./Membership.ts"
import type { Draft, StateEvent } from "./rules/Event.ts"
import * as StateChange from "./rules/StateChange.ts"
import * as Turn from "./Turn.ts"
import * as World from "./World.ts"

export interface Address {
  /** `email` or `msisdn`. */
  readonly medium: string
  readonly address: string
}

const keyOf = ({ address, medium }: Address): string => `${medium} ${address}`

/** From now on the identity server knows whose address that is. */
export const bind = (world: World.World, address: Address, userId: string): World.World => ({
  ...world,
  bindings: HashMap.set(world.bindings, keyOf(address), userId)
})

/** A known address is an invite like any other. An unknown one becomes an event of its own, and again at each call. */
export const invite = (
  world: World.World,
  roomId: string,
  address: Address,
  asking: Asking
): Turn.Turn<StateEvent | undefined> => {
  const { userId: sender } = asking.session
  if (World.user(world, sender)?.shadowBanned === true) return Turn.succeed(world, undefined)
  return Turn.andThen(Charges.thirdPartyInvite(world, asking.session, asking.now), (_, charged) => {
    const target = Option.getOrUndefined(HashMap.get(charged.bindings, keyOf(address)))
    return target === undefined
      ? announced(charged, roomId, address, asking)
      : Membership.change(charged, { action: "invite", roomId, sender, target, content: {} }, asking)
  })
}

/** Under no limit but its own: `rc_message` does not count it. */
const announced = (
  world: World.World,
  roomId: string,
  { address }: Address,
  { now, session }: Asking
): Turn.Turn<undefined> => {
  const [token, minted] = World.mint(world, 32)
  const draft: Draft = {
    type: "m.room.third_party_invite",
    stateKey: token,
    sender: session.userId,
    content: {
      display_name: `${address.slice(0, 1)}...`,
      ...Acceptance.keys(minted)
    }
  }
  return Turn.andThen(Turn.make(minted, StateChange.decide(World.room(minted, roomId), draft)), (decision, after) =>
    Turn.map(Membership.unlimited(after, decision, now), () => undefined)
  )
}
