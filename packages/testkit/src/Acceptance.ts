/**
 * Accepting the invite of an address, with proof from the identity server that it is one's own. Signatures are check sums
 * of the fake's own: good enough to tell a forged proof from a real one.
 */
import * as Opaque from "./Opaque.ts"
import * as Account from "./rules/Account.ts"
import type { Content, Draft } from "./rules/Event.ts"
import { asObject } from "./rules/Power.ts"
import { forbidden } from "./rules/Refusal.ts"
import * as Room from "./rules/Room.ts"
import * as Turn from "./Turn.ts"
import * as World from "./World.ts"

const signature = (world: World.World, mxid: string, token: string): string =>
  Opaque.make(`${world.seed} ${mxid} ${token}`, 0, 86)

/** What a client whose address has been bound sends with its join as `third_party_signed`. */
export const signed = (world: World.World, sender: string, mxid: string, token: string): Content => ({
  sender,
  mxid,
  token,
  signatures: { [world.serverName]: { "ed25519:0": signature(world, mxid, token) } }
})

/** Turns an invite of an address into an invite of the user who proves to own it. No power is asked for, and no limit. */
export const exchange = (
  world: World.World,
  roomId: string,
  userId: string,
  proof: Content,
  now: number
): Turn.Turn<void> => {
  const { mxid, sender, token } = proof
  const room = World.room(world, roomId)
  const pending = room === undefined ? undefined : Room.stateEvent(room, "m.room.third_party_invite", `${token}`)
  const isGenuine = asObject(asObject(proof["signatures"])[world.serverName])["ed25519:0"]
  if (
    room === undefined ||
    pending === undefined ||
    pending.sender !== sender ||
    mxid !== userId ||
    isGenuine !== signature(world, userId, `${token}`)
  )
    return Turn.refuse(world, forbidden("Nobody invited you to this room."))
  if (Room.membership(room, userId) === "ban") return Turn.refuse(world, forbidden("You are banned here."))
  const content = {
    ...Account.profile(world, userId, {}),
    membership: "invite",
    third_party_invite: { display_name: pending.content["display_name"], signed: proof }
  }
  const draft: Draft = { type: "m.room.member", stateKey: userId, sender: pending.sender, content }
  return Turn.succeed(World.write(world, room, draft, now)[1], undefined)
}
