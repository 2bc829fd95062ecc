/**
 * Accepting the invite of an address, with a signature that says whose it is. Any identity server's will do whose key the
 * pending invite names. The fake has one of its own.
 */
import * as Result from "effect/Result"
import { asUserId, unexpected } from "./Body.ts"
import * as Authorisation from "./rules/Authorisation.ts"
import type { Content, Draft } from "./rules/Event.ts"
import type { Refusal } from "./rules/Refusal.ts"
import { forbidden, make } from "./rules/Refusal.ts"
import * as ThirdPartyInvite from "./rules/ThirdPartyInvite.ts"
import * as Weight from "./rules/Weight.ts"
import * as SignedJson from "./SignedJson.ts"
import * as Turn from "./Turn.ts"
import * as World from "./World.ts"

const identityKey = (world: World.World) => SignedJson.keyFrom(`${world.seed} identity server`)

/** What the fake's identity server puts into an invite, beside the name to show. */
export const keys = (world: World.World): Content => {
  const key = {
    public_key: SignedJson.publicKeyOf(identityKey(world)),
    key_validity_url: `${identityServer(world)}pubkey/isvalid`
  }
  return { ...key, public_keys: [key] }
}

const identityServer = (world: World.World): string => `https://${world.serverName}/_matrix/identity/v2/`

/** What a client whose address has been bound sends with its join as `third_party_signed`. */
export const signed = (world: World.World, sender: string, mxid: string, token: string): Content => {
  const said = { sender, mxid, token }
  return {
    ...said,
    signatures: { [world.serverName]: { "ed25519:0": SignedJson.signature(said, identityKey(world)) } }
  }
}

/** Turns an invite of an address into an invite of the user who proves to own it. No limit counts it. */
export const exchange = (
  world: World.World,
  roomId: string,
  userId: string,
  proof: Content,
  now: number
): Turn.Turn<void> => {
  const decided = Result.gen(function* () {
    const { sender } = proof
    if (typeof sender !== "string") return yield* Result.fail(make(400, "M_UNKNOWN", "The sender has to be text."))
    const room = World.room(world, roomId)
    if (room === undefined || room.joinedHere === 0) return yield* Result.fail(unforwarded(world, roomId, sender))
    const pending = ThirdPartyInvite.pendingInvite(room, proof)
    const content = {
      membership: "invite",
      third_party_invite: { display_name: pending?.content["display_name"] ?? null, signed: proof }
    }
    const draft: Draft = { type: "m.room.member", stateKey: userId, sender: yield* asUserId(sender), content }
    yield* Weight.check(draft, room.version)
    yield* Authorisation.check(room, draft)
    const keys = pending === undefined ? [] : yield* ThirdPartyInvite.signingKeys(pending, proof)
    return keys.some((key) => isInForce(world, key))
      ? { room, draft }
      : yield* Result.fail(make(502, "M_UNKNOWN", "The identity server cannot be asked whether its key still counts."))
  })
  return Turn.andThen(Turn.make(world, decided), ({ draft, room }, before) =>
    Turn.succeed(World.write(before, room, draft, now)[1], undefined)
  )
}

/** Only the fake's own identity server can be asked, and says yes. */
const isInForce = (world: World.World, { key_validity_url: url }: Content): boolean =>
  url === undefined || `${url}`.startsWith(identityServer(world))

/** Another server has to do it, where nobody of this one is in the room; and Synapse does not expect to be that server. */
const unforwarded = (world: World.World, roomId: string, sender: string): Refusal => {
  const isElsewhere = [roomId, sender].some((id) => id.includes(":") && !World.isOurs(world)(id))
  if (!isElsewhere) return unexpected
  return world.federates
    ? make(502, "M_UNKNOWN", "No server of that room can be reached.")
    : forbidden("This server does not talk to those in that room.")
}
