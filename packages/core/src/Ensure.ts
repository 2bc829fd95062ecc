/**
 * The idempotent face of membership: say how it should be, not what to do. Servers answer "already in the room" with the
 * same code as "you may not", so the membership is read before anything is sent, and again when something was refused.
 *
 * ```ts
 * import { type MatrixId, Membership } from "@matrix-membership/core"
 * import { Effect } from "effect"
 *
 * export const admitAll = (roomId: MatrixId.RoomId, guests: ReadonlyArray<MatrixId.UserId>) =>
 *   Effect.gen(function* () {
 *     const membership = yield* Membership
 *     const outcomes = yield* Effect.forEach(guests, (userId) =>
 *       membership.ensure({ roomId, userId, membership: "invite" })
 *     )
 *     return outcomes.filter((outcome) => outcome === "changed").length
 *   })
 * ```
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type Always, InvalidRequest, type WithTag } from "./MatrixError.ts"
import type { RoomId, UserId } from "./MatrixId.ts"
import type { MembershipState } from "./MemberEvent.ts"
import type { Membership } from "./Membership.ts"

/** How a membership should be. */
export interface Request {
  readonly roomId: RoomId
  /** Whose membership. Nobody can join or knock for another. */
  readonly userId: UserId
  /**
   * `invite` is also met by a user who has joined, `knock` by one who is invited or has joined, `leave` by one who is
   * banned.
   */
  readonly membership: MembershipState
  readonly reason?: string | undefined
  /** Whether a ban in the way is lifted. Without it a ban stays, and invitations and joins are refused by the server. */
  readonly unban?: boolean | undefined
}

/** Whether anything had to be changed by us. */
export type Outcome = "unchanged" | "changed"

/** What `ensure` can fail with: whatever the operations it is made of can. */
export type Failure = WithTag<
  Always | "BadState" | "InviteBlocked" | "RoomVersionUnsupported" | "JoinPending" | "OutcomeUnknown"
>

type Action = "joinRoomById" | "knockRoom" | "leaveRoom" | "inviteUser" | "kick" | "ban" | "unban"

/** Memberships that are as good as the one asked for. */
const metBy: { readonly [S in MembershipState]: ReadonlyArray<MembershipState> } = {
  join: ["join"],
  invite: ["invite", "join"],
  knock: ["knock", "invite", "join"],
  leave: ["leave", "ban"],
  ban: ["ban"]
}

/** Whether nothing need be done. Pure. */
export const isMet = ({ membership, unban = false }: Request, current: MembershipState): boolean =>
  // a ban that should be lifted is not yet `leave`
  !(unban && membership === "leave" && current === "ban") && metBy[membership].includes(current)

/**
 * What has to be sent, in order. Nothing is sent for what only the user in question could do. Pure.
 *
 * @param current none when the membership could not be read
 */
export const actions = (
  { membership, unban = false }: Request,
  current: MembershipState | undefined,
  own: boolean
): ReadonlyArray<Action> | "only the user themselves can do that" => {
  const lift: ReadonlyArray<Action> = unban && current === "ban" ? ["unban"] : []
  switch (membership) {
    case "join":
      return own ? [...lift, "joinRoomById"] : "only the user themselves can do that"
    case "knock":
      return own ? [...lift, "knockRoom"] : "only the user themselves can do that"
    case "invite":
      return [...lift, "inviteUser"]
    case "ban":
      return ["ban"]
    case "leave":
      return lift.length > 0 ? lift : own ? ["leaveRoom"] : ["kick"]
  }
}

type Does = Pick<Membership["Service"], "getMembership" | "getJoinedRooms" | Action>

const send = (
  membership: Does,
  action: Action,
  { reason, roomId, userId }: Request
): Effect.Effect<unknown, Failure> => {
  switch (action) {
    case "knockRoom":
      return membership.knockRoom({ roomIdOrAlias: roomId, reason })
    case "joinRoomById":
    case "leaveRoom":
      return membership[action]({ roomId, reason })
    default:
      return membership[action]({ roomId, userId, reason })
  }
}

/** Refusals that may be about a membership which is not what it was when it was read. All others mean what they say. */
const mayBeOutdated: ReadonlySet<Failure["_tag"]> = new Set(["Forbidden", "BadState", "NotFound", "Refused"])

/** How often what is needed may change under our hands before a refusal stands. */
const rounds = 3

