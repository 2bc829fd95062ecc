/** Many callers, one session: refreshes are few, whoever gives up, and whatever becomes of them. */
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Credentials } from "../src/Credentials.ts"
import { RoomId, UserId } from "../src/MatrixId.ts"
import { Membership, type Options } from "../src/Membership.ts"
import type * as Session from "../src/Session.ts"
import { awaited, pass, patiently } from "./Patience.ts"
import { answer, make, type Reply, type Sent, silence, type Wire } from "./Wire.ts"

const homeserver = new URL("https://matrix.example.org")
const roomId = RoomId.make("!r:x")
const userId = UserId.make("@bob:x")
const forget = Effect.flatMap(Membership, (membership) => membership.forgetRoom({ roomId }))

interface Given extends Partial<Options> {
  readonly onRefresh?: Session.Options["onRefresh"]
}

const layer = (wire: Wire, { onRefresh, ...options }: Given = {}) =>
  Membership.layer({ homeserver, pathVersion: "v3", retry: { times: 0 }, ...options }).pipe(
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

const isRefresh = ({ url }: Sent) => url.endsWith("/_matrix/client/v3/refresh")
const isOld = ({ headers }: Sent) => headers["authorization"] === "Bearer access-0"
const refreshes = (wire: Wire) => wire.sent.filter(isRefresh)

const unknown = answer(401, '{"errcode":"M_UNKNOWN_TOKEN","soft_logout":true}')
const renewed = answer(200, '{"access_token":"access-1","refresh_token":"refresh-1"}')
const done = answer(200, "{}")

/** Refuses the first access token, and answers refreshes by `refresh`. */
const server =
  (refresh: Reply = renewed, otherwise: Reply = done): Reply =>
  (sent, nth) =>
    (isRefresh(sent) ? refresh : isOld(sent) ? unknown : otherwise)(sent, nth)

/** Twenty callers at once, and how each of them ends. */
const twenty = Effect.forEach(
  Array.from({ length: 20 }),
  () => Effect.match(forget, { onFailure: ({ _tag }): string => _tag, onSuccess: () => "success" }),
  { concurrency: "unbounded" }
)

describe("twenty callers with a token that has run out", () => {
  it.effect("wait for one slow refresh, and all go on with what it gave", () =>
    Effect.gen(function* () {
      const gate = Promise.withResolvers<void>()
      const slow: Reply = async (sent, nth) => {
        await gate.promise
        return renewed(sent, nth)
      }
      const wire = make(server(slow))
      const fiber = yield* Effect.forkChild(Effect.provide(twenty, layer(wire)))
      yield* pass(30)
      gate.resolve()
      assert.deepStrictEqual(yield* awaited(fiber), Array(20).fill("success"))
      assert.strictEqual(refreshes(wire).length, 1)
      assert.strictEqual(wire.sent.filter((sent) => !isRefresh(sent) && !isOld(sent)).length, 20)
    })
  )

  it.effect("none of them uses the new one before it is stored", () =>
    Effect.gen(function* () {
      const wire = make(server())
      const isStored = yield* Deferred.make<void>()
      const fiber = yield* Effect.forkChild(
        Effect.provide(twenty, layer(wire, { onRefresh: () => Deferred.await(isStored) }))
      )
      yield* pass(60)
      assert.isTrue(wire.sent.every((sent) => isRefresh(sent) || isOld(sent)))
      yield* Deferred.succeed(isStored, undefined)
      assert.deepStrictEqual(yield* awaited(fiber), Array(20).fill("success"))
      assert.strictEqual(refreshes(wire).length, 1)
    })
  )

  it.effect("are all Unauthorized by one refusal of the refresh token", () =>
    Effect.gen(function* () {
      const wire = make(server(unknown))
      assert.deepStrictEqual(yield* patiently(Effect.provide(twenty, layer(wire))), Array(20).fill("Unauthorized"))
      assert.strictEqual(refreshes(wire).length, 1)
    })
  )

  it.effect("do not each in turn press a server that cannot refresh now", () =>
    Effect.gen(function* () {
      const wire = make(server(answer(503, '{"errcode":"M_UNKNOWN"}')))
      yield* patiently(Effect.provide(twenty, layer(wire)))
      // one refresh is three attempts
      assert.isAtMost(refreshes(wire).length, 6)
    })
  )

  it.effect("do not come sooner than one of them was told to", () =>
    Effect.gen(function* () {
      const told = answer(429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":300000}')
      const wire = make(server(told))
      yield* patiently(Effect.provide(twenty, layer(wire)))
      assert.strictEqual(refreshes(wire).length, 1)
    })
  )
})

describe("who gives up", () => {
  const hanging = () => {
    let hangs = true
    const wire = make((sent, nth) => (isRefresh(sent) && hangs ? silence(sent, nth) : server()(sent, nth)))
    return {
      wire,
      mend: Effect.sync(() => {
        hangs = false
      })
    }
  }

  it.effect("while another refreshes does not disturb it", () =>
    Effect.gen(function* () {
      const stored = yield* Deferred.make<void>()
      const wire = make(server())
      const program = Effect.gen(function* () {
        const first = yield* Effect.forkChild(forget)
        yield* pass(1)
        const [second, third] = [yield* Effect.forkChild(forget), yield* Effect.forkChild(forget)]
        yield* pass(1)
        yield* Fiber.interrupt(second)
        yield* Deferred.succeed(stored, undefined)
        yield* awaited(first)
        yield* awaited(third)
      })
      yield* Effect.provide(program, layer(wire, { onRefresh: () => Deferred.await(stored) }))
      assert.strictEqual(refreshes(wire).length, 1)
      assert.strictEqual(wire.sent.filter((sent) => !isRefresh(sent) && !isOld(sent)).length, 2)
    })
  )

  it.effect("in the middle of refreshing does not end it, and nobody begins another", () =>
    Effect.gen(function* () {
      const { mend, wire } = hanging()
      const program = Effect.gen(function* () {
        const first = yield* Effect.forkChild(forget)
        yield* pass(1)
        const others = yield* Effect.forkChild(twenty)
        yield* pass(1)
        assert.strictEqual(refreshes(wire).length, 1)
        yield* mend
        yield* Fiber.interrupt(first)
        assert.isFalse(refreshes(wire)[0]?.signal.aborted)
        // the one that hangs runs out after a minute, and is asked for again
        assert.deepStrictEqual(yield* awaited(others), Array(20).fill("success"))
      })
      yield* Effect.provide(program, layer(wire))
      assert.strictEqual(refreshes(wire).length, 2)
    })
  )
})

it.effect("a refusal that comes when the token has been renewed already is not met with another refresh", () =>
  Effect.gen(function* () {
    const late = Promise.withResolvers<void>()
    let held = true
    const wire = make(async (sent, nth) => {
      if (!isRefresh(sent) && held) {
        held = false
        await late.promise
      }
      return server()(sent, nth)
    })
    const program = Effect.gen(function* () {
      const slow = yield* Effect.forkChild(forget)
      yield* pass(1)
      yield* patiently(forget)
      late.resolve()
      yield* awaited(slow)
    })
    yield* Effect.provide(program, layer(wire))
    assert.strictEqual(refreshes(wire).length, 1)
    assert.strictEqual(wire.sent.at(-1)?.headers["authorization"], "Bearer access-1")
  })
)

it.effect("a token that runs out between the look and the act of ensure is renewed between them", () =>
  Effect.gen(function* () {
    const wire = make((sent, nth) => {
      if (isRefresh(sent)) return renewed(sent, nth)
      if (sent.url.includes("/state/")) return answer(200, '{"membership":"join"}')(sent, nth)
      if (sent.url.endsWith("/whoami")) return answer(200, '{"user_id":"@me:x"}')(sent, nth)
      return isOld(sent) ? unknown(sent, nth) : done(sent, nth)
    })
    const ensure = Effect.flatMap(Membership, (membership) =>
      membership.ensure({ roomId, userId, membership: "leave" })
    )
    assert.strictEqual(yield* patiently(Effect.provide(ensure, layer(wire))), "changed")
    assert.strictEqual(wire.sent.filter(({ url }) => url.endsWith("/kick")).length, 2)
  })
)
