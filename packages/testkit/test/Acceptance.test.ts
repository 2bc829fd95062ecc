/** Invites of addresses that are signed by an identity server which the fake knows only by its key. */
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as SignedJson from "@matrix-membership/testkit/SignedJson"
import * as Effect from "effect/Effect"
import { forbidden, inMemory, ok, path, populated } from "./Stage.ts"
import { get, post, talk, verdict } from "./Talk.ts"

const [key, other] = [SignedJson.keyFrom("identity"), SignedJson.keyFrom("other")]
const publicKey = SignedJson.publicKeyOf(key)
const said = { mxid: "@outsider:localhost", sender: "@mod:localhost", token: "abc" }
const sign = (words: object, by = key) => SignedJson.signature({ ...words }, by)
const proof = { ...said, signatures: { "id.org": { "ed25519:0": sign(said) } } }
const crash = "500 M_UNKNOWN"

const put = (roomId: string, token: string, type: string, stateKey: string, body: object) =>
  talk("PUT", `/_matrix/client/v3${path(`state/${type}/${encodeURIComponent(stateKey)}`, roomId)}`, { token, body })

/** A room whose moderator has invited an address, and what becomes of the one who comes with a proof. */
const accepted = Effect.fnUntraced(function* (pending: object, third_party_signed: unknown, before?: string) {
  const { fake, roomId, tokens } = yield* populated
  assert.strictEqual(verdict(yield* put(roomId, tokens.mod, "m.room.third_party_invite", "abc", pending)), ok)
  if (before !== undefined) yield* post(path(before, roomId), tokens.admin, { user_id: "@outsider:localhost" })
  const heard = yield* post(path("join", roomId), tokens.outsider, { third_party_signed })
  return { fake, roomId, tokens, heard: verdict(heard) }
})

