import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Outcome from "../../src/Outcome.ts"
import * as Limits from "../../src/schedule/Limits.ts"
import { type Manner, membership, planOf, runner } from "../Stage.ts"

const world = FakeHomeserver.layerClient.pipe(
  Layer.provideMerge(FakeHomeserver.layer()),
  Layer.provideMerge(Layer.unwrap(Effect.sync(() => VirtualClock.layer())))
)

const invitation = (room: string, n: number) => ({ operation: "invite", room, user: `@guest${n}:localhost` })
const guests = (room: string, count: number) => Array.from({ length: count }, (_, n) => invitation(room, n))

/** Alice may invite into both rooms, which are the host's. */
const setUp = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  const { accessToken } = yield* server.register("alice")
  const room = { creator: "host", members: { alice: "join" }, powerLevels: { invite: 0 } } as const
  yield* server.createRoom({ ...room, roomId: "!lost:localhost" })
  yield* server.createRoom({ ...room, roomId: "!kept:localhost" })
  return { accessToken, server }
})

/** Somebody throws Alice out of the room when this guest is invited. */
const throwOutAt = Effect.fnUntraced(function* (guest: number, errcode = "M_FORBIDDEN") {
  const server = yield* FakeHomeserver
  let isOut = false
  const refusal = Faults.respond(403, { errcode, error: "@alice:localhost not in room !lost:localhost." })
  const inLost = ({ path }: { readonly path: string }) => decodeURIComponent(path).includes("!lost:localhost")
  yield* server.faults.every(
    {
      method: "POST",
      where: (arrival) => {
        isOut ||= JSON.stringify(arrival.body)?.includes(`@guest${guest}:`) === true && inLost(arrival)
        return isOut && inLost(arrival) && arrival.path.endsWith("/invite")
      }
    },
    refusal
  )
  yield* server.faults.every(
    { path: /\/state\/m\.room\.member\//u, where: (arrival) => isOut && inLost(arrival) },
    refusal
  )
})

const carryOut = Effect.fnUntraced(function* (rows: ReadonlyArray<object>, manner: Manner, accessToken: string) {
  const { course, run } = runner(planOf(rows), manner)
  const stop = yield* Effect.provide(run, membership(accessToken))
  const requests = (yield* (yield* FakeHomeserver).requests).filter(({ method }) => method === "POST")
  const counts = course.ledger?.counts ?? Outcome.none
  return { counts, course, requests, stop }
})

describe("who was thrown out in mid-run", () => {
  it.live("asks for nothing more there, while the other room goes on", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* setUp
      yield* throwOutAt(20)
      const rows = [...guests("!lost:localhost", 100), ...guests("!kept:localhost", 100)]
      const { counts, course, requests, stop } = yield* carryOut(rows, { concurrency: 4 }, accessToken)
      assert.isUndefined(stop)
      const there = requests.filter(({ path }) => decodeURIComponent(path).includes("!lost:localhost"))
      // those in the air at that moment, and no more
      assert.isAtMost(counts.failed, 4)
      assert.strictEqual(there.length, 20 + counts.failed)
      assert.deepStrictEqual(counts, {
        ...Outcome.none,
        done: 120,
        failed: counts.failed,
        notAttempted: 80 - counts.failed
      })
      const [last] = course.reports.filter(({ outcome }) => outcome._tag === "notAttempted")
      assert.match(JSON.stringify(last), /@alice:localhost is not in !lost:localhost/u)
    }).pipe(Effect.provide(world))
  )
  it.live("spends none of the time that the limits would have taken", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* setUp
      yield* throwOutAt(5)
      const rows = guests("!lost:localhost", 300)
      const limits = Limits.synapseDefault
      const { counts, requests } = yield* carryOut(rows, { concurrency: 2, limits }, accessToken)
      assert.strictEqual(counts.done, 5)
      assert.strictEqual(counts.notAttempted + counts.failed, 295)
      assert.isBelow(requests.at(-1)?.time ?? 0, 1000)
    }).pipe(Effect.provide(world))
  )
  it.live("may come back: what the plan does after that is done", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const { accessToken } = yield* server.register("alice")
      const room = { creator: "host", joinRule: "public", powerLevels: { invite: 0 } }
      yield* server.createRoom({ ...room, roomId: "!lost:localhost", members: { alice: "join" } })
      // the server forgets for a while that Alice is there, so that the first invite fails and the join is sent
      yield* server.faults.next({ path: "/rooms/{roomId}/invite" }, Faults.respond(403, { errcode: "M_FORBIDDEN" }))
      yield* server.faults.next(
        { path: /\/state\/m\.room\.member\//u },
        Faults.respond(403, { errcode: "M_FORBIDDEN" })
      )
      yield* server.faults.next(
        { path: /\/state\/m\.room\.member\//u },
        Faults.respond(403, { errcode: "M_FORBIDDEN" })
      )
      const rows = [
        invitation("!lost:localhost", 1),
        { operation: "leave", room: "!lost:localhost" },
        { operation: "join", room: "!lost:localhost" },
        invitation("!lost:localhost", 2)
      ]
      const { course } = yield* carryOut(rows, {}, accessToken)
      assert.deepStrictEqual(
        course.reports.map(({ outcome, row }) => [row, outcome._tag]),
        [
          [0, "failed"],
          [1, "done"],
          [2, "done"],
          [3, "done"]
        ]
      )
    }).pipe(Effect.provide(world))
  )
  it.live("is told from one whom a room refuses single rows: those are asked for to the last", () =>
    Effect.gen(function* () {
      const { accessToken, server } = yield* setUp
      const forbidden = Faults.respond(403, { errcode: "M_FORBIDDEN", error: "no" })
      yield* server.faults.every(
        { path: "/rooms/{roomId}/invite", where: ({ body }) => /@guest\d*[13579]:/u.test(JSON.stringify(body) ?? "") },
        forbidden
      )
      const { counts, requests } = yield* carryOut(guests("!kept:localhost", 40), { concurrency: 3 }, accessToken)
      assert.deepStrictEqual(counts, { ...Outcome.none, done: 20, failed: 20 })
      assert.strictEqual(requests.length, 40)
    }).pipe(Effect.provide(world))
  )
})
