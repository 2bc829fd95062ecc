/** An access token that expires, and the refresh token that replaces it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import { Credentials } from "../src/Credentials.ts"
import { RoomId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import type * as Session from "../src/Session.ts"
import { answer, make, type Reply, type Sent, silence, type Wire } from "./Wire.ts"
import { witness } from "./Witness.ts"

const homeserver = new URL("https://matrix.example.org")
const forget = Effect.flatMap(Membership, (membership) => membership.forgetRoom({ roomId: RoomId.make("!r:x") }))

interface Given {
  readonly wire: Wire
  readonly onRefresh?: Session.Options["onRefresh"]
}

const layer = ({ onRefresh, wire }: Given) =>
  Membership.layer({ homeserver, pathVersion: "v3", retry: { times: 0 } }).pipe(
    Layer.provide(
      Credentials.layerRefreshable({
        homeserver,
        accessToken: Redacted.make("access-0"),
        refreshToken: Redacted.make("refresh-0"),
        onRefresh
      })
    ),
    Layer.provide(FetchHttpClient.layer),
    Layer.merge(Layer.succeed(FetchHttpClient.Fetch, wire.fetch))
  )

/** In steps: a refresh runs in a fibre of its own, whose waits begin a few turns later. */
const hour = Effect.replicateEffect(TestClock.adjust("1 minute"), 60, { discard: true })

const isRefresh = ({ url }: Sent) => url.endsWith("/refresh")

/** Takes `access-1` and later, and gives `access-n` for `refresh-(n-1)`. */
const server =
  (refusal = '{"errcode":"M_UNKNOWN_TOKEN","error":"Token is not active","soft_logout":false}'): Reply =>
  (sent, nth) => {
    if (isRefresh(sent)) {
      const number = Number(/refresh-(\d+)/u.exec(sent.body)?.[1]) + 1
      return answer(
        200,
        `{"access_token":"access-${number}","refresh_token":"refresh-${number}","expires_in_ms":60000}`
      )(sent, nth)
    }
    return sent.headers["authorization"] === "Bearer access-0"
      ? answer(401, refusal)(sent, nth)
      : answer(200, "{}")(sent, nth)
  }

const lines = (wire: Wire) =>
  wire.sent.map(
    (sent) => `${new URL(sent.url).pathname.split("/").at(-1)} ${sent.headers["authorization"] ?? sent.body}`
  )

describe("a token refused as unknown", () => {
  it.effect.each([
    '{"errcode":"M_UNKNOWN_TOKEN"}',
    '{"errcode":"M_UNKNOWN_TOKEN","soft_logout":true}',
    '{"errcode":"M_UNKNOWN_TOKEN","soft_logout":false}'
  ])("is renewed, whatever the server says of the session, and the request sent once more: %s", (refusal) =>
    Effect.gen(function* () {
      const wire = make(server(refusal))
      yield* Effect.provide(forget, layer({ wire }))
      assert.deepStrictEqual(lines(wire), [
        "forget Bearer access-0",
        'refresh {"refresh_token":"refresh-0"}',
        "forget Bearer access-1"
      ])
    })
  )
  it.effect("is renewed once for all who meet the refusal together", () =>
    Effect.gen(function* () {
      const wire = make(server())
      yield* Effect.replicateEffect(forget, 20, { concurrency: "unbounded", discard: true }).pipe(
        Effect.provide(layer({ wire }))
      )
      assert.strictEqual(wire.sent.filter(isRefresh).length, 1)
      assert.strictEqual(wire.sent.at(-1)?.headers["authorization"], "Bearer access-1")
    })
  )
  it.effect("is renewed again when the new one has run out too", () =>
    Effect.gen(function* () {
      let good = 1
      const wire = make((sent, nth) =>
        isRefresh(sent) || sent.headers["authorization"] === `Bearer access-${good}`
          ? server()(sent, nth)
          : answer(401, '{"errcode":"M_UNKNOWN_TOKEN"}')(sent, nth)
      )
      const twice = Effect.gen(function* () {
        yield* forget
        good = 2
        yield* forget
      })
      yield* Effect.provide(twice, layer({ wire }))
      assert.deepStrictEqual(
        lines(wire).filter((line) => line.startsWith("refresh")),
        ['refresh {"refresh_token":"refresh-0"}', 'refresh {"refresh_token":"refresh-1"}']
      )
    })
  )
  it.effect("and refused once renewed is Unauthorized, with no second refresh for that request", () =>
    Effect.gen(function* () {
      const wire = make((sent, nth) =>
        isRefresh(sent) ? server()(sent, nth) : answer(401, '{"errcode":"M_UNKNOWN_TOKEN"}')(sent, nth)
      )
      const error = yield* Effect.provide(Effect.flip(forget), layer({ wire }))
      assert.strictEqual(error._tag, "Unauthorized")
      assert.strictEqual(wire.sent.length, 3)
    })
  )
})

