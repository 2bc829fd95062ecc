/** One attempt over `fetch`: its bounds, and what becomes of everything but a plain success. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { MatrixError } from "../src/MatrixError.ts"
import { RoomAlias, RoomId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import { answer, layer, make, type Reply, streamed } from "./Wire.ts"

const roomId = RoomId.make("!r:x")
const join = Effect.flatMap(Membership, (membership) => membership.joinRoomById({ roomId }))
const leave = Effect.flatMap(Membership, (membership) => membership.leaveRoom({ roomId }))
// no failure of these two makes the operation look for itself what became of it
const resolve = Effect.flatMap(Membership, (membership) =>
  membership.getRoomIdByAlias({ roomAlias: RoomAlias.make("#a:x") })
)
const forget = Effect.flatMap(Membership, (membership) => membership.forgetRoom({ roomId }))

const failing = <A, E extends MatrixError>(effect: Effect.Effect<A, E, Membership>, reply: Reply) =>
  Effect.gen(function* () {
    const wire = make(reply)
    const error: MatrixError = yield* Effect.provide(Effect.flip(effect), layer(wire))
    return { error, wire }
  })

const tag = <A, E extends MatrixError>(effect: Effect.Effect<A, E, Membership>, reply: Reply) =>
  Effect.map(failing(effect, reply), ({ error }) => error._tag)

describe("a success", () => {
  it.effect("is read whole, however the network cut it up", () =>
    Effect.gen(function* () {
      const bytes = new TextEncoder().encode('{"room_id":"!ü🎪:x"}')
      const pieces = Array.from(bytes, (byte) => Uint8Array.of(byte))
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece)
          controller.close()
        }
      })
      const wire = make(() => new Response(body))
      assert.strictEqual(yield* Effect.provide(resolve, layer(wire)), "!ü🎪:x")
    })
  )
  it.effect("needs no content type, and may begin with a byte order mark", () =>
    Effect.gen(function* () {
      const wire = make(answer(200, '\ufeff {"room_id":"!a:x"}\n', { "content-type": "text/html" }))
      assert.strictEqual(yield* Effect.provide(resolve, layer(wire)), "!a:x")
    })
  )
  it.effect("is any 2xx with the body that is due", () =>
    Effect.gen(function* () {
      for (const status of [200, 201, 202, 299]) {
        const wire = make(answer(status, '{"room_id":"!a:x"}'))
        assert.strictEqual(yield* Effect.provide(resolve, layer(wire)), "!a:x")
      }
    })
  )
})

describe("200 is no success", () => {
  it.effect.each([
    { name: "in HTML, as captive portals do", body: "<html>Please log in</html>", shows: "<html>Please log in</html>" },
    { name: "without a body", body: "", shows: "empty" },
    { name: "with null", body: "null", shows: "null" },
    { name: "with an array", body: "[]", shows: "[]" },
    { name: "with broken JSON", body: '{"room_id":"!a:x"', shows: "room_id" },
    { name: "without the room id", body: "{}", shows: "room_id" },
    { name: "with a room id of the wrong type", body: '{"room_id":7}', shows: "room_id" },
    { name: "with a room id that is none", body: '{"room_id":"room"}', shows: "room_id" }
  ])("$name", ({ body, shows }) =>
    Effect.gen(function* () {
      const { error } = yield* failing(resolve, answer(200, body))
      assert.strictEqual(error._tag, "NotMatrix")
      assert.strictEqual(error._tag === "NotMatrix" ? error.status : 0, 200)
      assert.include(error.message, shows)
    })
  )
})

describe("an error's body", () => {
  it.effect("is that error even where a proxy made its status 200", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* tag(resolve, answer(200, '{"errcode":"M_FORBIDDEN","error":"no"}')), "Forbidden")
    })
  )
})

describe("202 without a room id", () => {
  const promise = answer(202, '{"errcode":"M_UNKNOWN","error":"The room join will continue in the background."}')
  it.effect("is a pending join", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* tag(join, promise), "JoinPending")
      assert.strictEqual(yield* tag(join, answer(202, "{}")), "JoinPending")
    })
  )
  it.effect("is nothing that another operation knows", () =>
    Effect.map(tag(leave, promise), (tag) => assert.strictEqual(tag, "NotMatrix"))
  )
})

describe("a refusal", () => {
  it.effect("with a code that means nothing to the operation keeps its evidence as Refused", () =>
    Effect.gen(function* () {
      const { error } = yield* failing(leave, answer(403, '{"errcode":"M_INVITE_BLOCKED","error":"odd"}'))
      assert.deepStrictEqual<unknown>(
        { ...error },
        { _tag: "Refused", status: 403, errcode: "M_INVITE_BLOCKED", detail: "odd" }
      )
    })
  )
})

describe("the size of an answer", () => {
  const mebibyte = 1024 * 1024
  const padded = (bytes: number) => `{"room_id":"!a:x","pad":"${"x".repeat(bytes - 27)}"}`
  it.effect("may be one mebibyte", () =>
    Effect.gen(function* () {
      assert.strictEqual(padded(mebibyte).length, mebibyte)
      const wire = make(answer(200, padded(mebibyte)))
      assert.strictEqual(yield* Effect.provide(resolve, layer(wire)), "!a:x")
    })
  )
  it.effect("may not be more", () =>
    Effect.gen(function* () {
      const { error } = yield* failing(resolve, answer(200, padded(mebibyte + 1)))
      assert.strictEqual(error._tag, "NotMatrix")
      assert.include(error.message, "1048576")
    })
  )
  it.effect("without an end stops being read, also when it is an error's", () =>
    Effect.gen(function* () {
      for (const status of [200, 502]) {
        let given = 0
        let cancelled = false
        const endless = {
          *[Symbol.iterator]() {
            for (;;) {
              given += 1
              yield "x".repeat(64 * 1024)
            }
          }
        }
        const body = streamed(
          endless,
          () => {},
          () => {
            cancelled = true
          }
        )
        const { error } = yield* failing(resolve, () => new Response(body, { status }))
        assert.strictEqual(error._tag, "NotMatrix")
        assert.isBelow(given, 32)
        assert.isTrue(cancelled)
      }
    })
  )
})

describe("an answer that breaks off", () => {
  it.effect.each([200, 403, 502])("after its head, with %i, is Unreachable, and may have taken effect", (status) =>
    Effect.gen(function* () {
      const reply = () =>
        new Response(
          streamed(['{"room_id":'], (controller) => controller.error(new TypeError("terminated"))),
          { status }
        )
      const { error } = yield* failing(resolve, reply)
      assert.deepStrictEqual([error._tag, error._tag === "Unreachable" && error.sent], ["Unreachable", true])
      assert.include(error.message, "terminated")
    })
  )
})

describe("no answer", () => {
  const refused = (code: string) => () => {
    throw new TypeError("fetch failed", { cause: Object.assign(new Error(`connect ${code} 127.0.0.1:8008`), { code }) })
  }
  it.effect.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"])(
    "because of %s is Unreachable, and was certainly not sent",
    (code) =>
      Effect.gen(function* () {
        const { error } = yield* failing(forget, refused(code))
        assert.deepStrictEqual([error._tag, error._tag === "Unreachable" && error.sent], ["Unreachable", false])
        assert.include(error.message, `connect ${code} 127.0.0.1:8008`)
      })
  )
  it.effect.each(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET", "UND_ERR_HEADERS_TIMEOUT"])(
    "because of %s is Unreachable, and may have been sent",
    (code) =>
      Effect.gen(function* () {
        const { error } = yield* failing(forget, refused(code))
        assert.deepStrictEqual([error._tag, error._tag === "Unreachable" && error.sent], ["Unreachable", true])
      })
  )
  it.effect.each(["CERT_HAS_EXPIRED", "DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID"])(
    "because of %s is Unreachable, and nothing was sent",
    (code) =>
      Effect.gen(function* () {
        const { error } = yield* failing(forget, refused(code))
        assert.deepStrictEqual([error._tag, error._tag === "Unreachable" && error.sent], ["Unreachable", false])
      })
  )
  it.effect("from any address of a name is not sent either", () =>
    Effect.gen(function* () {
      const each = ["::1", "127.0.0.1"].map((address) =>
        Object.assign(new Error(`connect ECONNREFUSED ${address}:8008`), { code: "ECONNREFUSED" })
      )
      const { error } = yield* failing(forget, () => {
        throw new TypeError("fetch failed", { cause: new AggregateError(each, "") })
      })
      assert.deepStrictEqual([error._tag, error._tag === "Unreachable" && error.sent], ["Unreachable", false])
      assert.include(error.message, "ECONNREFUSED")
    })
  )
  it.effect.each([new Error(""), "a text", undefined, null, {}])("thrown as %j is Unreachable all the same", (thrown) =>
    Effect.gen(function* () {
      const { error } = yield* failing(forget, () => Promise.reject(thrown))
      assert.strictEqual(error._tag, "Unreachable")
      assert.isAbove(error.message.length, 10)
    })
  )
})

it.effect("what a program sets for `fetch` stays, but redirects are never followed", () =>
  Effect.gen(function* () {
    const wire = make(answer(200, "{}"))
    yield* Effect.provide(forget, layer(wire)).pipe(
      Effect.provideService(FetchHttpClient.RequestInit, { cache: "no-store", redirect: "follow" })
    )
    assert.deepStrictEqual([wire.sent[0]?.cache, wire.sent[0]?.redirect], ["no-store", "manual"])
  })
)
