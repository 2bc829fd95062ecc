/** One row, carried out: skipped where nothing is to be done, sent where something is, judged by what came back. */
import { type MatrixError, type MatrixId, Membership } from "@matrix-membership/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Goal from "./Goal.ts"
import * as Outcome from "./Outcome.ts"
import type { Row } from "./PlanRow.ts"
import type { Task } from "./Preflight.ts"
import type { Roster } from "./Roster.ts"

type Target = { readonly roomId: MatrixId.RoomId; readonly userId: MatrixId.UserId }

/** The request of a row. */
const send = (
  membership: Membership["Service"],
  { operation, reason }: Row,
  { roomId, userId }: Target
): Effect.Effect<unknown, MatrixError.MatrixError> => {
  switch (operation) {
    case "invite":
      return membership.inviteUser({ roomId, userId, reason })
    case "join":
      return membership.joinRoom({ roomIdOrAlias: roomId, reason })
    case "leave":
      return membership.leaveRoom({ roomId, reason })
    case "forget":
      return membership.forgetRoom({ roomId })
  }
}

/** Answers by which servers also say "it is so already"; no code tells that apart, so the membership is asked for. */
const mayBeMet: ReadonlySet<MatrixError.Tag> = new Set(["Forbidden", "BadState", "Refused"])

/** The outcome of one row. Never fails: what goes wrong is the outcome. */
export const run = Effect.fnUntraced(function* (task: Task, roster: Roster) {
  const { row } = task
  if (Result.isFailure(task.room)) return Outcome.failed(task.room.failure)
  const membership = yield* Membership
  const target: Target = { roomId: task.room.success, userId: task.user }
  const before = Goal.met(row.operation, roster.membership(target.roomId, target.userId))
  if (before !== undefined) return Outcome.unchanged(before)
  const sent = yield* Effect.result(send(membership, row, target))
  if (Result.isSuccess(sent)) {
    const after = Goal.after(row.operation)
    if (after !== undefined) roster.learn(target.roomId, target.userId, after)
    return Outcome.done
  }
  if (!mayBeMet.has(sent.failure._tag)) return Outcome.failed(sent.failure)
  const now = yield* Effect.option(membership.getMembership(target))
  if (now._tag === "None") return Outcome.failed(sent.failure)
  roster.learn(target.roomId, target.userId, now.value)
  const met = Goal.met(row.operation, now.value)
  return met === undefined ? Outcome.failed(sent.failure) : Outcome.unchanged(met)
})
