import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Scheduler from "effect/Scheduler"
import * as Schema from "effect/Schema"
import type * as Outcome from "../../src/Outcome.ts"
import type * as Stop from "../../src/run/Stop.ts"
import { ended, fake, type Manner, membership, pass, plan, runner } from "../Stage.ts"

const hall = { creator: "alice", roomId: "!hall:localhost" } as const

const invites = (...users: ReadonlyArray<string>) =>
  plan(...users.map((user) => `invite !hall:localhost @${user}:localhost`))

/** What happens to the invitation of a user. */
const befalls = Effect.fnUntraced(function* (user: string, fault: Faults.Fault) {
  const server = yield* FakeHomeserver
  yield* server.faults.every(
    { path: "/rooms/{roomId}/invite", where: ({ body }) => JSON.stringify(body)?.includes(`"@${user}:`) === true },
    fault
  )
})

const limited = (millis: number) => Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: millis })

/** A run by Alice under way. */
const start = Effect.fnUntraced(function* (plan: ReturnType<typeof invites>, manner: Manner, maxOps = 2048) {
  const { accessToken } = yield* (yield* FakeHomeserver).register("alice")
  const { course, run } = runner(plan, manner)
  const fiber = yield* run.pipe(
    // how long a fibre runs before others get their turn, and so where an interrupt can strike
    Effect.provideService(Scheduler.MaxOpsBeforeYield, maxOps),
    Effect.provide(membership(accessToken)),
    Effect.forkChild
  )
  const reports = () =>
    course.reports.map(({ outcome, row }) => {
      const { user = "" } = plan.rows.at(row)
      return [user.slice(1, user.indexOf(":")), outcome] as const
    })
  return { fiber, reports }
})

const byUser = (reports: ReadonlyArray<readonly [string, Outcome.Outcome]>) =>
  Object.fromEntries(reports.map(([user, { _tag }]) => [user, _tag]))

const sentTo = (user: string) =>
  Effect.map(
    Effect.flatMap(FakeHomeserver, (server) => server.requests),
    (requests) => requests.filter(({ body }) => JSON.stringify(body)?.includes(`"@${user}:`)).length
  )

const fatal = (stop: Stop.Stop | undefined) => (stop?._tag === "fatal" ? stop.error._tag : stop?._tag)

interface Deadly {
  readonly name: string
  readonly status: number
  readonly body: Readonly<Record<string, string>> | string
  readonly tag: string
  /** What becomes of the row that meets it: for nothing of its own, it has not failed. */
  readonly bob: Outcome.Tag
}

const deadly: ReadonlyArray<Deadly> = [
  { name: "a dead token", status: 401, body: { errcode: "M_UNKNOWN_TOKEN" }, tag: "Unauthorized", bob: "notAttempted" },
  {
    name: "a deactivated account",
    status: 403,
    body: { errcode: "M_USER_DEACTIVATED" },
    tag: "AccountRestricted",
    bob: "notAttempted"
  },
  // a page with status 200 may stand between us and a server that did it
  { name: "a captive portal", status: 200, body: "<html>Log in</html>", tag: "NotMatrix", bob: "unknown" }
]

describe("an error after which no row can succeed", () => {
  it.effect.each(deadly)("such as $name ends the run, and the rest is not attempted", ({ bob, body, status, tag }) =>
    Effect.gen(function* () {
      yield* (yield* FakeHomeserver).createRoom(hall)
      yield* befalls("bob", Faults.respond(status, body))
      // a portal answers everything once it stands in the way, which it did not yet when the run began
      let asked = 0
      const later = { path: "/account/whoami", where: () => tag === "NotMatrix" && ++asked > 1 }
      yield* (yield* FakeHomeserver).faults.every(later, Faults.respond(status, body))
      const { fiber, reports } = yield* start(invites("ann", "bob", "cem", "dan"), { concurrency: 1 })
      assert.strictEqual(fatal(yield* ended(fiber)), tag)
      assert.deepStrictEqual(byUser(reports()), { ann: "done", bob, cem: "notAttempted", dan: "notAttempted" })
      assert.strictEqual(reports().length, 4)
      assert.deepStrictEqual([yield* sentTo("cem"), yield* sentTo("dan")], [0, 0])
      const [, cem] = reports().find(([user]) => user === "cem") ?? assert.fail()
      assert.include("because" in cem ? cem.because : "", "the run was stopped")
    }).pipe(Effect.provide(fake))
  )
  it.effect("is reported as the run's error when it comes last", () =>
    Effect.gen(function* () {
      yield* (yield* FakeHomeserver).createRoom(hall)
      yield* befalls("bob", Faults.respond(401, { errcode: "M_UNKNOWN_TOKEN" }))
      const { fiber, reports } = yield* start(invites("ann", "bob"), { concurrency: 1 })
      assert.strictEqual(fatal(yield* ended(fiber)), "Unauthorized")
      assert.deepStrictEqual(byUser(reports()), { ann: "done", bob: "notAttempted" })
    }).pipe(Effect.provide(fake))
  )
  it.effect("cuts waits short, and nothing is sent after it", () =>
    Effect.gen(function* () {
      yield* (yield* FakeHomeserver).createRoom(hall)
      yield* befalls("ann", limited(300_000))
      yield* befalls("bob", Faults.delay("2 seconds", Faults.respond(401, { errcode: "M_UNKNOWN_TOKEN" })))
      const { fiber, reports } = yield* start(invites("ann", "bob", "cem"), { concurrency: 2 })
      yield* ended(fiber)
      assert.isBelow(yield* Clock.currentTimeMillis, 5000)
      // who waits holds nobody up
      assert.deepStrictEqual(byUser(reports()), { ann: "notAttempted", bob: "notAttempted", cem: "done" })
      yield* pass(600_000, 10_000)
      assert.strictEqual(yield* sentTo("ann"), 1)
    }).pipe(Effect.provide(fake))
  )
  it.effect("lets the requests in the air end, and counts them", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      yield* befalls("ann", Faults.delayAnswer("20 seconds"))
      yield* befalls("bob", Faults.respond(401, { errcode: "M_UNKNOWN_TOKEN" }))
      const { fiber, reports } = yield* start(invites("ann", "bob", "cem"), { concurrency: 2 })
      assert.strictEqual(fatal(yield* ended(fiber)), "Unauthorized")
      assert.deepStrictEqual(byUser(reports()), { ann: "done", bob: "notAttempted", cem: "notAttempted" })
      assert.strictEqual(yield* server.membershipOf("!hall:localhost", "ann"), "invite")
    }).pipe(Effect.provide(fake))
  )
  it.effect("is not a refusal of one row", () =>
    Effect.gen(function* () {
      yield* (yield* FakeHomeserver).createRoom(hall)
      yield* befalls("ann", Faults.respond(403, { errcode: "M_FORBIDDEN" }))
      yield* befalls("bob", Faults.respond(404, { errcode: "M_NOT_FOUND" }))
      yield* befalls("cem", Faults.respond(400, { errcode: "ORG.EXAMPLE.WHATEVER" }))
      const { fiber, reports } = yield* start(invites("ann", "bob", "cem", "dan"), { concurrency: 1 })
      assert.isUndefined(yield* ended(fiber))
      assert.deepStrictEqual(byUser(reports()), { ann: "failed", bob: "failed", cem: "failed", dan: "done" })
    }).pipe(Effect.provide(fake))
  )
})