describe("no refresh", () => {
  it.effect.each(['{"errcode":"M_USER_LOCKED","soft_logout":true}', '{"errcode":"M_MISSING_TOKEN"}'])(
    "is tried for %s, which it would not mend",
    (refusal) =>
      Effect.gen(function* () {
        const wire = make(answer(401, refusal))
        const error = yield* Effect.provide(Effect.flip(forget), layer({ wire }))
        assert.deepStrictEqual([error._tag, wire.sent.length], ["Unauthorized", 1])
      })
  )
})

describe("new tokens", () => {
  it.effect("are handed over to be stored before they are used", () =>
    Effect.gen(function* () {
      const order: Array<string> = []
      const wire = make((sent, nth) => {
        order.push(lines(wire).at(-1) ?? "")
        return server()(sent, nth)
      })
      const onRefresh = ({ accessToken, refreshToken }: Session.Tokens) =>
        Effect.sync(() => {
          order.push(`stored ${Redacted.value(accessToken)} ${Redacted.value(refreshToken)}`)
        })
      yield* Effect.provide(forget, layer({ wire, onRefresh }))
      assert.deepStrictEqual(order.slice(2), ["stored access-1 refresh-1", "forget Bearer access-1"])
    })
  )
  it.effect("are stored whole and kept, also when the caller who got them gives up", () =>
    Effect.gen(function* () {
      let stored = 0
      const wire = make(server())
      const onRefresh = () =>
        Effect.map(Effect.sleep("10 seconds"), () => {
          stored += 1
        })
      const program = Effect.gen(function* () {
        const first = yield* Effect.forkChild(forget)
        yield* TestClock.adjust("5 seconds")
        const given = yield* Effect.forkChild(Fiber.interrupt(first))
        yield* TestClock.adjust("1 minute")
        yield* Fiber.join(given)
        yield* forget
      })
      yield* Effect.provide(program, layer({ wire, onRefresh }))
      assert.deepStrictEqual([stored, wire.sent.filter(isRefresh).length], [1, 1])
    })
  )
  it.effect("without a refresh token leave the old one in use", () =>
    Effect.gen(function* () {
      let stored = ""
      const wire = make((sent, nth) =>
        isRefresh(sent) ? answer(200, '{"access_token":"access-1"}')(sent, nth) : server()(sent, nth)
      )
      const onRefresh = ({ refreshToken }: Session.Tokens) =>
        Effect.sync(() => {
          stored = Redacted.value(refreshToken)
        })
      yield* Effect.provide(forget, layer({ wire, onRefresh }))
      assert.strictEqual(stored, "refresh-0")
    })
  )
})

