/** Invitations by an address: a second one is one too many, and nothing that can be read tells whether there is one. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Journal from "../../src/journal/Journal.ts"
import { membership, planOf, runner, tags } from "../Stage.ts"

const world = FakeHomeserver.layerClient.pipe(
  Layer.provideMerge(FakeHomeserver.layer()),
  Layer.provideMerge(NodeServices.layer),
  Layer.provideMerge(Layer.unwrap(Effect.sync(() => VirtualClock.layer())))
)

const plan = planOf([
  { operation: "invite", room: "!hall:localhost", address: "ann@example.org" },
  { operation: "invite", room: "!hall:localhost", user: "@bob:localhost" }
])

const identity = { host: "id.example.org", accessToken: Redacted.make("any") }

const isByAddress = ({ body }: { readonly body: unknown }) => JSON.stringify(body)?.includes("ann@example.org") === true

const setUp = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost" })
  const { accessToken } = yield* server.register("alice")
  return { accessToken, server }
})

/** How often it was asked for, and how many there are. */
const count = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  const asked = (yield* server.requests).filter(isByAddress).length
  const made = (yield* server.timeline("!hall:localhost")).filter(({ type }) => type === "m.room.third_party_invite")
  return { asked, made: made.length }
})

describe("an invitation by an address", () => {
  it.live("is done when the server says so", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* setUp
      const { course, run } = runner(plan, { identity })
      yield* Effect.provide(run, membership(accessToken))
      assert.deepStrictEqual(tags(course), ["done", "done"])
      assert.deepStrictEqual(yield* count, { asked: 1, made: 1 })
    }).pipe(Effect.provide(world))
  )
  it.live.each(["loseResponse", "reset"] as const)("is unknown after %s, and is not sent again", (fault) =>
    Effect.gen(function* () {
      const { accessToken, server } = yield* setUp
      yield* server.faults.every({ where: isByAddress }, Faults[fault])
      const { course, run } = runner(plan, { identity })
      yield* Effect.provide(run, membership(accessToken))
      assert.deepStrictEqual(tags(course), ["unknown", "done"])
      assert.strictEqual((yield* count).asked, 1)
    }).pipe(Effect.provide(world))
  )
  it.live("waits for a limit like any other, since that has certainly had no effect", () =>
    Effect.gen(function* () {
      const { accessToken, server } = yield* setUp
      yield* server.faults.next({ where: isByAddress }, Faults.rateLimited("20 seconds"))
      const { course, run } = runner(plan, { identity })
      yield* Effect.provide(run, membership(accessToken))
      assert.deepStrictEqual(tags(course), ["done", "done"])
      assert.deepStrictEqual(yield* count, { asked: 2, made: 1 })
    }).pipe(Effect.provide(world))
  )
  it.live("stays unknown in later runs when the first was killed before the answer, and is not sent again", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* setUp
      const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      const { digest, rows, source } = plan
      const sender = "@alice:localhost"
      const options = { path: `${folder}/j.ndjson`, rows, digest, source, homeserver: "http://localhost/", sender }
      yield* Effect.gen(function* () {
        const journal = yield* Journal.open(options)
        // as after a kill: what came of it is written nowhere
        const mortal = { ...journal, conclude: () => Effect.never }
        const { run } = runner(plan, { identity, journal: mortal })
        const fiber = yield* Effect.forkDetach(Effect.provide(run, membership(accessToken)))
        yield* Effect.sleep("5 seconds")
        assert.isUndefined(fiber.pollUnsafe())
      }).pipe(Effect.scoped)
      assert.deepStrictEqual(yield* count, { asked: 1, made: 1 })
      for (const again of [1, 2]) {
        const outcomes = yield* Effect.gen(function* () {
          const { course, run } = runner(plan, { identity, journal: yield* Journal.open(options) })
          yield* Effect.provide(run, membership(accessToken))
          return Array.from(course.ledger ?? [], ({ outcome }) => outcome?._tag)
        }).pipe(Effect.scoped)
        assert.deepStrictEqual(outcomes, ["unknown", "done"], `run ${again}`)
      }
      assert.deepStrictEqual(yield* count, { asked: 1, made: 1 })
    }).pipe(Effect.scoped, Effect.provide(world))
  )
})
