/** What the tests of the runner stand on: a sender on a fake homeserver in memory, small plans, and time that passes. */
import { Credentials, Membership } from "@matrix-membership/core"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Plan from "../src/Plan.ts"
import * as PlanRows from "../src/PlanRows.ts"

/** The fake and an `HttpClient` that reaches it in this process. */
export const fake = FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer()))

/** The operations of whoever owns the token. */
export const membership = (accessToken: string) =>
  Membership.layer({ homeserver: new URL("http://localhost") }).pipe(
    Layer.provide(Credentials.layer(Redacted.make(accessToken)))
  )

const decode = Schema.decodeUnknownSync(Plan.Content)

/** `invite !hall:localhost @bob:localhost and a reason`; the first row is on line 2, as in a CSV file. */
export const plan = (...rows: ReadonlyArray<string>): Plan.Plan => {
  const read = rows.map((text, index): Plan.Row => {
    const [operation, room, user = "", ...reason] = text.split(" ")
    return {
      ...decode({
        operation,
        room,
        ...(user === "" ? {} : { user }),
        ...(reason.length === 0 ? {} : { reason: reason.join(" ") })
      }),
      line: index + 2
    }
  })
  if (!Arr.isReadonlyArrayNonEmpty(read)) throw new Error("a plan has rows")
  return { source: "plan.csv", rows: PlanRows.fromRows(read), digest: Plan.digestOf(read) }
}

/** Lets promises and whatever else needs no time go on. */
export const breathe = Effect.promise(
  () =>
    new Promise<void>((resolve) => {
      setImmediate(() => setImmediate(() => setImmediate(resolve)))
    })
)

/** Lets virtual time pass, a step at a time, so that what happens in between happens at about its time. */
export const pass = Effect.fnUntraced(function* (millis: number, step = 100) {
  for (let passed = 0; passed < millis; passed += step) {
    yield* breathe
    yield* TestClock.adjust(Math.min(step, millis - passed))
  }
  yield* breathe
})

/** Lets virtual time pass until the fibre ends; an hour of it is more than any test needs. */
export const ended = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>, step = 100) {
  for (let passed = 0; fiber.pollUnsafe() === undefined; passed += step) {
    if (passed > 3_600_000) return yield* Effect.die(new Error("still not at its end after an hour of virtual time"))
    yield* pass(step, step)
  }
  return yield* Fiber.join(fiber)
})

/** The effect's result, in as much virtual time as it takes. */
export const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>, step = 100) =>
  Effect.flatMap(Effect.forkChild(effect), (fiber) => ended(fiber, step))
