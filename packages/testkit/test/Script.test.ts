import { assert, describe, it } from "@effect/vitest"
import { Membership } from "@matrix-membership/core"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Script from "@matrix-membership/testkit/Script"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { inMemory } from "./Stage.ts"
import { get } from "./Talk.ts"

const Seed = Schema.String.check(Schema.isMaxLength(5))

const arrival = (path: string): Script.Arrival => ({
  method: "GET",
  path,
  query: [],
  body: undefined,
  userId: undefined
})

/** What befalls requests, one after the other. */
const fates = (random: Script.Random, paths: ReadonlyArray<string>, lines: Script.Script = Script.empty) => {
  let script = Script.randomly(lines, random)
  return paths.map((path) => {
    const [fault, rest] = Script.take(script, arrival(path), () => true)
    script = rest
    return fault
  })
}

const shuffled = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> => [...items].reverse()

const paths = Array.from({ length: 400 }, (_, request) => `/request/${request % 40}`)

describe("faults by chance", () => {
  it.prop("are the same for the same seed and the same requests", [Seed], ([seed]) => {
    const random = { rate: 0.5, seed }
    assert.deepStrictEqual(fates(random, paths), fates(random, paths))
  })

  it.prop("befall a request for what it is, not for when it comes", [Seed], ([seed]) => {
    const distinct = Array.from({ length: 50 }, (_, request) => `/request/${request}`)
    const random = { rate: 0.5, seed }
    assert.deepStrictEqual(fates(random, distinct), shuffled(fates(random, shuffled(distinct))))
  })

  it("differ from seed to seed, and among the times a request is sent", () => {
    const seen = [1, 2, 3, 4].map((seed) => JSON.stringify(fates({ rate: 0.5, seed }, paths)))
    assert.strictEqual(new Set(seen).size, 4)
    assert.strictEqual(
      new Set(
        fates(
          { rate: 0.5, seed: 1 },
          Array.from({ length: 50 }, () => "/same")
        )
      ).size > 2,
      true
    )
  })

  it("come as often as the rate says, each kind as often as the others", () => {
    const many = Array.from({ length: 8000 }, (_, request) => `/request/${request}`)
    for (const rate of [0, 0.1, 0.5, 1]) {
      const hit = fates({ rate, seed: "rate" }, many).filter((fault) => fault !== undefined)
      assert.approximately(hit.length / many.length, rate, 0.02)
      for (const kind of rate === 0 ? [] : Faults.transient)
        assert.approximately(
          hit.filter((fault) => fault === kind).length / hit.length,
          1 / Faults.transient.length,
          0.05
        )
    }
  })

  it("are those among which the test lets choose, for the requests that it names", () => {
    const random = { rate: 1, seed: 1, among: [Faults.reset], match: { path: /1$/u } }
    assert.deepStrictEqual(fates(random, ["/request/1", "/request/2"]), [Faults.reset, undefined])
  })

  it("come after those in the script", () => {
    const script = Script.add(Script.empty, { path: /2$/u }, Faults.html502, 1)
    const random = { rate: 1, seed: 1, among: [Faults.reset] }
    assert.deepStrictEqual(fates(random, ["/1", "/2", "/2"], script), [Faults.reset, Faults.html502, Faults.reset])
  })

  it.effect("at no rate that there is are a mistake of the test", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      for (const rate of [-0.1, 1.1, Number.NaN]) {
        const exit = yield* Effect.exit(fake.faults.random({ rate, seed: 1 }))
        assert.include(
          String(Exit.isFailure(exit) && Cause.squash(exit.cause)),
          `between 0 and 1, which ${rate} is not`
        )
      }
    }).pipe(inMemory)
  )

  it.effect("are recorded with the requests they befell, and end when they are cleared", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      const ask = Effect.repeat(Effect.exit(get("/joined_rooms", accessToken)), { times: 49 })
      const random = { rate: 0.5, seed: "recorded" }
      yield* fake.faults.random(random)
      yield* ask
      const first = (yield* fake.requests).map(({ fault }) => fault)
      assert.isAbove(first.filter((fault) => fault !== undefined).length, 10)
      yield* fake.faults.random(random)
      yield* ask
      assert.deepStrictEqual(
        (yield* fake.requests).slice(50).map(({ fault }) => fault),
        first
      )
      yield* fake.faults.clear
      yield* ask
      assert.deepStrictEqual(new Set((yield* fake.requests).slice(100).map(({ fault }) => fault)), new Set([undefined]))
    }).pipe(inMemory, Effect.provide(VirtualClock.layer()))
  )

  it.effect.prop(
    "of every kind are survived by core, and every invitation is made",
    [Seed],
    ([seed]) =>
      Effect.gen(function* () {
        const fake = yield* FakeHomeserver
        const membership = yield* Membership
        const roomId = yield* fake.room({ creator: "alice" })
        yield* fake.faults.random({ rate: 0.3, seed })
        for (const name of ["bob", "carol", "dan", "eve", "fay"]) {
          const { userId } = yield* fake.user(name)
          yield* membership.inviteUser({ roomId, userId })
          yield* fake.expectMembership(roomId, name, "invite")
        }
      }).pipe(
        Effect.provide(
          FakeHomeserver.layerTest({ retry: { times: 50, budget: "1 day" } }).pipe(
            Layer.provideMerge(VirtualClock.layer())
          )
        )
      ),
    { arbitrary: { runs: 20 } }
  )
})
