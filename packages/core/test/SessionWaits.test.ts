/** Refreshes on the clock: pauses that are asked for, servers that come back, and what became of the operation. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Credentials } from "../src/Credentials.ts"
import { RoomId, UserId } from "../src/MatrixId.ts"
import { Membership, type Options } from "../src/Membership.ts"
import { patiently } from "./Patience.ts"
import { answer, inTurn, make, type Reply, type Sent } from "./Wire.ts"

const homeserver = new URL("https://matrix.example.org")
const roomId = RoomId.make("!r:x")
const userId = UserId.make("@bob:x")

type Use = (membership: Membership["Service"]) => Effect.Effect<unknown, { readonly _tag: string }>

const kick: Use = (membership) => membership.kick({ roomId, userId })
const inviteAddress: Use = (membership) =>
  membership.inviteBy3PID({
    roomId,
    idServer: "id.x",
    idAccessToken: Redacted.make("identity-token"),
    medium: "email",
    address: "bob@x"
  })

const isRefresh = ({ url }: Sent) => url.endsWith("/refresh")
const unknown = answer(401, '{"errcode":"M_UNKNOWN_TOKEN","error":"Token is not active"}')
const renewed = answer(200, '{"access_token":"access-1","refresh_token":"refresh-1"}')
const done = answer(200, "{}")
const down = answer(503, '{"errcode":"M_UNKNOWN"}')
const lost: Reply = () => {
  throw new TypeError("fetch failed", { cause: Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }) })
}

/** Knows no token but the renewed one. */
const expired: Reply = (sent, nth) => (sent.headers["authorization"] === "Bearer access-0" ? unknown : done)(sent, nth)

/** `refreshes` and `others` in turn, each counted for itself; how `use` ends, and what was sent when. */
const played = Effect.fnUntraced(function* (
  use: Use,
  refreshes: ReadonlyArray<Reply>,
  others: ReadonlyArray<Reply>,
  retry: Options["retry"] = {}
) {
  const clock = yield* Clock.Clock
  const at: Array<number> = []
  const counts = { refresh: 0, other: 0 }
  const wire = make((sent, nth) => {
    at.push(clock.currentTimeMillisUnsafe())
    if (sent.url.includes("/state/")) return answer(200, '{"membership":"leave"}')(sent, nth)
    return isRefresh(sent) ? inTurn(...refreshes)(sent, counts.refresh++) : inTurn(...others)(sent, counts.other++)
  })
  const credentials = Credentials.layerRefreshable({
    homeserver,
    accessToken: Redacted.make("access-0"),
    refreshToken: Redacted.make("refresh-0")
  })
  const end = yield* Effect.flatMap(Membership, use).pipe(
    Effect.match({ onFailure: (error) => error, onSuccess: () => ({ _tag: "success" }) }),
    Effect.provide(
      Membership.layer({ homeserver, pathVersion: "v3", retry }).pipe(
        Layer.provide(credentials),
        Layer.provide(FetchHttpClient.layer),
        Layer.merge(Layer.succeed(FetchHttpClient.Fetch, wire.fetch))
      )
    ),
    patiently
  )
  const lines = wire.sent.map((sent, nth) => ({ line: sent.url.split("/").at(-1) ?? "", at: at[nth] ?? 0 }))
  return { end, lines, sent: wire.sent }
})

const times = (lines: ReadonlyArray<{ readonly line: string; readonly at: number }>, name: string) =>
  lines.filter(({ line }) => line === name).map(({ at }) => at)

