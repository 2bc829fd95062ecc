import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Outcome from "../../src/Outcome.ts"
import type { Plan } from "../../src/plan/Plan.ts"
import * as PlanRows from "../../src/plan/PlanRows.ts"
import { fake, inTime, type Manner, membership, plan, runner, tags } from "../Stage.ts"

type Happening = { readonly began: number } | { readonly ended: number; readonly outcome: Outcome.Tag }

/** A run by Alice. The reason of a row is its index, so that a request shows which row it is. */
const carryOut = Effect.fnUntraced(function* (plan: Plan, manner: Manner, step = 100) {
  const { accessToken } = yield* (yield* FakeHomeserver).register("alice")
  const happenings: Array<Happening> = []
  let underWay = 0
  let most = 0
  const watched = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) =>
      HttpClient.transform(client, (exchange, request) => {
        if (request.method !== "POST") return exchange
        return Effect.suspend(() => {
          happenings.push({ began: Number(bodyOf(request.body)) })
          underWay += 1
          most = Math.max(most, underWay)
          return exchange
        }).pipe(
          Effect.ensuring(
            Effect.sync(() => {
              underWay -= 1
            })
          )
        )
      })
    )
  ).pipe(Layer.provide(FakeHomeserver.layerClient))
  const { course, run } = runner(plan, {
    ...manner,
    ended: (row, outcome) => Effect.sync(() => happenings.push({ ended: row, outcome: outcome._tag }))
  })
  const stop = yield* inTime(Effect.provide(run, Layer.provide(membership(accessToken), watched)), step)
  return { course, happenings, most, stop, outcomes: tags(course) }
})

const bodyOf = (body: { readonly toJSON: () => unknown }) => /"reason\\?":\\?"(\d+)/u.exec(JSON.stringify(body))?.[1]

const RowOfRoom = Schema.Struct({
  room: Schema.Literals(["a", "b", "c"]),
  what: Schema.Literals(["invite ann", "invite bob", "invite cem", "join", "leave"]),
  /** How long the server takes, in tenths of a second. */
  takes: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 20 })),
  fate: Schema.Literals(["well", "well", "refused", "limited"])
})

const fateOf = ({ fate, takes }: typeof RowOfRoom.Type): Faults.Fault => {
  const delay = takes * 100
  switch (fate) {
    case "well":
      return Faults.delay(delay)
    case "refused":
      return Faults.delay(delay, Faults.respond(403, { errcode: "M_FORBIDDEN", error: "no" }))
    case "limited":
      return Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: delay })
  }
}

describe("for any plan, whatever its rows meet", () => {
  it.effect.prop(
    "every row is reported once, in order where order counts, with no more under way than allowed",
    {
      rows: Schema.Array(RowOfRoom).check(Schema.isMinLength(1), Schema.isMaxLength(10)),
      concurrency: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 5 }))
    },
    ({ concurrency, rows }) =>
      Effect.gen(function* () {
        const server = yield* FakeHomeserver
        for (const name of ["a", "b", "c"])
          yield* server.createRoom({ creator: "alice", roomId: `!${name}:localhost`, joinRule: "public" })
        for (const [index, row] of rows.entries())
          yield* server.faults.next(
            { where: ({ body }) => JSON.stringify(body)?.includes(`"reason":"${index}"`) === true },
            fateOf(row)
          )
        const texts = rows.map(({ room, what }, index) => {
          const [operation, user] = what.split(" ")
          return `${operation} !${room}:localhost @${user ?? "alice"}:localhost ${index}`
        })
        const { happenings, most, stop } = yield* carryOut(plan(...texts), { concurrency }, 300)
        assert.isUndefined(stop)
        assert.isAtMost(most, concurrency)

        const ends = happenings.flatMap((happening) => ("ended" in happening ? happening.ended : []))
        assert.deepStrictEqual(
          [...ends].sort((one, other) => one - other),
          Array.from(rows.keys())
        )
        const at = (row: number) => happenings.findIndex((happening) => "ended" in happening && happening.ended === row)
        rows.forEach((later, row) => {
          rows.slice(0, row).forEach((earlier, before) => {
            const own = !later.what.startsWith("invite") || !earlier.what.startsWith("invite")
            if (later.room !== earlier.room || (!own && later.what !== earlier.what)) return
            const begins = happenings.findIndex((happening) => "began" in happening && happening.began === row)
            assert.isBelow(at(before), begins === -1 ? at(row) : begins, `row ${row} did not wait for row ${before}`)
          })
        })
      }).pipe(Effect.provide(fake)),
    { arbitrary: { runs: 25 } }
  )
})