/** What `ensure` needs to know about the one who asks. */
export interface Asker {
  /** The user whose token it is, or who is spoken for. */
  readonly me: Effect.Effect<UserId, WithTag<Always>>
  /** What is on record of a user in a room; most have no record. */
  readonly record: (request: {
    readonly roomId: RoomId
    readonly userId: UserId
  }) => Effect.Effect<MembershipState | undefined, WithTag<Always>>
}

/** Its reads and steps have spans of their own beneath this one. */
const spanned = <A, E>(ensured: Effect.Effect<A, E>, { roomId, userId }: Request): Effect.Effect<A, E> =>
  Effect.withSpan(ensured, "Membership.ensure", {
    attributes: {
      "matrix.operation": "ensure",
      "matrix.room": roomId,
      "matrix.user": userId
    }
  })

/** @param membership the operations it is made of */
export const make = (membership: Does, { me, record }: Asker) => {
  /** None where the room cannot be read: one is not in it, and then the server decides. */
  const read = (roomId: RoomId, userId: UserId) =>
    Effect.catchTags(membership.getMembership({ roomId, userId }), {
      Forbidden: () => Effect.succeed(undefined),
      NotFound: () => Effect.succeed(undefined)
    })

  /** Who has left a room is shown it as it was then, which says nothing of others now. */
  const isDated = (roomId: RoomId, self: UserId) =>
    record({ roomId, userId: self }).pipe(
      Effect.map((recorded) => recorded === "leave" || recorded === "ban"),
      Effect.catchTags({ Forbidden: () => Effect.succeed(false), NotFound: () => Effect.succeed(false) })
    )

  /** Met, by what can be believed. */
  const holds = Effect.fnUntraced(function* (request: Request, now: MembershipState | undefined, self: UserId) {
    if (now === undefined || !isMet(request, now)) return false
    return request.userId === self || !(yield* isDated(request.roomId, self))
  })

  /** One's own membership after a refusal: who was joined and no longer is may not be shown that they were banned. */
  const again = Effect.fnUntraced(function* (
    { roomId, userId }: Request,
    before: MembershipState | undefined,
    self: UserId
  ) {
    const now = yield* read(roomId, userId)
    if (now !== undefined || before !== "join" || userId !== self) return now
    return (yield* membership.getJoinedRooms).includes(roomId) ? now : ("leave" as const)
  })

  /** Up to the first refusal. */
  const sendAll = Effect.fnUntraced(function* (needed: ReadonlyArray<Action>, request: Request) {
    for (const [done, action] of needed.entries()) {
      const sent = yield* Effect.result(send(membership, action, request))
      if (Result.isFailure(sent)) return { done, refusal: sent.failure }
    }
    return { done: needed.length, refusal: undefined }
  })

  return Effect.fnUntraced(function* (request: Request): Effect.fn.Return<Outcome, Failure> {
    const { roomId, userId } = request
    const self = yield* me
    let current = yield* read(roomId, userId)
    if (yield* holds(request, current, self)) return "unchanged"
    const accomplished = new Set<Action>()
    for (let round = 1; ; round++) {
      const needed = actions(request, current, userId === self)
      if (typeof needed === "string") {
        const detail = `${userId} cannot be made to ${request.membership} ${roomId}: ${needed}`
        return yield* new InvalidRequest({ status: 0, errcode: "M_INVALID_PARAM", detail })
      }
      const { done, refusal } = yield* sendAll(needed, request)
      for (const action of needed.slice(0, done)) accomplished.add(action)
      if (refusal === undefined) return "changed"
      if (!mayBeOutdated.has(refusal._tag)) return yield* Effect.fail(refusal)
      // somebody else may have been faster; if even that cannot be read, the refusal stands
      const now = yield* Effect.mapError(again(request, current, self), () => refusal)
      if (yield* Effect.mapError(holds(request, now, self), () => refusal))
        return accomplished.size > 0 ? "changed" : "unchanged"
      const then = actions(request, now, userId === self)
      if (typeof then === "string" || round === rounds) return yield* Effect.fail(refusal)
      // what we have done and somebody else undid is not fought over
      const isNews = then.join() !== needed.slice(done).join() && !then.some((action) => accomplished.has(action))
      if (!isNews) return yield* Effect.fail(refusal)
      current = now
    }
  }, spanned)
}
