import { assert, describe, it } from "@effect/vitest"
import { RetryPolicy } from "@matrix-membership/core"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Semaphore from "effect/Semaphore"
import * as Attempt from "../src/Attempt.ts"
import type * as Outcome from "../src/Outcome.ts"
import * as Preflight from "../src/Preflight.ts"
import { ended, fake, inTime, membership, pass, plan } from "./Stage.ts"

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

interface Seen {
  readonly outcomes: Array<string>
  readonly waits: Array<number | undefined>
}

/** The row's outcome, after Alice has looked at the rooms as a run does. */
const attempt = Effect.fnUntraced(function* (row: string, seen: Seen = { outcomes: [], waits: [] }) {
  const { accessToken } = yield* (yield* FakeHomeserver).register("alice")
  return yield* Effect.gen(function* () {
    const { roster, sender, tasks } = yield* Preflight.run(plan(row), { concurrency: 1 })
    const [task] = tasks
    if (task === undefined) return yield* Effect.die("no task")
    const turnstile = yield* Semaphore.make(1)
    return yield* Effect.uninterruptibleMask((restore) =>
      Attempt.run(task, roster, {
        policy: RetryPolicy.make(),
        sender,
        turnstile,
        waiting: (until) => Effect.sync(() => seen.waits.push(until)),
        restore
      }).pipe(
        Effect.map(({ outcome }) => text(outcome)),
        Effect.tap((outcome) => Effect.sync(() => seen.outcomes.push(outcome)))
      )
    )
  }).pipe(Effect.provide(membership(accessToken)))
})

/** The outcome of a row that is interrupted when so many milliseconds have passed. */
const cut = Effect.fnUntraced(function* (row: string, millis: number) {
  const seen: Seen = { outcomes: [], waits: [] }
  const fiber = yield* Effect.forkChild(attempt(row, seen))
  yield* pass(millis)
  const interrupting = yield* Effect.forkChild(Fiber.interrupt(fiber))
  yield* ended(interrupting)
  return seen.outcomes
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
      assert.strictEqual(yield* attempt(`invite ${roomId} @bob:localhost`), "failed: BadState")
      assert.strictEqual(yield* attempt("join !secret:localhost"), "failed: Forbidden")
      assert.strictEqual(yield* attempt(`forget ${roomId}`), "failed: Refused")
    }).pipe(Effect.provide(fake))
  )
  it.effect("without a request when its alias leads nowhere", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* attempt("join #nowhere:localhost"), "failed: NotFound")
      assert.deepStrictEqual(yield* sent, [])
    }).pipe(Effect.provide(fake))
  )
  it.effect("when the wait is longer than any that is obeyed, without waiting", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      const tomorrow = { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 86_400_000 }
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.respond(429, tomorrow))
      assert.strictEqual(yield* attempt(`invite ${roomId} @bob:localhost`), "failed: RateLimited")
      assert.strictEqual((yield* sent).length, 1)
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
  it.effect("says until when it waits, and when it no longer does", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const roomId = yield* server.createRoom(room)
      yield* server.faults.next({ path: "/rooms/{roomId}/invite" }, slow(20_000))
      const seen: Seen = { outcomes: [], waits: [] }
      yield* inTime(attempt(`invite ${roomId} @bob:localhost`, seen))
      const [until, over] = seen.waits
      assert.isTrue(until !== undefined && until >= 20_000 && until < 22_000, `${until}`)
      assert.strictEqual(seen.waits.length, 2)
      assert.isUndefined(over)
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
        "notAttempted: the run ended while the server made it wait"
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
