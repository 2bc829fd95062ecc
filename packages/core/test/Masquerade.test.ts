import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Masquerade from "../src/Masquerade.ts"
import { RoomId, ServerName, UserId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import { answer, layer, make, requests } from "./Wire.ts"

const bot = UserId.make("@_bot_a/b:x")
const roomId = RoomId.make("!r:x")
const query = (url: string | undefined) => [...new URL(url ?? "").searchParams]

it.effect("a layer speaks for its user in every request that carries the token", () =>
  Effect.gen(function* () {
    const { sent } = yield* requests((membership) => membership.leaveRoom({ roomId }), "{}", {
      as: { userId: bot, deviceId: "DEV" }
    })
    assert.deepStrictEqual(query(sent[0]?.url), [
      ["user_id", "@_bot_a/b:x"],
      ["device_id", "DEV"]
    ])
  })
)

it.effect("beside what else there is in the query", () =>
  Effect.gen(function* () {
    const { sent } = yield* requests(
      (membership) => membership.joinRoom({ roomIdOrAlias: roomId, via: [ServerName.make("a.org")] }),
      '{"room_id":"!r:x"}',
      { as: { userId: bot } }
    )
    assert.deepStrictEqual(query(sent[0]?.url), [
      ["via", "a.org"],
      ["server_name", "a.org"],
      ["user_id", "@_bot_a/b:x"]
    ])
  })
)

it.effect("a single effect may speak for another user than its layer", () =>
  Effect.gen(function* () {
    const other = UserId.make("@_other:x")
    const { sent } = yield* requests(
      (membership) =>
        Effect.andThen(
          Effect.provideService(membership.forgetRoom({ roomId }), Masquerade.As, { userId: other }),
          membership.forgetRoom({ roomId })
        ),
      "{}",
      { as: { userId: bot } }
    )
    assert.deepStrictEqual(
      sent.map(({ url }) => query(url)),
      [[["user_id", "@_other:x"]], [["user_id", "@_bot_a/b:x"]]]
    )
  })
)

it.effect("nobody is spoken for unasked, nor where no token is sent", () =>
  Effect.gen(function* () {
    const wire = make(answer(200, '{"versions":["v1.1"]}'))
    const forget = Effect.flatMap(Membership, (membership) => membership.forgetRoom({ roomId }))
    yield* Effect.provide(forget, layer(wire, { pathVersion: undefined, as: { userId: bot } }))
    yield* Effect.provide(forget, layer(wire))
    assert.deepStrictEqual(
      wire.sent.map(({ url }) => query(url).length),
      [0, 1, 0]
    )
  })
)
