/** What telemetry says of waits, and of operations that are cut short. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import { RoomId, UserId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import type * as RetryPolicy from "../src/RetryPolicy.ts"
import * as Telemetry from "../src/Telemetry.ts"
import { awaited, pass, patiently } from "./Patience.ts"
import { answer, inTurn, layer, make, type Reply, silence } from "./Wire.ts"
import { witness } from "./Witness.ts"

const roomId = RoomId.make("!r:x")
const userId = UserId.make("@b:x")
type Use = (membership: Membership["Service"]) => Effect.Effect<unknown, unknown>

const kick: Use = (membership) => membership.kick({ roomId, userId })
const inviteAddress: Use = (membership) =>
  membership.inviteBy3PID({
    roomId,
    idServer: "id.x",
    idAccessToken: Redacted.make("identity-token"),
    medium: "email",
    address: "bob@x"
  })

const done = answer(200, "{}")
const forbidden = answer(403, '{"errcode":"M_FORBIDDEN"}')
const badGateway = answer(502, "<html>")
const limited = (millis: number) => answer(429, `{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":${millis}}`)
const lost: Reply = () => {
  throw new TypeError("fetch failed", { cause: new Error("socket hang up") })
}

/** An operation under way, watched. */
const started = (use: Use, reply: Reply, retry: RetryPolicy.Options = { times: 3 }) =>
  Effect.gen(function* () {
    const wire = make(reply)
    const fiber = yield* Effect.flatMap(Membership, use).pipe(
      Effect.provide(layer(wire, { retry })),
      witness,
      Effect.forkChild
    )
    return { fiber, wire }
  })

const ended = (use: Use, reply: Reply, retry?: RetryPolicy.Options) =>
  Effect.flatMap(started(use, reply, retry), ({ fiber }) => awaited(fiber))

const counted = (metric: Metric.Counter<number>, attributes: Record<string, string>) =>
  Effect.map(Metric.value(Metric.withAttributes(metric, attributes)), ({ count }) => count)
const waits = (operation: string, reason: string) =>
  Metric.value(Metric.withAttributes(Telemetry.waits, { operation, reason }))
const outcomes = (operation: string, outcome: string) => counted(Telemetry.outcomes, { operation, outcome })

/** Metrics of this test alone. */
const own = Effect.provideServiceEffect(
  Metric.MetricRegistry,
  Effect.sync(() => new Map())
)

describe("in the middle of a five-minute wait", () => {
  it.effect("an interrupt ends the operation at once, counted as interrupted, and nothing more is sent", () =>
    Effect.gen(function* () {
      const { fiber, wire } = yield* started(kick, limited(300_000))
      yield* pass(60)
      const before = yield* Clock.currentTimeMillis
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* Clock.currentTimeMillis, before)
      assert.strictEqual(yield* outcomes("kick", "interrupted"), 1)
      yield* pass(600)
      assert.strictEqual(wire.sent.length, 1)
      assert.strictEqual(yield* counted(Telemetry.attempts, { operation: "kick" }), 1)
    }).pipe(own)
  )

  it.effect("and of an unanswered request it aborts the request", () =>
    Effect.gen(function* () {
      const { fiber, wire } = yield* started(kick, silence)
      yield* pass(30)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(wire.sent[0]?.signal.aborted)
      assert.strictEqual(yield* outcomes("kick", "interrupted"), 1)
    }).pipe(own)
  )
})

