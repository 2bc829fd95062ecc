/**
 * Does this invite come of the pending invite of an address? (specification v1.19, `m.room.member` with
 * `third_party_invite`) Nobody's membership or power is asked for then: who was invited by whom has been signed.
 */
import * as Result from "effect/Result"
import { isObject, unexpected } from "../Body.ts"
import * as SignedJson from "../SignedJson.ts"
import type { Content, Draft, StateEvent } from "./Event.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden } from "./Refusal.ts"
import * as Room from "./Room.ts"

export const check = (room: Room.Room, draft: Draft): Result.Result<void, Refusal> =>
  Result.gen(function* () {
    const signed = yield* signedPart(draft.content["third_party_invite"])
    const pending = pendingInvite(room, signed)
    if (
      pending === undefined ||
      pending.sender !== draft.sender ||
      signed["mxid"] !== draft.stateKey ||
      !("signatures" in signed) ||
      (yield* signingKeys(pending, signed)).length === 0
    )
      return yield* Result.fail(forbidden("Nobody invited you to this room."))
    if (Room.membership(room, draft.stateKey) === "ban")
      return yield* Result.fail(forbidden(`${draft.stateKey} is banned from this room.`))
  })

/** Synapse looks for the token before it asks whether there is one. */
const signedPart = (invite: unknown): Result.Result<Content, Refusal> => {
  const signed = isObject(invite) ? invite["signed"] : undefined
  return isObject(signed) && "token" in signed && !(typeof signed["token"] === "object" && signed["token"] !== null)
    ? Result.succeed(signed)
    : Result.fail(unexpected)
}

/** The invite of an address that somebody accepts. */
export const pendingInvite = (room: Room.Room, { token }: Content): StateEvent | undefined =>
  typeof token === "string" ? Room.stateEvent(room, "m.room.third_party_invite", token) : undefined

/** Each with its `public_key`, and where to ask whether it still counts, if that is told. */
const keysOf = ({ content }: StateEvent): ReadonlyArray<Content> => {
  const { key_validity_url: url, public_key, public_keys: more = [] } = content
  return [
    ...("public_key" in content ? [{ public_key, ...(url === undefined ? {} : { key_validity_url: url }) }] : []),
    ...(Array.isArray(more) ? more.map((key: unknown) => (isObject(key) ? key : {})) : [{}])
  ]
}

/**
 * Those of the pending invite's keys that have signed. As on Synapse only the first signature is looked at, and a key
 * that is none is fatal, unless a good one comes before it.
 */
export const signingKeys = (pending: StateEvent, signed: Content): Result.Result<ReadonlyArray<Content>, Refusal> =>
  Result.gen(function* () {
    const signing: Array<Content> = []
    for (const named of keysOf(pending)) {
      const signature = yield* firstSignature(signed)
      const key = SignedJson.asPublicKey(named["public_key"])
      if (key === undefined && signing.length === 0) return yield* Result.fail(unexpected)
      if (key !== undefined && SignedJson.isSignature(signed, key, signature)) signing.push(named)
    }
    return signing
  })

const firstSignature = ({ signatures }: Content): Result.Result<unknown, Refusal> => {
  if (!isObject(signatures)) return Result.fail(unexpected)
  for (const block of Object.values(signatures)) {
    if (!isObject(block)) return Result.fail(unexpected)
    const name = Object.keys(block).find((key) => key.startsWith("ed25519:"))
    if (name !== undefined) return Result.succeed(block[name])
  }
  return Result.succeed(undefined)
}