describe("a run", () => {
  const guests = (count: number) =>
    Array.from({ length: count }, (_, index) => `invite !hall:localhost @guest${index}:localhost ${index}`)
  const hall = { creator: "alice", roomId: "!hall:localhost" } as const

  it.effect("uses all the room that concurrency gives it", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.delay("1 second"))
      const { most, outcomes } = yield* carryOut(plan(...guests(20)), { concurrency: 6 })
      assert.strictEqual(most, 6)
      assert.deepStrictEqual(outcomes, new Array(20).fill("done"))
    }).pipe(Effect.provide(fake))
  )
  it.effect("goes on after a row has failed, in the same room too", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom({ ...hall, members: { guest1: "ban" } })
      const { outcomes, stop } = yield* carryOut(plan(...guests(4)), { concurrency: 2 })
      assert.isUndefined(stop)
      assert.deepStrictEqual(outcomes, ["done", "notAttempted", "done", "done"])
    }).pipe(Effect.provide(fake))
  )
  it.effect("has each row meet what the rows before it made", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom({ creator: "host", roomId: "!hall:localhost", joinRule: "public" })
      yield* server.createRoom({ creator: "alice", roomId: "!old:localhost" })
      const { outcomes } = yield* carryOut(
        plan(
          "join !hall:localhost",
          "join !hall:localhost",
          "leave !hall:localhost",
          "invite !hall:localhost @bob:localhost",
          "leave !old:localhost",
          "forget !old:localhost"
        ),
        { concurrency: 8 }
      )
      assert.deepStrictEqual(outcomes, ["done", "unchanged", "done", "notAttempted", "done", "done"])
    }).pipe(Effect.provide(fake))
  )
  it.effect("waits as long as the server asks, for each row", () =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      yield* server.createRoom(hall)
      for (const [user, millis] of [
        ["@guest0:localhost", 45_000],
        ["@guest2:localhost", 7000]
      ] as const) {
        yield* server.faults.next(
          { where: ({ body }) => JSON.stringify(body)?.includes(user) === true },
          Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: millis })
        )
      }
      const { outcomes } = yield* carryOut(plan(...guests(4)), { concurrency: 4 })
      assert.deepStrictEqual(outcomes, ["done", "done", "done", "done"])
      const times = Map.groupBy(yield* server.requests, ({ body }) => JSON.stringify(body))
      const gap = (user: string) => {
        const at = [...times].flatMap(([body, all]) => (body?.includes(user) ? all.map(({ time }) => time) : []))
        return (at[1] ?? 0) - (at[0] ?? 0)
      }
      assert.isAtLeast(gap("@guest0"), 45_000)
      assert.isAtLeast(gap("@guest2"), 7000)
      assert.isBelow(gap("@guest2"), 9000)
    }).pipe(Effect.provide(fake))
  )
  it.effect("of no rows ends at once", () =>
    Effect.gen(function* () {
      const { outcomes, stop } = yield* carryOut({ ...plan("join !a:localhost"), rows: PlanRows.fromRows([]) }, {})
      assert.isUndefined(stop)
      assert.deepStrictEqual(outcomes, [])
    }).pipe(Effect.provide(fake))
  )
})
