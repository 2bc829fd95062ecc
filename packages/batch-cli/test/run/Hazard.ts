/** Random plans for a small world, what may go wrong while they are carried out, and what really became of each row. */
import { assert } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Outcome from "../../src/Outcome.ts"
import type { Plan } from "../../src/plan/Plan.ts"
import { planOf } from "../Stage.ts"

export const rooms = ["!open:localhost", "!closed:localhost", "!knocks:localhost"] as const

const Person = Schema.Literals(["ann", "bob", "cem"])

/** One row: who does what to whom. */
export const Move = Schema.Struct({
  operation: Schema.Literals(["invite", "join", "knock", "leave", "forget", "kick", "ban", "unban"]),
  room: Schema.Literals(rooms),
  user: Person,
  as: Schema.Literals(["alice", "alice", "ann", "bob", "cem"])
})

export const Moves = Schema.Array(Move).check(Schema.isMinLength(1), Schema.isMaxLength(14))

const own: ReadonlySet<string> = new Set(["join", "knock", "leave", "forget"])
const idOf = (name: string) => `@${name}:localhost`

/** The reason of a row is its number, so that the events of a room show which row made them. */
export const planFor = (moves: ReadonlyArray<typeof Move.Type>): Plan =>
  planOf(
    moves.map(({ as, operation, room, user }, row) => ({
      operation,
      room,
      ...(own.has(operation) ? {} : { user: idOf(user) }),
      ...(operation === "forget" ? {} : { reason: `row ${row}` }),
      ...(as === "alice" ? {} : { as: idOf(as) })
    }))
  )

/** Three rooms and an application service, which speaks for Alice unless told otherwise; gives its token. */
export const settle = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  for (const name of ["alice", "host", ...Person.literals]) yield* server.register(name)
  const { accessToken } = yield* server.applicationService({ sender: "alice", users: ["@(ann|bob|cem):"] })
  const creator = "host"
  const powerLevels = { users: { [idOf("host")]: 100, [idOf("alice")]: 100, [idOf("ann")]: 50 }, invite: 0 }
  const members = { alice: "join", bob: "join" } as const
  yield* server.createRoom({ creator, roomId: rooms[0], joinRule: "public", members, powerLevels })
  yield* server.createRoom({ creator, roomId: rooms[1], members: { ...members, cem: "ban" }, powerLevels })
  yield* server.createRoom({ creator, roomId: rooms[2], joinRule: "knock", members: { alice: "join" }, powerLevels })
  return accessToken
})

/** After which a request may or may not have taken effect, and nobody says which. */
const obscure: ReadonlyArray<Faults.Fault> = [
  Faults.reset,
  Faults.loseResponse,
  Faults.truncate(),
  Faults.truncate(0),
  Faults.html502
]

const hints = ["header", "body", "both", "date", "neither"] as const

export const hazards: ReadonlyArray<Faults.Fault> = [
  ...obscure,
  ...hints.map((hint) => Faults.rateLimited("2 seconds", hint)),
  Faults.respond(503, { errcode: "M_UNKNOWN", error: "restarting" }),
  Faults.delay("700 millis"),
  Faults.delayAnswer("900 millis")
]

/** How often the row was really carried out, told by the rooms. */
export const effects = Effect.fnUntraced(function* (row: number) {
  const server = yield* FakeHomeserver
  const histories = yield* Effect.forEach(rooms, (room) => server.memberHistory(room))
  return histories.flatMap((history) => Object.values(history).flat()).filter(({ reason }) => reason === `row ${row}`)
    .length
})

/** The outcomes say what is so. */
export const assertTruth = Effect.fnUntraced(function* (plan: Plan, outcomes: ReadonlyArray<Outcome.Outcome>) {
  assert.strictEqual(outcomes.length, plan.rows.size)
  for (let row = 0; row < plan.rows.size; row++) {
    const outcome = outcomes[row] ?? assert.fail(`row ${row} has no outcome`)
    // that a room was forgotten shows nowhere
    if (plan.rows.operation(row) === "forget") continue
    const times = yield* effects(row)
    const said = `row ${row} (${plan.rows.operation(row)}) is ${JSON.stringify(outcome)} and happened ${times} times`
    if (outcome._tag === "done") assert.strictEqual(times, 1, said)
    else if (outcome._tag === "unknown") assert.isAtMost(times, 1, said)
    else assert.strictEqual(times, 0, said)
  }
})
