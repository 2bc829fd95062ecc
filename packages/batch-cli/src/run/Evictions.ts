/**
 * Rooms in which somebody turned out to have no place: what they were to do to others there cannot succeed, and need not
 * be asked for row by row.
 */
import { type MatrixError, type MatrixId, Membership, RetryPolicy } from "@matrix-membership/core"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { as as inNameOf } from "../preflight/PreflightReading.ts"

/** An actor in a room. */
export interface Place {
  readonly roomId: MatrixId.RoomId
  readonly actor: MatrixId.UserId
}

export interface Evictions {
  /** Why nothing can be done there, if so. */
  readonly reason: (place: Place) => string | undefined
  /** Finds out after a refusal whether the actor still is in the room; true when they turn out not to be. */
  readonly check: (place: Place, error: MatrixError.MatrixError) => Effect.Effect<boolean, never, Membership>
  /** The actor has come in. */
  readonly lift: (place: Place) => void
}

// a refusal in a room one is in says something of its row alone; so few are worth another look
const looks = 3

const brief = RetryPolicy.make({ times: 1, longestWait: "5 seconds", budget: "10 seconds" })

export const make = (sender: MatrixId.UserId): Evictions => {
  const reasons = new Map<string, string>()
  const seenInside = new Map<string, number>()
  const keyOf = ({ actor, roomId }: Place) => `${roomId}\0${actor}`

  const isOutside = Effect.fnUntraced(function* ({ actor, roomId }: Place) {
    const membership = yield* Membership
    const own = yield* membership
      .getMembership({ roomId, userId: actor })
      .pipe(
        Effect.provideService(RetryPolicy.Override, brief),
        inNameOf(actor === sender ? undefined : actor),
        Effect.result
      )
    // who is not in a room may not read it
    if (Result.isFailure(own)) return own.failure._tag === "Forbidden"
    return own.success === "leave" || own.success === "ban"
  })

  return {
    reason: (place) => reasons.get(keyOf(place)),
    check: Effect.fnUntraced(function* (place, error) {
      if (error._tag !== "Forbidden") return false
      const key = keyOf(place)
      const seen = seenInside.get(key) ?? 0
      if (reasons.has(key) || (error.because !== "NotJoined" && seen >= looks)) return false
      seenInside.set(key, seen + 1)
      if (error.because !== "NotJoined" && !(yield* isOutside(place))) return false
      reasons.set(key, `${place.actor} is not in ${place.roomId}: ${error.message}`)
      return true
    }),
    lift: (place) => {
      reasons.delete(keyOf(place))
      seenInside.delete(keyOf(place))
    }
  }
}
