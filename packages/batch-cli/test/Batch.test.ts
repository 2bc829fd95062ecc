import { assert, it } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as Batch from "../src/Batch.ts"
import * as Preflight from "../src/preflight/Preflight.ts"
import { fake, inTime, membership, plan } from "./Stage.ts"

const hall = { creator: "alice", roomId: "!hall:localhost", members: { cem: "ban" } } as const

const rows = plan(
  "invite !hall:localhost @ann:localhost",
  "invite !hall:localhost @bob:localhost",
  "invite !hall:localhost @cem:localhost"
)

const alice = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  const { accessToken } = yield* server.register("alice")
  yield* server.createRoom(hall)
  return { server, accessToken }
})

it.effect("a plan is a stream of its rows' outcomes", () =>
  Effect.gen(function* () {
    const { accessToken } = yield* alice
    const ended = yield* Batch.outcomes(rows).pipe(
      Stream.runCollect,
      Effect.provide(membership(accessToken)),
      (running) => inTime(running)
    )
    assert.deepStrictEqual(Object.fromEntries(ended.map(({ outcome, row }) => [row.user, outcome._tag])), {
      "@ann:localhost": "done",
      "@bob:localhost": "done",
      "@cem:localhost": "notAttempted"
    })
  }).pipe(Effect.provide(fake))
)

it.effect("the stream fails with what is wrong before the first row", () =>
  Effect.gen(function* () {
    const { server } = yield* alice
    const error = yield* Batch.outcomes(rows).pipe(
      Stream.runDrain,
      Effect.flip,
      Effect.provide(membership("no token of anybody")),
      (running) => inTime(running)
    )
    assert.strictEqual(error._tag, "Unauthorized")
    assert.isTrue((yield* server.requests).every(({ method }) => method === "GET"))
  }).pipe(Effect.provide(fake))
)

it.effect("whoever stops listening stops the run after what is in the air", () =>
  Effect.gen(function* () {
    const { accessToken, server } = yield* alice
    yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.delay("1 second"))
    const guests = plan(...Array.from({ length: 20 }, (_, n) => `invite !hall:localhost @guest${n}:localhost`))
    const [first] = yield* Batch.outcomes(guests, { concurrency: 2 }).pipe(
      Stream.take(1),
      Stream.runCollect,
      Effect.provide(membership(accessToken)),
      (running) => inTime(running)
    )
    assert.strictEqual(first?.outcome._tag, "done")
    const sent = (yield* server.requests).filter(({ method }) => method === "POST")
    assert.isAtMost(sent.length, 4)
  }).pipe(Effect.provide(fake))
)

it.effect("the account adds up to the plan", () =>
  Effect.gen(function* () {
    const { accessToken } = yield* alice
    const account = yield* Effect.gen(function* () {
      const batch = yield* Batch.prepare(rows, yield* Preflight.run(rows, { concurrency: 1 }))
      const stop = yield* Batch.run(batch, { concurrency: 1 })
      return Batch.account(batch, { homeserver: "http://localhost/", startedAt: 0, endedAt: 1 }, stop)
    }).pipe(Effect.provide(membership(accessToken)), (running) => inTime(running))
    assert.strictEqual(account.ledger.pending, 0)
    assert.strictEqual(account.ledger.counts.done, 2)
    assert.strictEqual(account.roomId(0), "!hall:localhost")
    assert.isUndefined(account.stopped)
  }).pipe(Effect.provide(fake))
)
