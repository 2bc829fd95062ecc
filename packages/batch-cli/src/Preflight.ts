/**
 * What is read before the first row runs: whose token this is, which rooms the aliases stand for, and who is in the
 * rooms. Only reads; nothing is changed here.
 */
import { type MatrixError, MatrixId, Membership, RetryPolicy } from "@matrix-membership/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Operations from "./Operations.ts"
import type { Plan } from "./Plan.ts"
import { PlanInvalid, Problem } from "./PlanProblem.ts"
import type { Row } from "./PlanRow.ts"
import * as Roster from "./Roster.ts"

/** A row with everything it needs to run. */
export interface Task {
  readonly row: Row
  /** The room, or why its alias led nowhere. */
  readonly room: Result.Result<MatrixId.RoomId, MatrixError.MatrixError>
  readonly user: MatrixId.UserId
}

export interface Preflight {
  readonly sender: MatrixId.UserId
  readonly tasks: ReadonlyArray<Task>
  readonly roster: Roster.Roster
}

/** What the sender can do only for themselves. */
export const isOwn = (row: Row): boolean => Operations.isOwn(row.operation)

// A wrong address or a dead server is a matter for the person at the keyboard, not for patience.
export const impatient = RetryPolicy.make({ times: 1, longestWait: "1 minute" })

const foreignRows = (plan: Plan, sender: MatrixId.UserId): ReadonlyArray<Problem> =>
  [...plan.rows].flatMap(({ column = 1, line, operation, user }) =>
    user === undefined || user === sender || !Operations.isOwn(operation)
      ? []
      : new Problem({
          line,
          column,
          field: "user",
          value: user,
          message: `only they can ${operation}, and the access token is ${sender}'s; leave the user empty to ${operation} as ${sender}`
        })
  )

/** Rows that a run cannot carry out; they are refused rather than taken for something else. */
const foreignMeans = (plan: Plan): ReadonlyArray<Problem> =>
  [...plan.rows].flatMap(({ address, as, column = 1, line }) => {
    const [field, value] = address === undefined ? ["as", as] : ["address", address]
    return value === undefined
      ? []
      : new Problem({ line, column, field, value, message: "rows with this are read, but cannot be applied yet" })
  })

const distinct = <A>(items: Iterable<A>): ReadonlyArray<A> => [...new Set(items)]

/** The room behind each name. An alias that leads nowhere fails its own rows and no others. */
const resolve = Effect.fnUntraced(function* (names: ReadonlyArray<MatrixId.RoomIdOrAlias>, concurrency: number) {
  const membership = yield* Membership
  const resolved = yield* Effect.forEach(
    names,
    (name): Effect.Effect<readonly [string, Task["room"]]> =>
      MatrixId.isAlias(name)
        ? Effect.map(Effect.result(membership.getRoomIdByAlias({ roomAlias: name })), (room) => [name, room])
        : Effect.succeed([name, Result.succeed(name)]),
    { concurrency }
  )
  return new Map(resolved)
})

/** The members of the rooms that the sender is in; other rooms cannot be seen, and the server decides there. */
const enrol = Effect.fnUntraced(function* (
  roster: Roster.Roster,
  sender: MatrixId.UserId,
  rooms: ReadonlyArray<MatrixId.RoomId>,
  concurrency: number
) {
  const membership = yield* Membership
  const joined = new Set(yield* membership.getJoinedRooms)
  yield* Effect.forEach(
    rooms.filter((room) => joined.has(room)),
    (roomId) =>
      membership.getMembersByRoom({ roomId }).pipe(
        Effect.map((events) =>
          roster.learnRoom(
            roomId,
            events.map((event) => [event.state_key, event.content.membership] as const)
          )
        ),
        // knowing who is there saves requests, and not knowing costs no more than that
        Effect.ignore
      ),
    { concurrency, discard: true }
  )
  for (const room of rooms) if (joined.has(room)) roster.learn(room, sender, "join")
})

/**
 * Fails with `PlanInvalid` when rows are about somebody who is not the sender, and with the server's error when it or
 * the credentials cannot be used at all.
 */
export const run = Effect.fn("Preflight.run")(function* (plan: Plan, options: { readonly concurrency: number }) {
  const membership = yield* Membership
  const { userId: sender } = yield* Effect.provideService(membership.whoami, RetryPolicy.Override, impatient)
  const [first, ...more] = [...foreignRows(plan, sender), ...foreignMeans(plan)]
  if (first !== undefined) return yield* new PlanInvalid({ source: plan.source, problems: [first, ...more] })

  const resolved = yield* resolve(distinct([...plan.rows].map(({ room }) => room)), options.concurrency)
  const tasks = [...plan.rows].flatMap((row): ReadonlyArray<Task> => {
    const room = resolved.get(row.room)
    return room === undefined ? [] : [{ row, room, user: row.user ?? sender }]
  })
  const roster = Roster.make()
  const rooms = distinct(tasks.flatMap(({ room }) => (Result.isSuccess(room) ? [room.success] : [])))
  yield* enrol(roster, sender, rooms, options.concurrency)
  return { sender, tasks, roster }
})