describe("a refresh that is told to wait", () => {
  it.effect.each([
    { said: "20 seconds in a header", seconds: 20, reply: answer(429, "", { "retry-after": "20" }) },
    { said: "20 seconds in the body", seconds: 20, reply: answer(429, '{"retry_after_ms":20000}') },
    { said: "five minutes", seconds: 300, reply: answer(429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":300000}') }
  ])("is not made again any sooner: $said", ({ reply, seconds }) =>
    Effect.gen(function* () {
      const { end, lines } = yield* played(kick, [reply, renewed], [expired])
      assert.strictEqual(end._tag, "success")
      const [first = 0, second = 0] = times(lines, "refresh")
      assert.isAtLeast(second - first, seconds * 1000)
    })
  )

  it.effect("for longer than is obeyed ends the operation as RateLimited, with the wait", () =>
    Effect.gen(function* () {
      const hour = answer(429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":3600000}')
      const { end, lines } = yield* played(kick, [hour], [unknown])
      assert.strictEqual(end._tag, "RateLimited")
      const wait: unknown = Reflect.get(end, "retryAfter")
      assert.strictEqual(Duration.isDuration(wait) ? Duration.toMillis(wait) : undefined, 3_600_000)
      assert.strictEqual(times(lines, "refresh").length, 1)
    })
  )
})

describe("a refresh that fails for a while", () => {
  it.effect.each([
    { name: "503", reply: down },
    { name: "a proxy's 502", reply: answer(502, "<html>") },
    { name: "a lost answer", reply: lost }
  ])("is made again with the same token: $name", ({ reply }) =>
    Effect.gen(function* () {
      const { end, sent } = yield* played(kick, [reply, reply, renewed], [unknown, done])
      assert.strictEqual(end._tag, "success")
      const bodies = sent.filter(isRefresh).map(({ body }) => body)
      assert.deepStrictEqual(bodies, Array(3).fill('{"refresh_token":"refresh-0"}'))
    })
  )

  it.effect("longer than a refresh lasts is made again with the operation, which was only refused so far", () =>
    Effect.gen(function* () {
      const { end, lines } = yield* played(kick, [down, down, down, down, renewed], [expired])
      assert.strictEqual(end._tag, "success")
      assert.strictEqual(times(lines, "kick").length, 3)
    })
  )

  it.effect("puts no doubt on the operation: an address is invited all the same when it is over", () =>
    Effect.gen(function* () {
      const { end, lines } = yield* played(inviteAddress, [down, down, down, lost, renewed], [expired])
      assert.strictEqual(end._tag, "success")
      assert.strictEqual(times(lines, "invite").length, 3)
    })
  )

  it.effect("for good ends an invitation of an address as not sent, never as not known", () =>
    Effect.gen(function* () {
      const { end } = yield* played(inviteAddress, [down], [unknown])
      assert.deepStrictEqual([end._tag, Reflect.get(end, "sent")], ["Unreachable", false])
    })
  )
})

describe("a token that runs out in the middle of an operation", () => {
  it.effect("after a lost answer is renewed, and the membership still decides", () =>
    Effect.gen(function* () {
      const { end, lines } = yield* played(kick, [renewed], [lost, unknown, answer(403, '{"errcode":"M_FORBIDDEN"}')])
      assert.strictEqual(end._tag, "success")
      assert.deepStrictEqual(
        lines.map(({ line }) => line),
        ["kick", "kick", "refresh", "kick", "%40bob%3Ax"]
      )
    })
  )
  it.effect("is no attempt of its own: the request goes out at once with the new one, were there none left", () =>
    Effect.gen(function* () {
      const { end, lines } = yield* played(kick, [renewed], [unknown, done], { times: 0 })
      assert.strictEqual(end._tag, "success")
      assert.deepStrictEqual(
        lines.map(({ at }) => at),
        [0, 0, 0]
      )
    })
  )
  it.effect("again and again, whatever it is renewed to, ends as Unauthorized", () =>
    Effect.gen(function* () {
      const { end, lines } = yield* played(kick, [renewed], [unknown])
      assert.strictEqual(end._tag, "Unauthorized")
      assert.deepStrictEqual(
        lines.map(({ line }) => line),
        ["kick", "refresh", "kick"]
      )
    })
  )
})

describe("a refused refresh", () => {
  it.effect.each([
    { status: 400, body: '{"errcode":"M_MISSING_PARAM"}' },
    { status: 401, body: '{"errcode":"M_UNKNOWN_TOKEN","soft_logout":false}' },
    { status: 403, body: '{"errcode":"M_FORBIDDEN"}' },
    { status: 404, body: "<html>no such page</html>" }
  ])("($status) ends as the refusal of the request, not as its own", ({ body, status }) =>
    Effect.gen(function* () {
      const request = answer(401, '{"errcode":"M_UNKNOWN_TOKEN","error":"ran out","soft_logout":true}')
      const { end, lines } = yield* played(kick, [answer(status, body)], [request])
      assert.deepStrictEqual(
        [end._tag, ...["status", "softLogout", "locked", "detail"].map((key) => Reflect.get(end, key))],
        ["Unauthorized", 401, true, false, "ran out"]
      )
      assert.strictEqual(lines.length, 2)
    })
  )
})