describe("a refresh", () => {
  it.effect.each([
    answer(401, '{"errcode":"M_UNKNOWN_TOKEN"}'),
    answer(403, '{"errcode":"M_FORBIDDEN","error":"refresh token isn\'t valid anymore"}'),
    answer(404, '{"errcode":"M_UNRECOGNIZED"}')
  ])("that is refused leaves the refusal of the request: Unauthorized", (refused) =>
    Effect.gen(function* () {
      const wire = make((sent, nth) => (isRefresh(sent) ? refused(sent, nth) : server()(sent, nth)))
      const error = yield* Effect.provide(Effect.flip(forget), layer({ wire }))
      assert.deepStrictEqual([error._tag, wire.sent.length], ["Unauthorized", 2])
    })
  )
  it.effect("whose answer is lost is asked for again with the same refresh token", () =>
    Effect.gen(function* () {
      const wire = make((sent, nth) => (nth === 1 ? answer(502, "<html>")(sent, nth) : server()(sent, nth)))
      const fiber = yield* Effect.forkChild(Effect.provide(forget, layer({ wire })))
      yield* hour
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(lines(wire), [
        "forget Bearer access-0",
        'refresh {"refresh_token":"refresh-0"}',
        'refresh {"refresh_token":"refresh-0"}',
        "forget Bearer access-1"
      ])
    })
  )
  it.effect("goes on for the others when one caller gives up", () =>
    Effect.gen(function* () {
      let hang = true
      const wire = make((sent, nth) => (isRefresh(sent) && hang ? silence(sent, nth) : server()(sent, nth)))
      const program = Effect.gen(function* () {
        const first = yield* Effect.forkChild(forget)
        yield* TestClock.adjust("1 second")
        const second = yield* Effect.forkChild(forget)
        yield* TestClock.adjust("1 second")
        hang = false
        yield* Fiber.interrupt(first)
        yield* hour
        yield* Fiber.join(second)
      })
      yield* Effect.provide(program, layer({ wire }))
      assert.strictEqual(wire.sent.at(-1)?.headers["authorization"], "Bearer access-1")
    })
  )
  it.effect("that cannot be had puts the request in no doubt: it was refused, and nothing is looked up", () =>
    Effect.gen(function* () {
      const wire = make((sent, nth) => (isRefresh(sent) ? answer(502, "<html>")(sent, nth) : server()(sent, nth)))
      const leave = Effect.flatMap(Membership, (membership) => membership.leaveRoom({ roomId: RoomId.make("!r:x") }))
      const fiber = yield* Effect.forkChild(Effect.provide(Effect.flip(leave), layer({ wire })))
      yield* hour
      const error = yield* Fiber.join(fiber)
      assert.deepStrictEqual([error._tag, error._tag === "Unreachable" && error.sent], ["Unreachable", false])
      assert.deepStrictEqual(
        [...new Set(lines(wire))],
        ["leave Bearer access-0", 'refresh {"refresh_token":"refresh-0"}']
      )
    })
  )
  it.effect("shows none of the tokens, whatever comes of it", () =>
    Effect.gen(function* () {
      const echo: Reply = ({ body, headers }) =>
        Response.json(
          { errcode: "M_UNKNOWN_TOKEN", error: `bad: ${body} ${headers["authorization"] ?? ""}` },
          { status: 401 }
        )
      const broken: Reply = (sent, nth) =>
        isRefresh(sent) ? answer(502, `<html>cannot pass on ${sent.body}</html>`)(sent, nth) : server()(sent, nth)
      for (const reply of [echo, broken, server()]) {
        const fiber = yield* Effect.provide(forget, layer({ wire: make(reply) })).pipe(witness, Effect.forkChild)
        yield* hour
        const { text } = yield* Fiber.join(fiber)
        assert.isTrue(reply !== broken || text.includes("could not be renewed"))
        for (const secret of ["access-0", "access-1", "refresh-0", "refresh-1"])
          assert.isFalse(text.includes(secret), secret)
      }
    })
  )
  it.effect("of the wrong shape does not show them either", () =>
    Effect.gen(function* () {
      const reply: Reply = (sent, nth) =>
        isRefresh(sent)
          ? answer(200, '{"access_token":["access-1"],"refresh_token":"refresh-1"}')(sent, nth)
          : server()(sent, nth)
      const { text } = yield* witness(Effect.provide(forget, layer({ wire: make(reply) })))
      for (const secret of ["access-1", "refresh-0", "refresh-1"]) assert.isFalse(text.includes(secret), secret)
    })
  )
})
