/**
 * How the reads before a run are made. What the server does not show is no error, since it decides for itself in the end;
 * a limit is waited out; and only what would stop every other read stops these.
 */
import { Masquerade, type MatrixError, type MatrixId, Membership, RetryPolicy } from "@matrix-membership/core"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

// a limit passes, and there are many reads to come; a server in trouble had better be left to its people
const patience = RetryPolicy.schedule(RetryPolicy.make({ times: 20, longestWait: "2 minutes", budget: "10 minutes" }))
const haste = RetryPolicy.schedule(RetryPolicy.make({ times: 2, budget: "20 seconds" }))

type Read<A, R> = Effect.Effect<A, MatrixError.MatrixError, R>

export const read = <A, R>(request: Read<A, R>): Read<A, R> =>
  request.pipe(
    Effect.provideService(RetryPolicy.Override, RetryPolicy.none),
    Effect.retry({ schedule: haste, while: (error) => error._tag !== "RateLimited" }),
    Effect.retry({ schedule: patience, while: (error) => error._tag === "RateLimited" })
  )

/** The token is lost, or nobody is there. */
export const isEnd = (error: MatrixError.MatrixError): boolean =>
  error._tag === "Unauthorized" || (error._tag === "Unreachable" && !error.sent)

/** What there is to read, if anything. */
export const look = <A, R>(request: Read<A, R>): Read<Option.Option<A>, R> =>
  read(request).pipe(
    Effect.asSome,
    Effect.catchIf(
      (error) => !isEnd(error),
      () => Effect.succeed(Option.none<A>())
    )
  )

/** In somebody's name; nobody's is the token's own. */
export const as =
  (user: MatrixId.UserId | undefined) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    user === undefined ? effect : Effect.provideService(effect, Masquerade.As, { userId: user })

/**
 * The rooms somebody is in. A server that does not tell the owner of the token is not fit to work with; whether it lets
 * the token speak for others is a matter of the rows that do.
 */
export const joinedRooms = (user: MatrixId.UserId | undefined) =>
  Effect.flatMap(Membership, ({ getJoinedRooms }) =>
    user === undefined ? Effect.asSome(read(getJoinedRooms)) : look(as(user)(getJoinedRooms))
  )
