/** Servers that go away and come back, tokens that die, and clocks that jump. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { Credentials, Membership } from "@matrix-membership/core"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Journal from "../../src/journal/Journal.ts"
import * as Outcome from "../../src/Outcome.ts"
import { membership, plan, runner, tags } from "../Stage.ts"

const hall = { creator: "alice", roomId: "!hall:localhost" } as const
const guests = (count: number) =>
  plan(...Array.from({ length: count }, (_, n) => `invite !hall:localhost @guest${n}:localhost`))

const world = FakeHomeserver.layerClient.pipe(
  Layer.provideMerge(FakeHomeserver.layer()),
  Layer.provideMerge(NodeServices.layer),
  Layer.provideMerge(Layer.unwrap(Effect.sync(() => VirtualClock.layer())))
)

const invites = Effect.gen(function* () {
  const { requests } = yield* FakeHomeserver
  return (yield* requests).filter(({ method }) => method === "POST")
})

/** How often each guest was invited, by the room's own account. */
const times = Effect.gen(function* () {
  const history = yield* (yield* FakeHomeserver).memberHistory("!hall:localhost")
  return Object.entries(history).flatMap(([user, steps]) => (user.startsWith("@guest") ? steps.length : []))
})

describe("a server that goes away", () => {
  it.live("and comes back is waited for, and no row is the worse for it", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      const { accessToken } = yield* server.register("alice")
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.delayAnswer("10 millis"))
      const port = yield* Scope.make()
      const baseUrl = yield* Scope.provide(server.listen(), port)
      const client = Membership.layer({ homeserver: new URL(baseUrl) }).pipe(
        Layer.provide(Credentials.layer(Redacted.make(accessToken)))
      )
      const { course, run } = runner(guests(80), { concurrency: 4 })
      const fiber = yield* Effect.forkChild(Effect.provide(run, client))
      while (course.reports.length < 20) yield* Effect.sleep("5 millis")
      yield* Scope.close(port, Exit.void)
      yield* Effect.sleep("1200 millis")
      yield* server.listen(Number(new URL(baseUrl).port))
      assert.isUndefined(yield* Fiber.join(fiber))
      assert.deepStrictEqual(tags(course), new Array(80).fill("done"))
      assert.deepStrictEqual(yield* times, new Array(80).fill(1))
    }).pipe(Effect.scoped, Effect.provide(Layer.merge(FakeHomeserver.layer(), NodeHttpClient.layerUndici)))
  )
  it.live("is asked now and then, not by every row, and given up after as long as the patience is", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      const { accessToken } = yield* server.register("alice")
      let isDown = false
      yield* server.faults.every(
        { where: (arrival) => (isDown ||= JSON.stringify(arrival.body)?.includes("guest10:") === true) },
        Faults.html502
      )
      const waits: Array<number> = []
      const { course, run } = runner(guests(500), {
        concurrency: 4,
        patience: "10 minutes",
        away: (error, until) => waits.push(error === undefined ? 0 : until)
      })
      const stop = yield* Effect.provide(run, membership(accessToken))
      assert.strictEqual(stop?._tag === "fatal" ? stop.error._tag : stop?._tag, "NotMatrix")
      const { done, failed, notAttempted, unknown } = course.ledger?.counts ?? Outcome.none
      assert.deepStrictEqual({ done, failed }, { done: 10, failed: 0 })
      assert.strictEqual(unknown + notAttempted, 490)
      assert.isAtMost(unknown, 8)
      assert.isAtMost((yield* invites).length, 30)
      const all = yield* server.requests
      const first = all.find(({ body }) => JSON.stringify(body)?.includes("guest10:"))?.time ?? 0
      const last = all.at(-1)?.time ?? 0
      assert.isTrue(last - first > 9 * 60_000 && last - first <= 11 * 60_000, `${last - first}`)
      assert.isAtMost(all.filter(({ path }) => path.endsWith("/whoami")).length, 30)
      // until when it is left alone is said each time, and at the end that nobody waits any more
      assert.isAtLeast(waits.length, 10)
      assert.strictEqual(waits.at(-1), 0)
    }).pipe(Effect.provide(world))
  )
  it.live("while it is waited for, an interrupt ends the run at once", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      const { accessToken } = yield* server.register("alice")
      const { course, run } = runner(guests(50), { concurrency: 4 })
      yield* server.faults.every({ method: "POST" }, Faults.reset)
      let asked = 0
      yield* server.faults.every({ path: "/account/whoami", where: () => ++asked > 1 }, Faults.reset)
      const fiber = yield* Effect.forkChild(Effect.provide(run, membership(accessToken)))
      yield* Effect.sleep("100 seconds")
      assert.isUndefined(fiber.pollUnsafe())
      yield* Fiber.interrupt(fiber)
      assert.isBelow(yield* Clock.currentTimeMillis, 101_000)
      assert.strictEqual(course.reports.length, 50)
      assert.strictEqual(course.ledger?.counts.done, 0)
    }).pipe(Effect.provide(world))
  )
})

