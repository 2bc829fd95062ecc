import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { MessageChannel } from "node:worker_threads"
import { gzip } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

const virtually = <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.provide(effect, VirtualClock.layer())

const now = Clock.currentTimeMillis

/** A moment of real time, in which the event loop has nothing else to do. */
const moment = Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5)))

describe("the clock does not jump", () => {
  /** What takes its time without waiting for any timer. */
  const works: ReadonlyArray<readonly [string, Effect.Effect<unknown>]> = [
    [
      "a fibre computes, with yields",
      Effect.forEach(Array.from({ length: 5000 }), () => Effect.yieldNow, { discard: true })
    ],
    ["fibres hand something on", handedOn(500)],
    ["promises settle", Effect.promise(() => hops(1000, () => Promise.resolve()))],
    ["ticks go by", Effect.promise(() => hops(1000, () => new Promise((resolve) => process.nextTick(resolve))))],
    [
      "immediates follow each other",
      Effect.promise(() => hops(50, () => new Promise((resolve) => setImmediate(resolve))))
    ],
    ["messages go through channels", Effect.promise(() => hops(20, message))],
    ["a body is read", Effect.promise(() => new Response(new Blob(["text"]).stream()).text())],
    ["files are read", Effect.promise(() => hops(20, () => readFile(import.meta.filename)))],
    [
      "another runtime has its own fibres",
      Effect.promise(() => Effect.runPromise(Effect.forEach(Array.from({ length: 100 }), () => Effect.yieldNow)))
    ]
  ]

  it.effect.each(works)("while %s", ([, work]) =>
    Effect.gen(function* () {
      const sleeper = yield* Effect.forkChild(Effect.sleep("1 milli"))
      yield* Effect.yieldNow
      yield* work
      assert.strictEqual(yield* now, 0)
      yield* Fiber.join(sleeper)
      assert.strictEqual(yield* now, 1)
    }).pipe(virtually)
  )

  it.effect("while fibres can run, even on a host that tells nothing of itself", () =>
    Effect.gen(function* () {
      const sleeper = yield* Effect.forkChild(Effect.sleep("1 milli"))
      yield* Effect.forEach(Array.from({ length: 1000 }), () => Effect.yieldNow, { discard: true })
      assert.strictEqual(yield* now, 0)
      yield* Fiber.join(sleeper)
    }).pipe(virtually, silently)
  )

  it.effect("while real work is done, on the real clock", () =>
    Effect.gen(function* () {
      const sleeper = yield* Effect.forkChild(Effect.sleep("1 milli"))
      yield* Effect.yieldNow
      const work = Effect.gen(function* () {
        const started = yield* now
        yield* Effect.promise(() => promisify(gzip)(Buffer.alloc(1_000_000)))
        yield* Effect.sleep("5 millis")
        return (yield* now) - started
      })
      const passed = yield* VirtualClock.withLive(work)
      assert.isAtLeast(passed, 4)
      assert.strictEqual(yield* now, 0)
      yield* Fiber.join(sleeper)
      assert.strictEqual(yield* now, 1)
    }).pipe(virtually)
  )

  it.effect("until the last of several real works is done, however it ends", () =>
    Effect.gen(function* () {
      const sleeper = yield* Effect.forkChild(Effect.sleep("1 milli"))
      const done = yield* Deferred.make<void>()
      const long = yield* Effect.forkChild(VirtualClock.withLive(Deferred.await(done)))
      const short = yield* Effect.forkChild(VirtualClock.withLive(Effect.never))
      yield* moment
      yield* Fiber.interrupt(short)
      yield* moment
      assert.strictEqual(yield* now, 0)
      yield* Deferred.succeed(done, undefined)
      yield* Fiber.join(long)
      yield* Fiber.join(sleeper)
      assert.strictEqual(yield* now, 1)
    }).pipe(virtually)
  )
})

it.live("real work is just done where there is no such clock", () =>
  Effect.map(VirtualClock.withLive(Effect.succeed(1)), (one) => assert.strictEqual(one, 1))
)

/** As in a browser, where nobody lists what is under way. */
function silently<A, E, R>(effect: Effect.Effect<A, E, R>) {
  const told = process.getActiveResourcesInfo
  return Effect.acquireUseRelease(
    Effect.sync(() => Object.assign(process, { getActiveResourcesInfo: undefined })),
    () => effect,
    () => Effect.sync(() => Object.assign(process, { getActiveResourcesInfo: told }))
  )
}

/** From fibre to fibre, through a deferred each. */
function handedOn(count: number) {
  return Effect.gen(function* () {
    const first = yield* Deferred.make<void>()
    let last = first
    for (let fibre = 0; fibre < count; fibre++) {
      const [before, next] = [last, yield* Deferred.make<void>()]
      yield* Effect.forkChild(Effect.andThen(Deferred.await(before), Deferred.succeed(next, undefined)))
      last = next
    }
    yield* Deferred.succeed(first, undefined)
    yield* Deferred.await(last)
  })
}

async function hops(count: number, hop: () => Promise<unknown>) {
  for (let done = 0; done < count; done++) await hop()
}

function message() {
  return new Promise<void>((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port2.on("message", () => {
      port1.close()
      resolve()
    })
    port1.postMessage("over")
  })
}
