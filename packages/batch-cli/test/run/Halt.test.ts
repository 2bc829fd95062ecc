import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Outcome from "../../src/Outcome.ts"
import * as Halt from "../../src/run/Halt.ts"
import { membership, plan, runner } from "../Stage.ts"

describe("what is asked for", () => {
  const right: ReadonlyArray<{ readonly text: string; readonly halt: Halt.Halt }> = [
    { text: "10", halt: { _tag: "rows", failed: 10 } },
    { text: " 1 ", halt: { _tag: "rows", failed: 1 } },
    { text: "5%", halt: { _tag: "share", percent: 5 } },
    { text: "100%", halt: { _tag: "share", percent: 100 } }
  ]
  it.each(right)("may be $text", ({ halt, text }) => assert.deepStrictEqual(Result.getOrThrow(Halt.parse(text)), halt))
  it.each(["", "0", "-1", "0%", "101%", "1.5", "ten", "%", "5 %%", "1e3"])("may not be %j", (text) =>
    assert.isTrue(Result.isFailure(Halt.parse(text)))
  )
})

describe("a share", () => {
  const five: Halt.Halt = { _tag: "share", percent: 5 }
  it("says nothing of the first rows, of which one is already many", () => {
    assert.isUndefined(Halt.reached(five, { failed: 19, ended: 19 }))
    assert.isDefined(Halt.reached(five, { failed: 1, ended: 20 }))
  })
  it("is one of the rows that have ended", () => {
    assert.isUndefined(Halt.reached(five, { failed: 4, ended: 100 }))
    assert.strictEqual(Halt.reached(five, { failed: 5, ended: 100 }), "5 of 100 rows failed (--halt 5%)")
  })
})

describe("a run that is to halt", () => {
  const halted = Effect.fnUntraced(function* (halt: Halt.Halt) {
    const server = yield* FakeHomeserver
    yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost" })
    const { accessToken } = yield* server.register("alice")
    // one in four
    yield* server.faults.every(
      { path: "/rooms/{roomId}/invite", where: ({ body }) => /@guest\d*[048]:/u.test(JSON.stringify(body) ?? "") },
      Faults.respond(400, { errcode: "M_UNKNOWN" })
    )
    const rows = Array.from({ length: 200 }, (_, n) => `invite !hall:localhost @guest${n}:localhost`)
    const { course, run } = runner(plan(...rows), { concurrency: 4, halt })
    const stop = yield* Effect.provide(run, membership(accessToken))
    const sent = (yield* server.requests).filter(({ method }) => method === "POST").length
    return { counts: course.ledger?.counts ?? Outcome.none, sent, stop }
  })
  const world = FakeHomeserver.layerClient.pipe(
    Layer.provideMerge(FakeHomeserver.layer()),
    Layer.provideMerge(Layer.unwrap(Effect.sync(() => VirtualClock.layer())))
  )
  it.live("at a number of failures sends nothing more, and says why", () =>
    Effect.gen(function* () {
      const { counts, sent, stop } = yield* halted({ _tag: "rows", failed: 3 })
      assert.deepStrictEqual(stop, { _tag: "halted", because: "3 rows failed (--halt 3)" })
      // what was in the air then may fail as well
      assert.isTrue(counts.failed >= 3 && counts.failed <= 6, `${counts.failed}`)
      assert.strictEqual(counts.done + counts.failed, sent)
      assert.strictEqual(counts.notAttempted, 200 - sent)
    }).pipe(Effect.provide(world))
  )
  it.live("at a share of them does so too", () =>
    Effect.gen(function* () {
      const { counts, stop } = yield* halted({ _tag: "share", percent: 25 })
      assert.strictEqual(stop?._tag, "halted")
      assert.isAbove(counts.notAttempted, 100)
    }).pipe(Effect.provide(world))
  )
  it.live("at a share that is not reached goes on to the end", () =>
    Effect.gen(function* () {
      const { counts, stop } = yield* halted({ _tag: "share", percent: 90 })
      assert.isUndefined(stop)
      assert.strictEqual(counts.done + counts.failed, 200)
    }).pipe(Effect.provide(world))
  )
})
