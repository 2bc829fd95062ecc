/** Who is where, as far as is known: read once before the run, and kept up with what the run itself does. */
import type { MatrixId, MemberEvent } from "@matrix-membership/core"

type State = MemberEvent.MembershipState

export interface Roster {
  /** None when the room could not be seen. */
  readonly membership: (room: MatrixId.RoomId, user: MatrixId.UserId) => State | undefined
  readonly learn: (room: MatrixId.RoomId, user: MatrixId.UserId, membership: State) => void
  /** The whole list of a room: whoever is not on it counts as `leave`. */
  readonly learnRoom: (room: MatrixId.RoomId, members: Iterable<readonly [MatrixId.UserId, State]>) => void
}

export const make = (): Roster => {
  const whole = new Set<MatrixId.RoomId>()
  const rooms = new Map<MatrixId.RoomId, Map<MatrixId.UserId, State>>()
  const membersOf = (room: MatrixId.RoomId) => {
    const known = rooms.get(room) ?? new Map<MatrixId.UserId, State>()
    rooms.set(room, known)
    return known
  }
  return {
    membership: (room, user) => rooms.get(room)?.get(user) ?? (whole.has(room) ? "leave" : undefined),
    learn: (room, user, membership) => {
      membersOf(room).set(user, membership)
    },
    learnRoom: (room, members) => {
      whole.add(room)
      const known = membersOf(room)
      for (const [user, membership] of members) known.set(user, membership)
    }
  }
}