describe("a token that is revoked in mid-run", () => {
  it.live("ends the run, and another token of the same account goes on where it was", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      const first = yield* server.register("alice")
      yield* server.faults.every({ method: "POST" }, Faults.delay("100 millis"))
      const folder = yield* (yield* FileSystem.FileSystem).makeTempDirectoryScoped()
      const { digest, rows, source } = guests(60)
      const open = Journal.open({
        path: `${folder}/journal.ndjson`,
        rows,
        digest,
        source,
        homeserver: "http://localhost/",
        sender: "@alice:localhost"
      })
      const begun = yield* Effect.gen(function* () {
        const { course, run } = runner(guests(60), { concurrency: 5, journal: yield* open })
        const fiber = yield* Effect.forkChild(Effect.provide(run, membership(first.accessToken)))
        yield* Effect.sleep("650 millis")
        yield* server.revoke(first.accessToken)
        const stop = yield* Fiber.join(fiber)
        assert.strictEqual(stop?._tag === "fatal" ? stop.error._tag : stop?._tag, "Unauthorized")
        return course.ledger?.counts ?? Outcome.none
      }).pipe(Effect.scoped)
      assert.isAbove(begun.done, 0)
      assert.isAbove(begun.notAttempted, 0)
      assert.strictEqual(begun.failed, 0)
      const { accessToken } = yield* server.register("alice")
      const counts = yield* Effect.gen(function* () {
        const { course, run } = runner(guests(60), { concurrency: 5, journal: yield* open })
        yield* Effect.provide(run, membership(accessToken))
        return course.ledger?.counts
      }).pipe(Effect.scoped)
      assert.deepStrictEqual(counts, { ...Outcome.none, done: 60 })
      assert.deepStrictEqual(yield* times, new Array(60).fill(1))
    }).pipe(Effect.scoped, Effect.provide(world))
  )
})

describe("a clock that jumps", () => {
  const hour = 3_600_000
  it.live.each([-hour, hour])("by %d ms neither holds the run up nor hurries it", (jump) =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      const { accessToken } = yield* server.register("alice")
      const base = yield* Clock.clockWith(Effect.succeed)
      let offset = 2 * hour
      const now = () => base.currentTimeMillisUnsafe() + offset
      const nanos = () => base.currentTimeNanosUnsafe() + BigInt(offset) * 1_000_000n
      const jumping: Clock.Clock = Object.create(base, {
        currentTimeMillisUnsafe: { value: now },
        currentTimeMillis: { value: Effect.sync(now) },
        currentTimeNanosUnsafe: { value: nanos },
        currentTimeNanos: { value: Effect.sync(nanos) }
      })
      const { course, run } = runner(guests(40), { concurrency: 4, maxRate: 2 })
      const fiber = yield* Effect.provide(run, membership(accessToken)).pipe(
        Effect.provideService(Clock.Clock, jumping),
        Effect.forkChild
      )
      yield* Effect.sleep("5 seconds")
      offset += jump
      assert.isUndefined(yield* Fiber.join(fiber))
      assert.deepStrictEqual(tags(course), new Array(40).fill("done"))
      const took = yield* Clock.currentTimeMillis
      assert.isTrue(took >= 18_000 && took < 21_000, `${took}`)
    }).pipe(Effect.provide(world))
  )
})

describe("a thousand rows", () => {
  it.live("of whose requests a third goes wrong are all done, each once", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      const { accessToken } = yield* server.register("alice")
      yield* server.faults.random({ rate: 0.3, seed: 7, match: { path: "/rooms/{roomId}/invite" } })
      const { course, run } = runner(guests(1000), { concurrency: 8 })
      assert.isUndefined(yield* Effect.provide(run, membership(accessToken)))
      assert.deepStrictEqual(course.ledger?.counts, { ...Outcome.none, done: 1000 })
      assert.deepStrictEqual(yield* times, new Array(1000).fill(1))
    }).pipe(Effect.provide(world))
  )
})
