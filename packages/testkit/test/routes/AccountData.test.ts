import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { brief, sync } from "../Follower.ts"
import { forbidden, inMemory, ok } from "../Stage.ts"
import { get, talk, verdict } from "../Talk.ts"

const scene = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const { accessToken } = yield* fake.register("alice")
  const roomId = yield* fake.createRoom({ creator: "alice" })
  const put = (rest: string, body: unknown) =>
    talk("PUT", `/_matrix/client/v3/user/@alice:localhost/${rest}`, { token: accessToken, body })
  const read = (rest: string) => get(`/user/@alice:localhost/${rest}`, accessToken)
  const inRoom = `rooms/${encodeURIComponent(roomId)}/account_data/m.tag`
  return { accessToken, inRoom, put, read, roomId }
})

describe("account data", () => {
  it.effect("is kept, for the account and for its rooms apart", () =>
    Effect.gen(function* () {
      const { inRoom, put, read } = yield* scene
      assert.strictEqual(verdict(yield* read("account_data/m.tag")), "404 M_NOT_FOUND")
      assert.strictEqual(verdict(yield* put("account_data/m.tag", { a: 1 })), ok)
      assert.strictEqual(verdict(yield* put(inRoom, { b: 2 })), ok)
      yield* put("account_data/m.tag", { a: 3 })
      assert.deepStrictEqual((yield* read("account_data/m.tag")).body, { a: 3 })
      assert.deepStrictEqual((yield* read(inRoom)).body, { b: 2 })
    }).pipe(inMemory)
  )

  it.effect("comes with the next sync, once", () =>
    Effect.gen(function* () {
      const { accessToken, inRoom, put, roomId } = yield* scene
      const { next_batch: since } = yield* sync(accessToken)
      yield* put("account_data/m.tag", {})
      yield* put(inRoom, {})
      const news = yield* sync(accessToken, { since })
      assert.deepStrictEqual(news.account_data?.events.map(brief), ["m.tag"])
      assert.deepStrictEqual(news.rooms?.join?.[roomId]?.account_data.events.map(brief), ["m.tag"])
      const later = yield* sync(accessToken, { since: news.next_batch })
      assert.isUndefined(later.account_data)
      assert.isUndefined(later.rooms)
    }).pipe(inMemory)
  )

  it.effect.each([
    { rest: "account_data/m.push_rules", body: {}, answer: "405 M_BAD_JSON" },
    { rest: "account_data/m.fully_read", body: {}, answer: "405 M_BAD_JSON" },
    { rest: "account_data/m.tag", body: [], answer: "400 M_BAD_JSON" },
    { rest: "rooms/nowhere/account_data/m.tag", body: {}, answer: "400 M_INVALID_PARAM" }
  ])("as $rest, $body: $answer", ({ answer, body, rest }) =>
    Effect.gen(function* () {
      const { put } = yield* scene
      assert.strictEqual(verdict(yield* put(rest, body)), answer)
    }).pipe(inMemory)
  )

  it.effect("of others is theirs", () =>
    Effect.gen(function* () {
      const { accessToken: token } = yield* scene
      const path = "/user/@bob:localhost/account_data/m.tag"
      assert.strictEqual(verdict(yield* get(path, token)), forbidden)
      assert.strictEqual(verdict(yield* talk("PUT", `/_matrix/client/v3${path}`, { token })), forbidden)
    }).pipe(inMemory)
  )
})
