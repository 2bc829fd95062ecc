import { assert, describe, it } from "@effect/vitest"
import { Credentials, MatrixId, Membership } from "@matrix-membership/core"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { addressOf } from "../../../core/examples/discover.ts"
import { admitAll } from "../../../core/examples/ensure.ts"
import { inviteAndExplain } from "../../../core/examples/errors.ts"
import { invite, live } from "../../../core/examples/invite.ts"
import { joinAs } from "../../../core/examples/masquerade.ts"
import { joinOrGiveUp } from "../../../core/examples/patience.ts"
import { credentials } from "../../../core/examples/refresh.ts"

const hall = MatrixId.RoomId.make("!hall:example.org")
const bob = MatrixId.UserId.make("@bob:example.org")

/** Alice's hall on a server of example.org, with core speaking for her. */
const scene = Effect.fnUntraced(function* <A, E>(
  program: Effect.Effect<A, E, Membership>,
  members: Readonly<Record<string, "join" | "invite" | "ban">> = {}
) {
  const fake = yield* FakeHomeserver
  const { accessToken } = yield* fake.register("alice")
  yield* fake.createRoom({ creator: "alice", roomId: hall, members })
  const layer = Membership.layer({ homeserver: new URL("http://localhost") }).pipe(
    Layer.provide([Credentials.layer(Redacted.make(accessToken)), FakeHomeserver.layerClient])
  )
  return { fake, result: yield* Effect.provide(program, layer) }
})

const onFake = Effect.provide(FakeHomeserver.layer({ serverName: "example.org" }))

describe("the examples of core", () => {
  it.effect("invite: the user is invited, with settings from the environment", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("alice")
      yield* fake.createRoom({ creator: "alice", roomId: hall })
      const env = { MATRIX_HOMESERVER: "http://localhost", MATRIX_ACCESS_TOKEN: accessToken }
      yield* invite.pipe(
        Effect.provide(live),
        Effect.provideService(FetchHttpClient.Fetch, fake.fetch),
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown(env)))
      )
      assert.strictEqual(yield* fake.membershipOf(hall, "bob"), "invite")
    }).pipe(onFake)
  )
  it.effect("errors: a banned user is told apart from one who may be invited", () =>
    Effect.gen(function* () {
      const { result } = yield* scene(
        Effect.all([inviteAndExplain(hall, bob), inviteAndExplain(hall, MatrixId.UserId.make("@eve:example.org"))]),
        { eve: "ban" }
      )
      assert.deepStrictEqual(result, ["invited", "they are banned"])
    }).pipe(onFake)
  )
  it.effect("ensure: only who is not there yet is invited", () =>
    Effect.gen(function* () {
      const carol = MatrixId.UserId.make("@carol:example.org")
      const { result } = yield* scene(admitAll(hall, [bob, carol]), { carol: "join" })
      assert.strictEqual(result, 1)
    }).pipe(onFake)
  )
  it.effect("patience: a join that is allowed is made", () =>
    Effect.gen(function* () {
      const { result } = yield* scene(joinOrGiveUp(hall))
      assert.strictEqual(result, hall)
    }).pipe(onFake)
  )
  it.effect("masquerade: the user spoken for is named in the query", () =>
    Effect.gen(function* () {
      const { fake } = yield* scene(Effect.exit(joinAs(bob, hall)))
      const joins = (yield* fake.requests).filter(({ path }) => path.endsWith("/join"))
      assert.deepStrictEqual(joins[0]?.query, [["user_id", bob]])
    }).pipe(onFake)
  )
  it.effect("refresh: the layer holds the token of the login", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* Credentials
      assert.strictEqual(Redacted.value(yield* accessToken), "the access token of the login")
    }).pipe(Effect.provide(credentials), Effect.provide(FakeHomeserver.layerClient), onFake)
  )
  it.effect("discover: a server that publishes nothing leaves it to the user", () =>
    Effect.gen(function* () {
      const nothing = async () => new Response("", { status: 404 })
      const found = yield* addressOf(bob).pipe(
        Effect.provide(FetchHttpClient.layer),
        Effect.provideService(FetchHttpClient.Fetch, nothing)
      )
      assert.strictEqual(found, "ask the user")
    })
  )
})
