import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, type Options } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { forbidden, ok } from "./Stage.ts"
import { get, key, post, verdict } from "./Talk.ts"

const on = (options: Options) =>
  Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer(options))))

/** What those who were in the room until now see of its members. */
const parting = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const members = { bob: "join", carol: "join", dan: "join", erin: "invite" } as const
  const roomId = yield* fake.room({ creator: "alice", members })
  const token = (name: string) => Effect.map(fake.user(name), ({ accessToken }) => accessToken)
  const alice = yield* token("alice")
  const [bob, carol, erin] = [yield* token("bob"), yield* token("carol"), yield* token("erin")]
  yield* post(`/rooms/${roomId}/leave`, bob)
  yield* post(`/rooms/${roomId}/kick`, alice, { user_id: "@carol:localhost" })
  yield* post(`/rooms/${roomId}/ban`, alice, { user_id: "@dan:localhost" })
  yield* post(`/rooms/${roomId}/leave`, erin)
  const world = yield* fake.world
  const sees = (token: string) => Effect.map(get(`/rooms/${roomId}/members`, token), verdict)
  return { alice, bob, fake, roomId, sees: yield* Effect.forEach([bob, carol], sees), world }
})

describe("a server that forgets for those who leave", () => {
  it.effect("shows nothing to whoever left or was kicked, until they come back", () =>
    Effect.gen(function* () {
      const { alice, bob, roomId, sees } = yield* parting
      assert.deepStrictEqual(sees, [forbidden, forbidden])
      yield* post(`/rooms/${roomId}/invite`, alice, { user_id: "@bob:localhost" })
      yield* post(`/rooms/${roomId}/join`, bob)
      assert.strictEqual(verdict(yield* get(`/rooms/${roomId}/members`, bob)), ok)
      assert.strictEqual(verdict(yield* post(`/rooms/${roomId}/forget`, bob)), "400 M_UNKNOWN")
    }).pipe(on({ forgetsOnLeave: true }))
  )

  it.effect("forgets for the banned, too, and not for those who were never in", () =>
    Effect.gen(function* () {
      const { roomId, world } = yield* parting
      const forgetful = ["bob", "carol", "dan"].map((name) => `@${name}:localhost ${roomId}`)
      assert.deepStrictEqual([...world.forgotten].sort(), forgetful.sort())
    }).pipe(on({ forgetsOnLeave: true }))
  )

  it.effect.each([
    { flavour: "synapse", name: "org.matrix.msc4267.forget_forced_upon_leave" },
    { flavour: "tuwunel", name: "m.forget_forced_upon_leave" }
  ] as const)("says so in the words of $flavour", ({ flavour, name }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      const capabilities = key(yield* get("/capabilities", accessToken), "capabilities")
      assert.deepInclude(capabilities, { [name]: { enabled: true } })
    }).pipe(on({ flavour, forgetsOnLeave: true }))
  )
})

it.effect("others remember the room as it was when they left", () =>
  Effect.map(parting, ({ sees }) => assert.deepStrictEqual(sees, [ok, ok])).pipe(on({}))
)
