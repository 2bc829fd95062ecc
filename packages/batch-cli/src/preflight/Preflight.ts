/**
 * What is read before the first row runs: whose token this is, which rooms the aliases stand for, who is in the rooms and
 * who may do what. Only reads; nothing is changed here.
 */
import {
  Homeserver,
  type MatrixError,
  MatrixId,
  type MemberEvent,
  Membership,
  RetryPolicy
} from "@matrix-membership/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Plan } from "../plan/Plan.ts"
import * as Address from "../plan/PlanAddress.ts"
import { PlanInvalid, type Problem } from "../plan/PlanProblem.ts"
import type { Rows } from "../plan/PlanRows.ts"
import * as Forecast from "./Forecast.ts"
import type { Power } from "./Power.ts"
import * as PreflightNumbers from "./PreflightNumbers.ts"
import * as PreflightProblems from "./PreflightProblems.ts"
import { isEnd, look, read } from "./PreflightReading.ts"
import * as PreflightRooms from "./PreflightRooms.ts"
import * as Roster from "./Roster.ts"

/** Somebody known by an address outside Matrix. */
export interface ThirdParty {
  readonly medium: Address.Medium
  readonly address: string
}

/** Rows are numbers, from zero in the order of the plan. */
export interface Preflight {
  readonly rows: Rows
  /** Whose token it is. */
  readonly sender: MatrixId.UserId
  /** The room, or why its alias led nowhere. */
  readonly room: (row: number) => PreflightNumbers.Room
  /** Equal for rows about the same room, by whichever name. */
  readonly roomNumber: (row: number) => number
  /** In whose name the row is carried out. */
  readonly actor: (row: number) => MatrixId.UserId
  readonly actorNumber: (row: number) => number
  readonly target: (row: number) => MatrixId.UserId | ThirdParty
  /** In the same count as `actorNumber`. */
  readonly targetNumber: (row: number) => number
  readonly roster: Roster.Roster
  /** What is known by number, where rows are many: none when it is not certain. */
  readonly membership: (room: number, person: number) => MemberEvent.MembershipState | undefined
  /** The levels in a room by its number, where they were read. */
  readonly power: (room: number) => Power | undefined
  /** What will become of the row, if the ones before it go as forecast and nobody else changes anything. */
  readonly verdict: (row: number) => Forecast.Verdict
  /** Whether the forecast saw all that decides over the row. */
  readonly isCertain: (row: number) => boolean
  /** What would become of the row now, by what the roster has learned since. */
  readonly now: (row: number) => Forecast.Verdict
}

// A wrong address or a dead server is a matter for the person at the keyboard, not for patience.
const impatient = RetryPolicy.make({ times: 1, longestWait: "1 minute" })

const invalid = (plan: Plan, [first, ...more]: ReadonlyArray<Problem>) =>
  first === undefined ? Effect.void : new PlanInvalid({ source: plan.source, problems: [first, ...more] })

const nameOf = Schema.decodeUnknownSync(MatrixId.RoomIdOrAlias)

/** Whether the server can knock; what is not known is no reason against it. */
const canKnock = Effect.fnUntraced(function* (rows: Rows) {
  for (let row = 0; row < rows.size; row++) {
    if (rows.operation(row) !== "knock") continue
    const { versions } = yield* Membership
    return Option.match(yield* look(versions), {
      onNone: () => true,
      onSome: (versions) => Homeserver.pathVersion(versions) !== "r0"
    })
  }
  return true
})

/** The room behind each name. An alias that leads nowhere fails its own rows and no others. */
const resolve = Effect.fnUntraced(function* (rows: Rows, concurrency: number) {
  const membership = yield* Membership
  const names = Array.from({ length: rows.rooms.size }, (_, n) => nameOf(rows.rooms.at(n)))
  return yield* Effect.forEach(
    names,
    (name): Effect.Effect<PreflightNumbers.Room, MatrixError.MatrixError> =>
      MatrixId.isAlias(name)
        ? Effect.flatMap(Effect.result(read(membership.getRoomIdByAlias({ roomAlias: name }))), (room) =>
            Result.isFailure(room) && isEnd(room.failure) ? Effect.fail(room.failure) : Effect.succeed(room)
          )
        : Effect.succeed(Result.succeed(name)),
    { concurrency }
  )
})

const make = (
  rows: Rows,
  sender: MatrixId.UserId,
  numbers: PreflightNumbers.PreflightNumbers,
  { power, table }: PreflightRooms.PreflightRooms,
  knocks: boolean
): Preflight => {
  const room = (row: number) => numbers.roomAt(numbers.room(row))
  const seen: Forecast.Rows = {
    size: rows.size,
    operation: rows.operation,
    room: numbers.room,
    actor: numbers.actor,
    target: numbers.target,
    person: numbers.personAt,
    lost: (row) => {
      const found = room(row)
      if (Result.isFailure(found)) return found.failure.message
      return knocks || rows.operation(row) !== "knock" ? undefined : "this server is too old for knocking"
    },
    power
  }
  const forecast = Forecast.make(seen, table)
  const userAt = (person: number) => MatrixId.UserId.make(numbers.personAt(person))
  return {
    rows,
    sender,
    room,
    roomNumber: numbers.room,
    actor: (row) => userAt(numbers.actor(row)),
    actorNumber: numbers.actor,
    target: (row) => Address.ofName(numbers.personAt(numbers.target(row))) ?? userAt(numbers.target(row)),
    targetNumber: numbers.target,
    roster: Roster.make(table, { room: numbers.findRoom, person: numbers.findPerson }),
    membership: table.membership,
    power,
    verdict: forecast.verdict,
    isCertain: forecast.isCertain,
    now: (row) => Forecast.judge(seen, table, row).verdict
  }
}

/**
 * Fails with `PlanInvalid` when rows are about what only somebody else can do, or rows repeat or contradict each
 * other through two names of one room, and with the server's error when it or the credentials cannot be used at all.
 */
export const run = Effect.fn("Preflight.run")(function* (plan: Plan, options: { readonly concurrency: number }) {
  const { rows } = plan
  const membership = yield* Membership
  const { userId: sender } = yield* Effect.provideService(membership.whoami, RetryPolicy.Override, impatient)
  yield* invalid(plan, PreflightProblems.foreign(rows, sender))
  const numbers = PreflightNumbers.make(rows, sender, yield* resolve(rows, options.concurrency))
  yield* invalid(plan, PreflightProblems.clashing(rows, numbers))
  return make(
    rows,
    sender,
    numbers,
    yield* PreflightRooms.readAll(rows, numbers, options.concurrency),
    yield* canKnock(rows)
  )
})
