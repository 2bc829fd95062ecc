import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { forbidden, inMemory, ok, path, populated } from "./Stage.ts"
import { talk, verdict } from "./Talk.ts"

const put = (to: string, token: string, body: unknown = {}) =>
  Effect.map(talk("PUT", `/_matrix/client/v3${to}`, { token, body }), verdict)

describe("a call with a transaction", () => {
  it.effect("is answered again as it was, and done once", () =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const kick = (transaction: string) =>
        put(path(`kick/${transaction}`, roomId), tokens.mod, { user_id: "@other:localhost" })
      assert.deepStrictEqual([yield* kick("1"), yield* kick("1"), yield* kick("2")], [ok, ok, forbidden])
    }).pipe(inMemory)
  )

  it.effect("is remembered per device, and only if it succeeded", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const join = (token: string) => put(path("join/1", roomId), token)
      assert.strictEqual(yield* join(tokens.outsider), forbidden)
      yield* put(path("invite/1", roomId), tokens.mod, { user_id: "@outsider:localhost" })
      assert.strictEqual(yield* join(tokens.outsider), ok)
      yield* put(path("kick/1", roomId), tokens.mod, { user_id: "@outsider:localhost" })
      assert.strictEqual(yield* join(tokens.outsider), ok)
      assert.strictEqual(yield* join((yield* fake.register("outsider")).accessToken), forbidden)
      assert.strictEqual(yield* fake.membershipOf(roomId, "outsider"), "leave")
    }).pipe(inMemory)
  )

  it.effect("creates one room", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      const create = talk("PUT", "/_matrix/client/v3/createRoom/1", { token: accessToken })
      assert.deepStrictEqual((yield* create).body, (yield* create).body)
    }).pipe(inMemory)
  )
})
