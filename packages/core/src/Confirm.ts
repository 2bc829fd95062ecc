/**
 * Reads that decide what became of a request whose answer was lost: whether the membership it asked for is there now.
 * Single attempts; the operations around them do the repeating.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Dialect } from "./Dialect.ts"
import * as getMembership from "./endpoints/getMembership.ts"
import type { MatrixError } from "./MatrixError.ts"
import { isAlias, type RoomId, type RoomIdOrAlias } from "./MatrixId.ts"
import type { MembershipState } from "./MemberEvent.ts"
import * as Operation from "./Operation.ts"

/** The reads over one server. */
export const make = (server: Effect.Effect<Dialect, MatrixError>) => {
  /** What is on record, which for most users of a server is nothing. */
  const record = (request: getMembership.Parameters): Effect.Effect<MembershipState | undefined, MatrixError> =>
    Effect.flatMap(server, ({ api }) => Operation.fold(api.getMembership(getMembership.request(request)))).pipe(
      Effect.map(({ membership }): MembershipState | undefined => membership),
      Effect.catchTag("NotFound", (error) =>
        error.errcode === "M_NOT_FOUND" ? Effect.succeed(undefined) : Effect.fail(error)
      )
    )
  // a user without a member event counts as `leave`
  const membership = (request: getMembership.Parameters): Effect.Effect<MembershipState, MatrixError> =>
    Effect.map(record(request), (recorded) => recorded ?? "leave")
  // asked anew each time: an application service may speak for another user by now
  const me = Effect.flatMap(server, ({ api }) => Operation.fold(Effect.map(api.whoami({}), ({ user_id }) => user_id)))
  const roomId = (room: RoomIdOrAlias): Effect.Effect<RoomId, MatrixError> =>
    isAlias(room)
      ? Effect.flatMap(server, ({ api }) =>
          Operation.fold(Effect.map(api.getRoomIdByAlias({ params: { roomAlias: room } }), ({ room_id }) => room_id))
        )
      : Effect.succeed(room)

  const isJoined = (room: RoomId) =>
    Effect.flatMap(server, ({ lists }) =>
      Operation.fold(Effect.map(lists.getJoinedRooms({}), ({ joined_rooms }) => joined_rooms.includes(room)))
    )

  return {
    membership,
    record,
    /** Another user's membership is one of these. */
    other: (target: getMembership.Parameters, wanted: ReadonlyArray<MembershipState>) =>
      Effect.map(membership(target), (now) => (wanted.includes(now) ? Option.some<void>(undefined) : Option.none())),
    /** The caller's own membership is one of these; gives the room's id, which an alias does not tell. */
    self: (room: RoomIdOrAlias, wanted: ReadonlyArray<MembershipState>) =>
      Effect.gen(function* () {
        const target = { roomId: yield* roomId(room), userId: yield* me }
        return wanted.includes(yield* membership(target)) ? Option.some(target.roomId) : Option.none()
      }),
    /** The caller has joined. Rooms one is not in cannot be read, and are not among the joined ones. */
    joined: (room: RoomIdOrAlias) =>
      Effect.gen(function* () {
        const id = yield* roomId(room)
        return (yield* isJoined(id)) ? Option.some(id) : Option.none()
      }),
    /**
     * The caller has left. Those who were joined can read that; those who were invited or knocked cannot read whether
     * they still are, and then this fails.
     */
    gone: (room: RoomId) =>
      Effect.gen(function* () {
        const now = yield* membership({ roomId: room, userId: yield* me }).pipe(
          Effect.catchTag("Forbidden", (hidden) =>
            Effect.flatMap(isJoined(room), (joined) => (joined ? Effect.succeed("join" as const) : Effect.fail(hidden)))
          )
        )
        return now === "leave" || now === "ban" ? Option.some<void>(undefined) : Option.none()
      })
  }
}
