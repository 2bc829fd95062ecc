import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy } from "@matrix-membership/core"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Outcome from "../../src/Outcome.ts"
import { ended, fake, inTime, membership, pass, plan, runner } from "../Stage.ts"

const text = (outcome: Outcome.Outcome): string => {
  switch (outcome._tag) {
    case "done":
      return "done"
    case "failed":
      return `failed: ${outcome.failure.tag}`
    default:
      return `${outcome._tag}: ${outcome.because}`
  }
}

/** A run of one row by Alice. */
const attempted = Effect.fnUntraced(function* (row: string, seen: Array<string> = []) {
  const { accessToken } = yield* (yield* FakeHomeserver).register("alice")
  const { course, run } = runner(plan(row), { retry: RetryPolicy.make() })
  const stop = yield* run.pipe(
    Effect.provide(membership(accessToken)),
    Effect.ensuring(Effect.sync(() => seen.push(...course.reports.map(({ outcome }) => text(outcome)))))
  )
  return { course, stop }
})

/** The row's outcome. */
const attempt = Effect.fnUntraced(function* (row: string, seen: Array<string> = []) {
  const { course } = yield* attempted(row, seen)
  assert.strictEqual(course.reports.length, 1)
  return seen[0] ?? ""
})

/** The outcome of a row that is interrupted when so many milliseconds have passed. */
const cut = Effect.fnUntraced(function* (row: string, millis: number) {
  const seen: Array<string> = []
  const fiber = yield* Effect.forkChild(attempt(row, seen))
  yield* pass(millis)
  const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber))
  yield* ended(interrupting)
  return seen
})

const room = { creator: "alice", roomId: "!hall:localhost" } as const
const theirs = { creator: "host", roomId: "!hall:localhost", joinRule: "public" } as const

const sent = Effect.map(
  Effect.flatMap(FakeHomeserver, (server) => server.requests),
  (requests) => requests.filter(({ method }) => method === "POST")
)

const memberState = /\/state\/m\.room\.member\//u

const slow = (millis: number) => Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: millis })

describe("a row is done", () => {
  it.effect("when an invite went through", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      assert.strictEqual(yield* attempt(`invite ${roomId} @bob:localhost Welcome, all`), "done")
      assert.strictEqual(yield* server.membershipOf(roomId, "bob"), "invite")
      assert.deepStrictEqual((yield* sent)[0]?.body, { user_id: "@bob:localhost", reason: "Welcome, all" })
    }).pipe(Effect.provide(fake))
  )
  it.effect("when a join, a leave or a forget went through", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(theirs)
      assert.strictEqual(yield* attempt(`join ${roomId}`), "done")
      assert.strictEqual(yield* server.membershipOf(roomId, "alice"), "join")
      assert.strictEqual(yield* attempt(`leave ${roomId}`), "done")
      assert.strictEqual(yield* server.membershipOf(roomId, "alice"), "leave")
      assert.strictEqual(yield* attempt(`forget ${roomId}`), "done")
    }).pipe(Effect.provide(fake))
  )
  it.effect("when a join by alias went through, and the alias is what the server was asked for", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom({ ...theirs, alias: "#hall:localhost" })
      assert.strictEqual(yield* attempt("join #hall:localhost"), "done")
      assert.strictEqual(yield* server.membershipOf(roomId, "alice"), "join")
      // only with the alias can a server find others that are in the room
      assert.match((yield* sent)[0]?.path ?? "", /\/join\/%23hall/u)
    }).pipe(Effect.provide(fake))
  )
  it.effect("when every answer was lost, and the membership then shows that it took effect", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.loseResponse)
      assert.strictEqual(yield* inTime(attempt(`invite ${roomId} @bob:localhost`)), "done")
    }).pipe(Effect.provide(fake))
  )
})

describe("a row is unchanged", () => {
  it.effect("without a request when the goal is met already", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const members = { bob: "join", cem: "invite" } as const
      const roomId = yield* server.createRoom({ ...room, members })
      assert.strictEqual(yield* attempt(`invite ${roomId} @bob:localhost`), "unchanged: already joined")
      assert.strictEqual(yield* attempt(`invite ${roomId} @cem:localhost`), "unchanged: already invited")
      assert.strictEqual(yield* attempt(`join ${roomId}`), "unchanged: already joined")
      assert.deepStrictEqual(yield* sent, [])
    }).pipe(Effect.provide(fake))
  )
  it.effect("when the server refuses it because somebody was quicker", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom({ ...room, members: { bob: "join" } })
      yield* server.faults.every({ path: "/rooms/{roomId}/members" }, Faults.respond(403, { errcode: "M_FORBIDDEN" }))
      assert.strictEqual(yield* attempt(`invite ${roomId} @bob:localhost`), "unchanged: already joined")
      assert.strictEqual((yield* sent).length, 1)
    }).pipe(Effect.provide(fake))
  )
})

describe("a row fails", () => {
  it.effect("when the server refuses it and it is not so already", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom({ ...room, members: { bob: "ban" } })
      yield* server.createRoom({ creator: "host", roomId: "!secret:localhost" })
      yield* server.faults.every({ path: "/rooms/{roomId}/members" }, Faults.respond(403, { errcode: "M_FORBIDDEN" }))
      yield* server.faults.every({ path: "/rooms/{roomId}/forget" }, Faults.respond(400, { errcode: "M_UNKNOWN" }))
      assert.strictEqual(yield* attempt(`invite ${roomId} @bob:localhost`), "failed: BadState")
      assert.strictEqual(yield* attempt("join !secret:localhost"), "failed: Forbidden")
      assert.strictEqual(yield* attempt("forget !secret:localhost"), "failed: Refused")
      assert.strictEqual((yield* sent).length, 3)
    }).pipe(Effect.provide(fake))
  )
  it.effect("without a request when its alias leads nowhere", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* attempt("join #nowhere:localhost"), "failed: NotFound")
      assert.deepStrictEqual(yield* sent, [])
    }).pipe(Effect.provide(fake))
  )
})

