/** What the tests of the runner stand on: a sender on a fake homeserver in memory, small plans, and time that passes. */
import { Credentials, Membership } from "@matrix-membership/core"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/testing/TestClock"
import * as Journal from "../src/journal/Journal.ts"
import type * as Outcome from "../src/Outcome.ts"
import * as Plan from "../src/plan/Plan.ts"
import * as PlanRows from "../src/plan/PlanRows.ts"
import * as Preflight from "../src/preflight/Preflight.ts"
import * as Ledger from "../src/report/Ledger.ts"
import * as Runner from "../src/run/Runner.ts"
import * as SteadyClock from "../src/run/SteadyClock.ts"
import * as Kind from "../src/schedule/LimiterKind.ts"
import * as Limits from "../src/schedule/Limits.ts"
import * as Schedule from "../src/schedule/Schedule.ts"

/** The fake and an `HttpClient` that reaches it in this process. */
export const fake = FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer()))

/** The operations of whoever owns the token. */
export const membership = (accessToken: string) =>
  Membership.layer({ homeserver: new URL("http://localhost") }).pipe(
    Layer.provide(Credentials.layer(Redacted.make(accessToken)))
  )

const decode = Schema.decodeUnknownSync(Plan.Content)

/** A plan of these rows; the first is on line 2, as in a CSV file. */
export const planOf = (contents: ReadonlyArray<object>): Plan.Plan => {
  const read = contents.map((content, index): Plan.Row => ({ ...decode(content), line: index + 2 }))
  if (!Arr.isReadonlyArrayNonEmpty(read)) throw new Error("a plan has rows")
  return { source: "plan.csv", rows: PlanRows.fromRows(read), digest: Plan.digestOf(read) }
}

/** `invite !hall:localhost @bob:localhost and a reason`. */
export const plan = (...rows: ReadonlyArray<string>): Plan.Plan =>
  planOf(
    rows.map((text) => {
      const [operation, room, user = "", ...reason] = text.split(" ")
      return {
        operation,
        room,
        ...(user === "" ? {} : { user }),
        ...(reason.length === 0 ? {} : { reason: reason.join(" ") })
      }
    })
  )

/** How a plan is carried out; by default one request at a time, without a journal, and nothing is known of limits. */
export interface Manner extends Partial<Omit<Runner.Options, "schedule" | "journal" | "ledger">> {
  /** By default there are none. */
  readonly limits?: Limits.Limits
  readonly learn?: boolean
  readonly maxRate?: number
  readonly journal?: Journal.Journal
}

/** What is seen of a run from outside, also of one that was interrupted. */
export interface Course {
  /** In the order in which rows ended. */
  readonly reports: ReadonlyArray<{ readonly row: number; readonly outcome: Outcome.Outcome }>
  /** None before the preflight is through. */
  readonly ledger: Ledger.Ledger | undefined
}

/** A run as the tool makes it, from the preflight to the last row, for whoever owns the token. */
export const runner = (plan: Plan.Plan, manner: Manner = {}) => {
  const { journal = Journal.none, learn = false, limits = learn ? Limits.learn : Limits.none, maxRate } = manner
  const { concurrency = 1, ...options } = manner
  const reports: Array<Course["reports"][number]> = []
  const course: { -readonly [K in keyof Course]: Course[K] } = { reports, ledger: undefined }
  const run = Effect.gen(function* () {
    const preflight = yield* Preflight.run(plan, { concurrency })
    const { rows } = plan
    const now = yield* Clock.currentTimeMillis
    const { recent } = journal
    const schedule = Schedule.make({ work: Kind.ofRows(rows), limits, learn, now, maxRate, recent })
    const ledger = Ledger.make(rows)
    course.ledger = ledger
    return yield* Runner.run(rows, preflight, {
      ...options,
      concurrency,
      schedule,
      journal,
      ledger,
      ended: (row, outcome) => {
        reports.push({ row, outcome })
        return options.ended?.(row, outcome) ?? Effect.void
      }
    })
  }).pipe(SteadyClock.provide)
  const seen: Course = course
  return { course: seen, run }
}

/** The tags of a course by row. */
export const tags = ({ reports }: Course) =>
  [...reports].sort((one, other) => one.row - other.row).map(({ outcome }) => outcome._tag)

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
