import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { inMemory, path, populated } from "./Stage.ts"
import { get, key, talk } from "./Talk.ts"

const put = (place: string, token: string, body: object) => talk("PUT", `/_matrix/client/v3${place}`, { token, body })

const asObject = (value: unknown): object => (typeof value === "object" && value !== null ? value : {})

/** The room's two latest events as a list has them: a name that replaces another, and a message that was redacted. */
const rendered = Effect.gen(function* () {
  const { roomId, tokens } = yield* populated
  const set = (name: string) => put(path("state/m.room.name/", roomId), tokens.mod, { name })
  const before = key(yield* set("one"), "event_id")
  const text = { body: "x", msgtype: "m.text" }
  const message = String(key(yield* put(path("send/m.room.message/1", roomId), tokens.mod, text), "event_id"))
  yield* put(path(`redact/${encodeURIComponent(message)}/2`, roomId), tokens.mod, {})
  const state = String(key(yield* set("two"), "event_id"))
  const read = (eventId: string) => get(path(`event/${encodeURIComponent(eventId)}`, roomId), tokens.mod)
  return { before, state: yield* read(state), message: yield* read(message) }
})

describe("an event in a list", () => {
  it.effect("says beside itself what it replaced, and in `unsigned` also whose that was", () =>
    Effect.gen(function* () {
      const { before, state } = yield* rendered
      const twice = { age: 0, replaces_state: before, prev_content: { name: "one" } }
      assert.deepInclude(state.body, { ...twice, user_id: "@mod:localhost" })
      assert.deepStrictEqual(key(state, "unsigned"), { ...twice, prev_sender: "@mod:localhost", membership: "join" })
      assert.notProperty(state.body, "prev_sender")
    }).pipe(inMemory)
  )

  it.effect("that was redacted says so twice, with the redaction itself as a list would have it", () =>
    Effect.gen(function* () {
      const { message } = yield* rendered
      const because = asObject(key(message, "redacted_because"))
      assert.deepInclude(because, {
        type: "m.room.redaction",
        user_id: "@mod:localhost",
        unsigned: { age: 0, transaction_id: "2" }
      })
      assert.deepInclude(key(message, "unsigned"), {
        transaction_id: "1",
        redacted_because: because,
        redacted_by: Reflect.get(because, "event_id")
      })
      assert.notProperty(message.body, "redacted_by")
    }).pipe(inMemory)
  )
})
