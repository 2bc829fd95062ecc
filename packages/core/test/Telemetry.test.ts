import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Metric from "effect/Metric"
import * as TestClock from "effect/testing/TestClock"
import { RoomId, UserId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import * as Telemetry from "../src/Telemetry.ts"
import { answer, inTurn, layer, make, type Reply, silence } from "./Wire.ts"
import { witness } from "./Witness.ts"

const kick = Effect.flatMap(Membership, (membership) =>
  membership.kick({ roomId: RoomId.make("!r:x"), userId: UserId.make("@b:x") })
)
const limited = answer(429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":7000}')
const refused = answer(403, '{"errcode":"M_FORBIDDEN"}')

const ran = (reply: Reply) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.provide(kick, layer(make(reply), { retry: { times: 3 } })).pipe(
      witness,
      Effect.forkChild
    )
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

const spanOf = (reply: Reply) =>
  Effect.map(ran(reply), ({ spans }) => {
    const [span, ...others] = spans.filter(({ name }) => name === "Membership.kick")
    assert.strictEqual(others.length, 0)
    return span
  })

describe("the span of an operation", () => {
  it.effect("tells what, where, to whom, in how many attempts and with how much waiting", () =>
    Effect.gen(function* () {
      const span = yield* spanOf(inTurn(limited, limited, answer(200, "{}")))
      assert.deepStrictEqual(
        ["matrix.operation", "matrix.room", "matrix.user", "matrix.attempts"].map((name) => span?.attributes.get(name)),
        ["kick", "!r:x", "@b:x", 3]
      )
      assert.isAtLeast(Number(span?.attributes.get("matrix.waited_ms")), 14_000)
    })
  )
  it.effect("of a failure does so as well", () =>
    Effect.gen(function* () {
      const span = yield* spanOf(inTurn(limited, refused))
      assert.strictEqual(span?.attributes.get("matrix.attempts"), 2)
      assert.strictEqual(span?.status._tag === "Ended" ? span.status.exit._tag : "", "Failure")
    })
  )
})

/** The count of a metric for these attributes. */
const count = (metric: Metric.Counter<number>, attributes: Record<string, string>) =>
  Effect.map(Metric.value(Metric.withAttributes(metric, attributes)), ({ count }) => count)

const own = Effect.provideServiceEffect(
  Metric.MetricRegistry,
  Effect.sync(() => new Map())
)

describe("metrics", () => {
  it.effect("count attempts and outcomes, and keep the waits", () =>
    Effect.gen(function* () {
      yield* ran(inTurn(limited, limited, answer(200, "{}")))
      yield* ran(refused)
      assert.strictEqual(yield* count(Telemetry.attempts, { operation: "kick" }), 4)
      assert.strictEqual(yield* count(Telemetry.outcomes, { operation: "kick", outcome: "success" }), 1)
      assert.strictEqual(yield* count(Telemetry.outcomes, { operation: "kick", outcome: "Forbidden" }), 1)
      const waits = yield* Metric.value(
        Metric.withAttributes(Telemetry.waits, { operation: "kick", reason: "RateLimited" })
      )
      assert.strictEqual(waits.count, 2)
      assert.isAtLeast(waits.sum, 14_000)
    }).pipe(own)
  )
  it.effect("know an interrupt from a failure", () =>
    Effect.gen(function* () {
      const fiber = yield* Effect.forkChild(Effect.provide(kick, layer(make(silence))))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* count(Telemetry.outcomes, { operation: "kick", outcome: "interrupted" }), 1)
    }).pipe(own)
  )
})