describe("an interrupt", () => {
  it.effect("cuts waits short at once", () =>
    Effect.gen(function* () {
      yield* (yield* FakeHomeserver).createRoom(hall)
      yield* befalls("ann", limited(300_000))
      const { fiber, reports } = yield* start(invites("ann", "bob"), { concurrency: 2 })
      yield* pass(2000)
      // no virtual time passes here
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(byUser(reports()), { ann: "notAttempted", bob: "done" })
    }).pipe(Effect.provide(fake))
  )
  it.effect("lets the requests in the air end, and starts no other", () =>
    Effect.gen(function* () {
      yield* (yield* FakeHomeserver).createRoom(hall)
      yield* befalls("ann", Faults.delay("30 seconds"))
      const { fiber, reports } = yield* start(invites("ann", "bob"), { concurrency: 1 })
      yield* pass(1000)
      yield* ended(yield* Effect.forkChild(Fiber.interrupt(fiber)))
      assert.deepStrictEqual(byUser(reports()), { ann: "done", bob: "notAttempted" })
      assert.strictEqual(yield* sentTo("bob"), 0)
    }).pipe(Effect.provide(fake))
  )

  it.effect("does not let a row be sent again that is only being looked at", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      yield* server.faults.next({ path: "/rooms/{roomId}/invite" }, Faults.reset)
      let looks = 0
      const look: Faults.Match = {
        path: /\/state\/m\.room\.member\//u,
        where: () => {
          looks += 1
          return true
        }
      }
      yield* server.faults.every(look, Faults.delay("6 seconds"))
      const { fiber, reports } = yield* start(invites("ann"), { concurrency: 1 })
      // core looks once, and the run looks before it would send again
      while (looks < 2) yield* pass(500)
      yield* ended(yield* Effect.forkChild(Fiber.interrupt(fiber)))
      assert.strictEqual(yield* sentTo("ann"), 1)
      // it was seen not to be done, so nothing is left in doubt
      assert.deepStrictEqual(byUser(reports()), { ann: "notAttempted" })
    }).pipe(Effect.provide(fake))
  )

  const Delay = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 }))

  it.effect.prop(
    "at any moment leaves every row with one outcome, and that is the truth",
    {
      rows: Schema.Array(Schema.Struct({ takes: Delay, limited: Schema.Boolean })).check(
        Schema.isMinLength(1),
        Schema.isMaxLength(8)
      ),
      after: Delay,
      breaths: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 12 })),
      concurrency: Schema.Literals([1, 3, 8]),
      // below this, fibres yield within every one of the runner's own steps
      maxOps: Schema.Literals([8, 17, 2048])
    },
    ({ after, breaths, concurrency, maxOps, rows }) =>
      Effect.gen(function* () {
        const server = yield* FakeHomeserver
        yield* server.createRoom(hall)
        const names = rows.map((_, index) => `guest${index}`)
        for (const [index, row] of rows.entries())
          yield* befalls(
            `guest${index}`,
            row.limited ? limited(row.takes * 10_000) : Faults.delayAnswer(row.takes * 100)
          )
        const { fiber, reports } = yield* start(invites(...names), { concurrency }, maxOps)
        yield* pass(after * 100, 300)
        for (let breath = 0; breath < breaths; breath++) yield* Effect.yieldNow
        const underWay = fiber.pollUnsafe() === undefined
        yield* ended(yield* Effect.forkChild(Fiber.interrupt(fiber)), 1000)

        // interrupted during the preflight, no row has come up yet
        if (reports().length === 0) return assert.isTrue(underWay)
        assert.deepStrictEqual(
          reports()
            .map(([user]) => user)
            .sort(),
          names
        )
        for (const [user, outcome] of reports()) {
          const membership = yield* server.membershipOf("!hall:localhost", user)
          if (outcome._tag === "done") assert.strictEqual(membership, "invite", user)
          else assert.isUndefined(membership, `${user} is ${outcome._tag}`)
        }
      }).pipe(Effect.provide(fake)),
    { arbitrary: { runs: 40 } }
  )
})
