import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { forbidden, inMemory } from "../Stage.ts"
import { get, post, talk, verdict } from "../Talk.ts"

const scene = Effect.map(
  Effect.flatMap(FakeHomeserver, (fake) => fake.register("alice")),
  ({ accessToken }) => accessToken
)
const path = "/user/@alice:localhost/filter"

describe("a filter", () => {
  it.effect("is given back under its id, and the same filter keeps the same id", () =>
    Effect.gen(function* () {
      const token = yield* scene
      const filter = { room: { timeline: { limit: 3 } }, event_format: "client" }
      assert.deepStrictEqual((yield* post(path, token, filter)).body, { filter_id: "0" })
      assert.deepStrictEqual((yield* post(path, token, {})).body, { filter_id: "1" })
      assert.deepStrictEqual((yield* post(path, token, filter)).body, { filter_id: "0" })
      assert.deepStrictEqual((yield* get(`${path}/0`, token)).body, filter)
    }).pipe(inMemory)
  )

  it.effect.each([
    { id: "77", answer: "404 M_NOT_FOUND" },
    { id: "mine", answer: "400 M_UNKNOWN" }
  ])("is not found as $id: $answer", ({ answer, id }) =>
    Effect.gen(function* () {
      assert.strictEqual(verdict(yield* get(`${path}/${id}`, yield* scene)), answer)
    }).pipe(inMemory)
  )

  it.effect.each([
    { text: "x", answer: "400 M_NOT_JSON" },
    { text: "", answer: "400 M_NOT_JSON" },
    { text: "[]", answer: "400 M_BAD_JSON" },
    { text: '{"room":3}', answer: "400 M_BAD_JSON" }
  ])("is not %j", ({ answer, text }) =>
    Effect.gen(function* () {
      const token = yield* scene
      assert.strictEqual(verdict(yield* talk("POST", `/_matrix/client/v3${path}`, { token, text })), answer)
    }).pipe(inMemory)
  )

  it.effect("of others is theirs", () =>
    Effect.gen(function* () {
      const token = yield* scene
      assert.strictEqual(verdict(yield* post("/user/@bob:localhost/filter", token)), forbidden)
      assert.strictEqual(verdict(yield* get("/user/@bob:localhost/filter/0", token)), forbidden)
    }).pipe(inMemory)
  )
})
