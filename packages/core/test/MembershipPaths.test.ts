/** Which paths are asked: what `/versions` says, the base URL, and identifiers in a path. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import { RoomAlias, RoomId, RoomIdOrAlias, ServerName } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import { answer, inTurn, layer, make, type Reply, requests, silence } from "./Wire.ts"

const roomId = RoomId.make("!r:x")
const origin = "https://matrix.example.org"

const speaking =
  (versions: ReadonlyArray<string>): Reply =>
  (sent, nth) =>
    sent.url.endsWith("/_matrix/client/versions")
      ? answer(200, JSON.stringify({ versions }))(sent, nth)
      : answer(200, '{"room_id":"!r:x"}')(sent, nth)

const discovering = { pathVersion: undefined }

describe("paths found from /versions", () => {
  it.effect.each([
    { versions: ["r0.6.1", "v1.1"], paths: "v3" },
    { versions: ["v1.19"], paths: "v3" },
    { versions: ["r0.5.0", "r0.6.1"], paths: "r0" },
    { versions: [], paths: "r0" }
  ])("$versions means $paths", ({ paths, versions }) =>
    Effect.gen(function* () {
      const wire = make(speaking(versions))
      yield* Effect.flatMap(Membership, (membership) => membership.leaveRoom({ roomId })).pipe(
        Effect.provide(layer(wire, discovering))
      )
      assert.deepStrictEqual(
        wire.sent.map(({ method, url }) => `${method} ${url}`),
        [`GET ${origin}/_matrix/client/versions`, `POST ${origin}/_matrix/client/${paths}/rooms/!r%3Ax/leave`]
      )
    })
  )

  it.effect("the question itself carries no token", () =>
    Effect.gen(function* () {
      const wire = make(speaking(["v1.1"]))
      yield* Effect.flatMap(Membership, (membership) => membership.leaveRoom({ roomId })).pipe(
        Effect.provide(layer(wire, discovering))
      )
      assert.deepStrictEqual(
        wire.sent.map(({ headers }) => headers["authorization"] !== undefined),
        [false, true]
      )
    })
  )

  it.effect("are asked for once, also when ten callers come first together", () =>
    Effect.gen(function* () {
      const wire = make(async (sent, nth) => {
        // a slow server: all ten are waiting by then
        for (let turn = 0; turn < 50; turn++) await Promise.resolve()
        return speaking(["v1.1"])(sent, nth)
      })
      const ten = Effect.gen(function* () {
        const membership = yield* Membership
        yield* Effect.forEach(Array.from({ length: 10 }), () => membership.leaveRoom({ roomId }), {
          concurrency: "unbounded"
        })
        yield* membership.leaveRoom({ roomId })
      })
      yield* Effect.provide(ten, layer(wire, discovering))
      assert.strictEqual(wire.sent.filter(({ url }) => url.endsWith("/versions")).length, 1)
      assert.strictEqual(wire.sent.length, 12)
    })
  )

  it.effect("are asked for again after a failure, which is what the operation fails with", () =>
    Effect.gen(function* () {
      let broken = true
      const wire = make((sent, nth) =>
        broken ? answer(502, "<html>down</html>")(sent, nth) : speaking(["r0.6.1"])(sent, nth)
      )
      const program = Effect.gen(function* () {
        const membership = yield* Membership
        const error = yield* Effect.flip(membership.leaveRoom({ roomId }))
        assert.deepStrictEqual([error._tag, wire.sent.length], ["NotMatrix", 1])
        broken = false
        yield* membership.leaveRoom({ roomId })
      })
      yield* Effect.provide(program, layer(wire, discovering))
      assert.strictEqual(wire.sent.at(-1)?.url, `${origin}/_matrix/client/r0/rooms/!r%3Ax/leave`)
    })
  )

  it.effect(
    "a failure of theirs does not put the operation in doubt: its own refusal is believed, and nothing looked up",
    () =>
      Effect.gen(function* () {
        const refused = answer(403, '{"errcode":"M_FORBIDDEN","error":"not in room"}')
        const wire = make(inTurn(answer(502, "<html>down</html>"), speaking(["v1.1"]), refused))
        const fiber = yield* Effect.flatMap(Membership, (membership) =>
          Effect.flip(membership.leaveRoom({ roomId }))
        ).pipe(Effect.provide(layer(wire, { ...discovering, retry: { times: 3 } })), Effect.forkChild)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual((yield* Fiber.join(fiber))._tag, "Forbidden")
        assert.strictEqual(wire.sent.length, 3)
      })
  )

  it.effect("a caller that gives up while asking does not hold up the others", () =>
    Effect.gen(function* () {
      const wire = make((sent, nth) => (nth === 0 ? silence(sent, nth) : speaking(["v1.1"])(sent, nth)))
      const program = Effect.gen(function* () {
        const membership = yield* Membership
        const first = yield* Effect.forkChild(membership.leaveRoom({ roomId }))
        yield* TestClock.adjust("1 second")
        const second = yield* Effect.forkChild(membership.leaveRoom({ roomId }))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(wire.sent.length, 1)
        yield* Fiber.interrupt(first)
        yield* Fiber.join(second)
      })
      yield* Effect.provide(program, layer(wire, discovering))
      assert.strictEqual(wire.sent.length, 3)
    })
  )

  it.effect("are not asked for when they are forced", () =>
    Effect.gen(function* () {
      const { sent } = yield* requests((membership) => membership.leaveRoom({ roomId }), "{}", { pathVersion: "r0" })
      assert.deepStrictEqual(
        sent.map(({ url }) => url),
        [`${origin}/_matrix/client/r0/rooms/!r%3Ax/leave`]
      )
    })
  )
})

describe("the servers to go through", () => {
  const query = (versions: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      const wire = make(speaking(versions))
      const via = [ServerName.make("a.org"), ServerName.make("b.org")]
      yield* Effect.flatMap(Membership, (membership) => membership.joinRoom({ roomIdOrAlias: roomId, via })).pipe(
        Effect.provide(layer(wire, discovering))
      )
      return new URL(wire.sent.at(-1)?.url ?? "").search
    })
  it.effect("are named by `via` alone where the server is known to read it", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* query(["v1.11", "v1.12"]), "?via=a.org&via=b.org")
    })
  )
  it.effect("are named by both names where it is older", () =>
    Effect.gen(function* () {
      const both = "?via=a.org&via=b.org&server_name=a.org&server_name=b.org"
      assert.strictEqual(yield* query(["v1.11"]), both)
      assert.strictEqual(yield* query(["r0.6.1"]), both)
    })
  )
  it.effect("are not named at all when there are none", () =>
    Effect.gen(function* () {
      const { sent } = yield* requests(
        (membership) => membership.joinRoom({ roomIdOrAlias: roomId, via: [], serverName: [] }),
        '{"room_id":"!r:x"}'
      )
      assert.strictEqual(sent[0]?.url, `${origin}/_matrix/client/v3/join/!r%3Ax`)
    })
  )
})

describe("knocking", () => {
  it.effect("on a server from before v1.1 fails as Unsupported, and nothing is sent for it", () =>
    Effect.gen(function* () {
      const wire = make(speaking(["r0.6.1"]))
      const error = yield* Effect.flatMap(Membership, (membership) =>
        Effect.flip(membership.knockRoom({ roomIdOrAlias: roomId }))
      ).pipe(Effect.provide(layer(wire, discovering)))
      assert.strictEqual(error._tag, "Unsupported")
      assert.deepStrictEqual(
        wire.sent.map(({ url }) => url),
        [`${origin}/_matrix/client/versions`]
      )
    })
  )
})

it.effect.each([
  { homeserver: "https://example.org", url: "https://example.org/_matrix" },
  { homeserver: "https://example.org/", url: "https://example.org/_matrix" },
  { homeserver: "https://example.org:8448/a/prefix", url: "https://example.org:8448/a/prefix/_matrix" },
  { homeserver: "https://example.org/a/prefix/", url: "https://example.org/a/prefix/_matrix" },
  { homeserver: "http://[::1]:8008", url: "http://[::1]:8008/_matrix" }
])("the base URL $homeserver keeps its prefix and doubles no slash", ({ homeserver, url }) =>
  Effect.gen(function* () {
    const { sent } = yield* requests((membership) => membership.forgetRoom({ roomId }), "{}", {
      homeserver: new URL(homeserver)
    })
    assert.strictEqual(sent[0]?.url, `${url}/client/v3/rooms/!r%3Ax/forget`)
  })
)

describe("identifiers in a path are encoded once, as one segment", () => {
  it.effect.each([
    { id: "#hall:x", segment: "%23hall%3Ax" },
    { id: "#a/b:x", segment: "%23a%2Fb%3Ax" },
    { id: "#a?b:x", segment: "%23a%3Fb%3Ax" },
    { id: "#a b:x", segment: "%23a%20b%3Ax" },
    { id: "#a%2Fb:x", segment: "%23a%252Fb%3Ax" },
    { id: "#a&b=c+d:x", segment: "%23a%26b%3Dc%2Bd%3Ax" },
    { id: "#🎪:x", segment: "%23%F0%9F%8E%AA%3Ax" },
    { id: "#..:x", segment: "%23..%3Ax" },
    { id: "#a\\..\\b:x:8448", segment: "%23a%5C..%5Cb%3Ax%3A8448" },
    { id: "!a/../b", segment: "!a%2F..%2Fb" },
    { id: "!a#b:[::1]:8448", segment: "!a%23b%3A%5B%3A%3A1%5D%3A8448" }
  ])("$id", ({ id, segment }) =>
    Effect.gen(function* () {
      const { sent } = yield* requests(
        (membership) => membership.joinRoom({ roomIdOrAlias: Schema.decodeSync(RoomIdOrAlias)(id) }),
        '{"room_id":"!r:x"}'
      )
      assert.strictEqual(sent[0]?.url, `${origin}/_matrix/client/v3/join/${segment}`)
    })
  )
})

describe("an id that its type should have kept out", () => {
  // the brand without its checks, as a program in JavaScript would have it
  const unchecked = Schema.String.pipe(Schema.brand("RoomId"))
  it.effect.each(["", "..", "room", "@alice:x", "#hall:x", `!${"x".repeat(255)}`, "!\ud800:x", "!a\0b"])(
    "%j fails as InvalidRequest, and nothing is sent",
    (id) =>
      Effect.gen(function* () {
        const wire = make(answer(200, "{}"))
        const error = yield* Effect.flatMap(Membership, (membership) =>
          Effect.flip(membership.leaveRoom({ roomId: unchecked.make(id) }))
        ).pipe(Effect.provide(layer(wire)))
        assert.strictEqual(error._tag, "InvalidRequest")
        assert.strictEqual(error._tag === "InvalidRequest" ? error.status : undefined, 0)
        assert.strictEqual(wire.sent.length, 0)
      })
  )
  it("an alias is not an id", () => assert.throws(() => RoomId.make(RoomAlias.make("#hall:x"))))
})