describe("waits", () => {
  it.effect("are kept by what was waited for", () =>
    Effect.gen(function* () {
      yield* ended(kick, inTurn(limited(40_000), badGateway, lost, done))
      const told = yield* waits("kick", "RateLimited")
      assert.strictEqual(told.count, 1)
      assert.isTrue(told.sum >= 40_000 && told.sum <= 41_000, `${told.sum}`)
      assert.strictEqual((yield* waits("kick", "NotMatrix")).count, 1)
      assert.strictEqual((yield* waits("kick", "Unreachable")).count, 1)
    }).pipe(own)
  )

  it.effect("that were not made, because the failure was final, are not kept", () =>
    Effect.gen(function* () {
      yield* ended(kick, limited(3_600_000))
      yield* ended(kick, badGateway, { times: 0 })
      assert.strictEqual((yield* waits("kick", "RateLimited")).count, 0)
      assert.strictEqual((yield* waits("kick", "NotMatrix")).count, 0)
    }).pipe(own)
  )

  it.effect("that were not made, because it must not be sent twice, are not kept either", () =>
    Effect.gen(function* () {
      const { spans } = yield* ended(inviteAddress, badGateway)
      assert.strictEqual((yield* waits("inviteBy3PID", "NotMatrix")).count, 0)
      const span = spans.find(({ name }) => name === "Membership.inviteBy3PID")
      assert.strictEqual(span?.attributes.get("matrix.waited_ms"), 0)
    }).pipe(own)
  )

  it.effect("that were cut short are as long as they were", () =>
    Effect.gen(function* () {
      const { fiber } = yield* started(kick, limited(300_000))
      yield* pass(60)
      const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber))
      yield* pass(1)
      yield* Fiber.join(interrupting)
      const { sum } = yield* waits("kick", "RateLimited")
      assert.isAtMost(sum, 61_000)
    }).pipe(own)
  )

  const waited = Effect.fnUntraced(function* (reply: Reply, limit: Duration.Input) {
    const { spans } = yield* Effect.flatMap(Membership, kick).pipe(
      Effect.timeoutOption(limit),
      Effect.provide(layer(make(reply), { retry: { times: 3 } })),
      witness,
      patiently
    )
    return Number(spans.find(({ name }) => name === "Membership.kick")?.attributes.get("matrix.waited_ms"))
  })
  it.effect("that an interrupt cut short are in the span for as long as they were", () =>
    Effect.gen(function* () {
      const millis = yield* waited(limited(300_000), "60 seconds")
      assert.isTrue(millis >= 59_000 && millis <= 61_000, `${millis}`)
    }).pipe(own)
  )
  it.effect("before an attempt that an interrupt cut short are in the span once, and the attempt is none", () =>
    Effect.gen(function* () {
      const millis = yield* waited(inTurn(limited(20_000), silence), "50 seconds")
      assert.isTrue(millis >= 20_000 && millis <= 21_000, `${millis}`)
    }).pipe(own)
  )
})

describe("outcomes", () => {
  it.effect("are one for each operation, by the error it ends with", () =>
    Effect.gen(function* () {
      yield* ended(kick, forbidden)
      yield* ended(kick, lost, { times: 1 })
      yield* ended(kick, inTurn(lost, forbidden))
      yield* ended(inviteAddress, lost)
      assert.strictEqual(yield* outcomes("kick", "Forbidden"), 1)
      assert.strictEqual(yield* outcomes("kick", "Unreachable"), 1)
      // the membership could not be read either
      assert.strictEqual(yield* outcomes("kick", "OutcomeUnknown"), 1)
      assert.strictEqual(yield* outcomes("inviteBy3PID", "OutcomeUnknown"), 1)
    }).pipe(own)
  )

  it.effect("of a lost answer that the membership clears up is success, in one span, its reads no attempts", () =>
    Effect.gen(function* () {
      const read = answer(200, '{"membership":"leave"}')
      const reply: Reply = (sent, nth) => (sent.method === "GET" ? read(sent, nth) : inTurn(lost, forbidden)(sent, nth))
      const { spans } = yield* ended(kick, reply)
      assert.strictEqual(yield* outcomes("kick", "success"), 1)
      assert.strictEqual(yield* counted(Telemetry.attempts, { operation: "kick" }), 2)
      assert.deepStrictEqual(
        spans.filter(({ name }) => name !== "program").map(({ name }) => name),
        ["Membership.kick"]
      )
      assert.strictEqual(spans.at(-1)?.attributes.get("matrix.attempts"), 2)
    }).pipe(own)
  )
})
