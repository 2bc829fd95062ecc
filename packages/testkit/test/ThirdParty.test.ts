import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { forbidden, inMemory, ok, path, populated } from "./Stage.ts"
import { post, verdict } from "./Talk.ts"

const address = { medium: "email", address: "new@example.org" }
const body = { ...address, id_server: "id.example.org", id_access_token: "secret" }

describe("inviting an address", () => {
  it.effect("needs to know which identity server to ask", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const heard = yield* post(path("invite", roomId), tokens.mod, { ...address, user_id: "@new:localhost" })
      assert.strictEqual(verdict(heard), "400 M_MISSING_PARAM")
    }).pipe(inMemory)
  )

  it.effect("of a known user is an invite of that user", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      yield* fake.bind(address, "new")
      assert.strictEqual(verdict(yield* post(path("invite", roomId), tokens.mod, body)), ok)
      assert.strictEqual(yield* fake.membershipOf(roomId, "new"), "invite")
    }).pipe(inMemory)
  )

  it.effect("of nobody known is an event of its own, at each call another", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      yield* post(path("invite", roomId), tokens.mod, body)
      yield* post(path("invite", roomId), tokens.mod, body)
      const pending = (yield* fake.timeline(roomId)).filter(({ type }) => type === "m.room.third_party_invite")
      assert.strictEqual(new Set(pending.map(({ stateKey }) => stateKey)).size, 2)
    }).pipe(inMemory)
  )

  it.effect("needs the power to invite", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      assert.strictEqual(verdict(yield* post(path("invite", roomId), tokens.plain, body)), forbidden)
    }).pipe(inMemory)
  )

  it.effect("is accepted with the identity server's proof, and with no other", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      yield* post(path("invite", roomId), tokens.mod, body)
      const join = (third_party_signed: unknown) => post(path("join", roomId), tokens.outsider, { third_party_signed })
      const proof = yield* fake.proof(roomId, "outsider")
      assert.strictEqual(verdict(yield* join(yield* fake.proof(roomId, "gone"))), forbidden)
      assert.strictEqual(verdict(yield* join({ ...proof, token: "guessed" })), forbidden)
      assert.strictEqual(verdict(yield* join({ ...proof, mxid: "@gone:localhost" })), forbidden)
      assert.strictEqual(verdict(yield* join({ ...proof, sender: "@admin:localhost" })), forbidden)
      assert.strictEqual(verdict(yield* join({ ...proof, signatures: { localhost: { "ed25519:0": "x" } } })), forbidden)
      assert.strictEqual(yield* fake.membershipOf(roomId, "outsider"), undefined)
      assert.strictEqual(verdict(yield* join(proof)), ok)
      const [invite, accepted] = (yield* fake.timeline(roomId)).slice(-2)
      assert.deepInclude(invite, { sender: "@mod:localhost", stateKey: "@outsider:localhost" })
      assert.strictEqual(accepted?.content["membership"], "join")
    }).pipe(inMemory)
  )
})
