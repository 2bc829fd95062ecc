/** Whoever is spoken for is spoken for throughout: in repeated requests, in the reads around them, and in `ensure`. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Credentials } from "../src/Credentials.ts"
import * as Masquerade from "../src/Masquerade.ts"
import { RoomAlias, RoomId, UserId } from "../src/MatrixId.ts"
import { Membership, type Options } from "../src/Membership.ts"
import { patiently } from "./Patience.ts"
import { answer, make, type Reply, type Sent } from "./Wire.ts"

const homeserver = new URL("https://matrix.example.org")
const roomId = RoomId.make("!r:x")
const userId = UserId.make("@bob:x")
const bot = UserId.make("@_irc_a/b&c:x")
const other = UserId.make("@_irc_other:x")

type Use = (membership: Membership["Service"]) => Effect.Effect<unknown, unknown>

/** The first change is lost, the second refused; everything else is answered so that all reads are made. */
const troubled = (): Reply => {
  let asked = 0
  return (sent, nth) => {
    const { pathname } = new URL(sent.url)
    const json = (body: unknown, status = 200) => answer(status, JSON.stringify(body))(sent, nth)
    if (pathname.endsWith("/versions")) return json({ versions: ["v1.18"] })
    if (pathname.endsWith("/refresh")) return json({ access_token: "access-1" })
    if (sent.headers["authorization"] === "Bearer access-0") return json({ errcode: "M_UNKNOWN_TOKEN" }, 401)
    if (pathname.endsWith("/whoami")) return json({ user_id: bot })
    if (pathname.endsWith("/joined_rooms")) return json({ joined_rooms: [] })
    if (pathname.includes("/directory/")) return json({ room_id: roomId })
    if (pathname.includes("/state/")) return json({ errcode: "M_FORBIDDEN" }, 403)
    if (asked++ === 0) throw new TypeError("fetch failed", { cause: new Error("socket hang up") })
    return json({ errcode: "M_FORBIDDEN" }, 403)
  }
}

const sentBy = Effect.fnUntraced(function* (use: Use, options: Partial<Options>, as?: Masquerade.Masquerade) {
  const wire = make(troubled())
  const credentials = Credentials.layerRefreshable({
    homeserver,
    accessToken: Redacted.make("access-0"),
    refreshToken: Redacted.make("refresh-0")
  })
  yield* Effect.flatMap(Membership, use).pipe(
    Effect.ignore,
    as === undefined ? (effect) => effect : Effect.provideService(Masquerade.As, as),
    Effect.provide(
      Membership.layer({ homeserver, ...options }).pipe(
        Layer.provide(credentials),
        Layer.provide(FetchHttpClient.layer),
        Layer.merge(Layer.succeed(FetchHttpClient.Fetch, wire.fetch))
      )
    ),
    patiently
  )
  return wire.sent
})

const path = ({ url }: Sent) => new URL(url).pathname
const asked = ({ url }: Sent) => [...new URL(url).searchParams].map(([name, value]) => `${name}=${value}`).join("&")
const isOpen = (sent: Sent) => /\/(versions|refresh)$/u.test(path(sent))

const uses: ReadonlyArray<{ name: string; reads: RegExp; use: Use }> = [
  { name: "kick", reads: /\/state\//u, use: (membership) => membership.kick({ roomId, userId }) },
  { name: "leaveRoom", reads: /\/(whoami|joined_rooms)$/u, use: (membership) => membership.leaveRoom({ roomId }) },
  {
    name: "joinRoom by alias",
    reads: /\/(directory\/.*|joined_rooms)$/u,
    use: (membership) => membership.joinRoom({ roomIdOrAlias: RoomAlias.make("#hall:x") })
  },
  {
    name: "knockRoom",
    reads: /\/whoami$/u,
    use: (membership) => membership.knockRoom({ roomIdOrAlias: roomId })
  },
  {
    name: "ensure",
    reads: /\/(whoami|state\/.*)$/u,
    use: (membership) => membership.ensure({ roomId, userId, membership: "ban" })
  }
]

describe.each(uses)("$name, its answer lost, its token run out,", ({ reads, use }) => {
  const throughout = (sent: ReadonlyArray<Sent>, query: string) => {
    const authorised = sent.filter((request) => !isOpen(request))
    assert.isTrue(
      authorised.some((request) => reads.test(path(request))),
      "nothing was read"
    )
    assert.isAtLeast(authorised.filter(({ method }) => method === "POST").length, 2)
    assert.deepStrictEqual([...new Set(authorised.map(asked))], [query])
  }

  it.effect("speaks for the layer's user and device in every request", () =>
    Effect.gen(function* () {
      const sent = yield* sentBy(use, { as: { userId: bot, deviceId: "DEV/1" } })
      throughout(sent, "user_id=@_irc_a/b&c:x&device_id=DEV/1")
    })
  )
  it.effect("speaks for another user where the effect says so, in every request, and then for no device", () =>
    Effect.gen(function* () {
      const sent = yield* sentBy(use, { as: { userId: bot, deviceId: "DEV/1" } }, { userId: other })
      throughout(sent, "user_id=@_irc_other:x")
    })
  )
  it.effect("speaks for nobody unasked", () =>
    Effect.gen(function* () {
      throughout(yield* sentBy(use, {}), "")
    })
  )
  it.effect("speaks for nobody on /versions and /refresh, which carry no token", () =>
    Effect.gen(function* () {
      const open = (yield* sentBy(use, { as: { userId: bot } }, { userId: other, deviceId: "D" })).filter(isOpen)
      assert.deepStrictEqual([...new Set(open.map(path))].sort(), [
        "/_matrix/client/v3/refresh",
        "/_matrix/client/versions"
      ])
      for (const request of open) {
        assert.strictEqual(asked(request), "")
        assert.notProperty(request.headers, "authorization")
      }
    })
  )
})

it.effect("two users may be spoken for at the same time, each in their own requests", () =>
  Effect.gen(function* () {
    const wire = make(answer(200, '{"joined_rooms":[]}'))
    const rooms = Effect.flatMap(Membership, (membership) => membership.getJoinedRooms)
    const speakers = [bot, other].map((userId) => Effect.provideService(rooms, Masquerade.As, { userId }))
    yield* Effect.all([...speakers, rooms], { concurrency: "unbounded" }).pipe(
      Effect.provide(
        Membership.layer({ homeserver, pathVersion: "v3" }).pipe(
          Layer.provide([Credentials.layer(Redacted.make("as_token")), FetchHttpClient.layer]),
          Layer.merge(Layer.succeed(FetchHttpClient.Fetch, wire.fetch))
        )
      )
    )
    assert.deepStrictEqual(wire.sent.map(asked).sort(), ["", "user_id=@_irc_a/b&c:x", "user_id=@_irc_other:x"])
  })
)