describe("the proof that an address is one's own", () => {
  it.effect.each([
    { name: "by the one key", pending: { public_key: publicKey }, given: proof },
    {
      name: "by one of many keys",
      pending: { public_keys: [{ public_key: SignedJson.publicKeyOf(other) }, { public_key: publicKey }] },
      given: proof
    },
    {
      name: "with an addition that is not signed",
      pending: { public_key: publicKey },
      given: { ...proof, unsigned: { age: 1 } }
    },
    {
      name: "after another server's empty list",
      pending: { public_key: publicKey },
      given: { ...said, signatures: { "a.org": {}, "id.org": { "rsa:1": "x", "ed25519:0": sign(said) } } }
    }
  ])("is good $name", ({ given, pending }) =>
    Effect.gen(function* () {
      const { fake, heard, roomId } = yield* accepted(pending, given)
      assert.strictEqual(heard, ok)
      assert.strictEqual(yield* fake.membershipOf(roomId, "outsider"), "join")
    }).pipe(inMemory)
  )

  const pending = { display_name: "o...", public_key: publicKey }
  it.effect.each([
    {
      name: "is signed by another",
      pending,
      given: { ...said, signatures: { a: { "ed25519:0": sign(said, other) } } },
      answer: forbidden
    },
    {
      name: "has a bad signature before the good one",
      pending,
      given: { ...said, signatures: { a: { "ed25519:0": sign(said, other), "ed25519:1": sign(said) } } },
      answer: forbidden
    },
    { name: "says more than was signed", pending, given: { ...proof, more: 1 }, answer: forbidden },
    { name: "has no signatures", pending, given: said, answer: forbidden },
    { name: "is for an invite taken back", pending: {}, given: proof, answer: forbidden },
    { name: "names nobody as the inviter", pending, given: { ...proof, sender: "mod" }, answer: "400 M_INVALID_PARAM" },
    { name: "names a number as the inviter", pending, given: { ...proof, sender: 5 }, answer: "400 M_UNKNOWN" },
    { name: "is too large", pending, given: { ...proof, more: "x".repeat(70_000) }, answer: "413 M_TOO_LARGE" },
    { name: "has no token", pending, given: { sender: said.sender, mxid: said.mxid, signatures: {} }, answer: crash },
    { name: "has signatures that are none", pending, given: { ...said, signatures: "x" }, answer: crash },
    { name: "is text", pending, given: "proof", answer: crash },
    { name: "is for a key that is none", pending: { public_key: "AAAA" }, given: proof, answer: crash },
    {
      name: "is by a key of which nobody knows whether it still counts",
      pending: { ...pending, key_validity_url: "https://id.org/valid" },
      given: proof,
      answer: "502 M_UNKNOWN"
    }
  ])("is refused when it $name", ({ answer, given, pending }) =>
    Effect.gen(function* () {
      const { fake, heard, roomId } = yield* accepted(pending, given)
      assert.strictEqual(heard, answer)
      assert.isUndefined(yield* fake.membershipOf(roomId, "outsider"))
    }).pipe(inMemory)
  )

  it.effect("does not help a banned user", () =>
    Effect.gen(function* () {
      const { fake, heard, roomId } = yield* accepted(pending, proof, "ban")
      assert.strictEqual(heard, forbidden)
      assert.strictEqual(yield* fake.membershipOf(roomId, "outsider"), "ban")
    }).pipe(inMemory)
  )

  it.effect("counts although the inviter has left, and more than once", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      yield* put(roomId, tokens.mod, "m.room.third_party_invite", "abc", pending)
      yield* post(path("leave", roomId), tokens.mod)
      const join = Effect.map(post(path("join", roomId), tokens.outsider, { third_party_signed: proof }), verdict)
      assert.strictEqual(yield* join, ok)
      yield* post(path("leave", roomId), tokens.outsider)
      assert.strictEqual(yield* join, ok)
      const theirs = (yield* fake.timeline(roomId)).filter(({ stateKey }) => stateKey === said.mxid)
      assert.deepStrictEqual(
        theirs.map(({ content, sender }) => [content["membership"], sender]),
        [
          ["invite", said.sender],
          ["join", said.mxid],
          ["leave", said.mxid],
          ["invite", said.sender],
          ["join", said.mxid]
        ]
      )
    }).pipe(inMemory)
  )

  it.effect("leaves an invite behind when the join is refused, and no profile in it", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      yield* put(roomId, tokens.mod, "m.room.third_party_invite", "abc", pending)
      yield* put(roomId, tokens.admin, "m.room.join_rules", "", { join_rule: "private" })
      const heard = yield* post(path("join", roomId), tokens.outsider, { third_party_signed: proof })
      assert.strictEqual(verdict(heard), forbidden)
      const left = yield* get(path(`state/m.room.member/${said.mxid}`, roomId), tokens.admin)
      assert.deepStrictEqual(left.body, {
        membership: "invite",
        third_party_invite: { display_name: "o...", signed: proof }
      })
    }).pipe(inMemory)
  )

  it.effect("has to be taken elsewhere when nobody of this server is in the room", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("outsider")
      const join = (roomId: string) =>
        Effect.map(post(path("join", roomId), accessToken, { third_party_signed: proof }), verdict)
      assert.strictEqual(yield* join("!away:other.org"), "502 M_UNKNOWN")
      assert.strictEqual(yield* join("!nothing:localhost"), crash)
    }).pipe(inMemory)
  )

  it.effect("is asked for wherever an invite claims to come of an address's", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      yield* put(roomId, tokens.mod, "m.room.third_party_invite", "abc", pending)
      const write = (signed: unknown) =>
        Effect.map(
          put(roomId, tokens.mod, "m.room.member", said.mxid, { membership: "invite", third_party_invite: { signed } }),
          verdict
        )
      assert.strictEqual(yield* write({ ...proof, more: 1 }), forbidden)
      assert.strictEqual(yield* write(undefined), crash)
      assert.strictEqual(yield* write(proof), ok)
    }).pipe(inMemory)
  )
})