describe("a row is not attempted", () => {
  it.effect("when what was read before the run shows that the server would refuse it", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom({ ...room, members: { bob: "ban" } })
      const banned = "notAttempted: banned; unban them first"
      assert.strictEqual(yield* attempt(`invite ${roomId} @bob:localhost`), banned)
      assert.strictEqual(yield* attempt(`forget ${roomId}`), "notAttempted: still in the room")
      assert.deepStrictEqual(yield* sent, [])
    }).pipe(Effect.provide(fake))
  )
})

describe("a row is deferred", () => {
  it.effect("when the wait is longer than the run may stand still, without waiting, and until when is said", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      const tomorrow = { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 86_400_000 }
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.respond(429, tomorrow))
      const { course } = yield* attempted(`invite ${roomId} @bob:localhost`)
      const [{ outcome } = assert.fail()] = course.reports
      if (outcome._tag !== "deferred") return assert.fail(text(outcome))
      assert.strictEqual(outcome.because, "the run was stopped: a limit holds up all that is left (--max-wait)")
      assert.isTrue(outcome.until >= 86_400_000 && outcome.until < 86_460_000, `${outcome.until}`)
      assert.strictEqual((yield* sent).length, 1)
      assert.isBelow(yield* Clock.currentTimeMillis, 60_000)
    }).pipe(Effect.provide(fake))
  )
})

it.effect("a row is unknown when its answers were lost and the membership cannot be read", () =>
  Effect.gen(function* () {
    const server = yield* FakeHomeserver
    const roomId = yield* server.createRoom(room)
    yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.loseResponse)
    yield* server.faults.every({ path: memberState }, Faults.html502)
    assert.match(yield* inTime(attempt(`invite ${roomId} @bob:localhost`)), /^unknown: no answer/u)
  }).pipe(Effect.provide(fake))
)

describe("a row that is made to wait", () => {
  it.effect("goes again after the wait, and not before", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, slow(20_000), 2)
      assert.strictEqual(yield* inTime(attempt(`invite ${roomId} @bob:localhost`)), "done")
      const at = (yield* sent).map(({ time }) => time)
      assert.strictEqual(at.length, 3)
      assert.isAtLeast((at[1] ?? 0) - (at[0] ?? 0), 20_000)
      assert.isAtLeast((at[2] ?? 0) - (at[1] ?? 0), 20_000)
    }).pipe(Effect.provide(fake))
  )
  it.effect("is in the ledger with its requests and its wait", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      yield* server.faults.next({ path: "/rooms/{roomId}/invite" }, slow(20_000))
      const { course } = yield* inTime(attempted(`invite ${roomId} @bob:localhost`))
      const { requests, waitedMillis } = course.ledger?.entry(0) ?? assert.fail()
      assert.deepStrictEqual({ requests, waitedMillis }, { requests: 2, waitedMillis: 20_000 })
    }).pipe(Effect.provide(fake))
  )
})

describe("a row that is interrupted", () => {
  it.effect("is not attempted when it was waiting: the server had said that nothing was done", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, slow(300_000))
      assert.deepStrictEqual(yield* cut(`invite ${roomId} @bob:localhost`, 1000), [
        "notAttempted: the run was interrupted"
      ])
      assert.strictEqual((yield* sent).length, 1)
    }).pipe(Effect.provide(fake))
  )
  it.effect("has the outcome of its request when that was in the air", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.delayAnswer("10 seconds"))
      assert.deepStrictEqual(yield* cut(`invite ${roomId} @bob:localhost`, 1000), ["done"])
    }).pipe(Effect.provide(fake))
  )
  it.effect("is done when its answer was lost and the membership shows that it took effect", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.loseResponse, 1)
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, slow(300_000))
      assert.deepStrictEqual(yield* cut(`invite ${roomId} @bob:localhost`, 5000), ["done"])
    }).pipe(Effect.provide(fake))
  )
  it.effect("is unknown when its answer was lost and the membership cannot be read", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.loseResponse, 1)
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, slow(300_000))
      yield* server.faults.every({ path: memberState }, Faults.html502)
      const [outcome] = yield* cut(`invite ${roomId} @bob:localhost`, 5000)
      assert.strictEqual(yield* server.membershipOf(roomId, "bob"), "invite")
      assert.match(outcome ?? "", /^unknown/u)
    }).pipe(Effect.provide(fake))
  )
})

describe("a row whose first answer was lost", () => {
  it.effect("is done when the repetition is refused and the membership shows that it took effect", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom({ ...theirs, members: { alice: "join" } })
      yield* server.faults.next({ path: "/rooms/{roomId}/leave" }, Faults.loseResponse)
      yield* server.faults.every({ path: "/rooms/{roomId}/leave" }, Faults.respond(403, { errcode: "M_FORBIDDEN" }))
      assert.strictEqual(yield* inTime(attempt(`leave ${roomId}`)), "done")
    }).pipe(Effect.provide(fake))
  )
  it.effect("is unknown when the repetition is refused and the membership cannot be read", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom({ ...theirs, members: { alice: "join" } })
      yield* server.faults.next({ path: "/rooms/{roomId}/leave" }, Faults.loseResponse)
      yield* server.faults.every({ path: "/rooms/{roomId}/leave" }, Faults.respond(403, { errcode: "M_FORBIDDEN" }))
      yield* server.faults.every({ path: memberState }, Faults.html502)
      assert.match(yield* inTime(attempt(`leave ${roomId}`)), /^unknown/u)
    }).pipe(Effect.provide(fake))
  )
})
