/** Who is where, as far as is known: read once before the run, and kept up with what the run itself does. */
import type { MatrixId, MemberEvent } from "@matrix-membership/core"
import type { RosterTable } from "./RosterTable.ts"

type State = MemberEvent.MembershipState

/** About the rooms and people of one plan; of others nothing is known, and nothing is kept. */
export interface Roster {
  /** None when it is not known for certain. */
  readonly membership: (room: MatrixId.RoomId, user: MatrixId.UserId) => State | undefined
  readonly learn: (room: MatrixId.RoomId, user: MatrixId.UserId, membership: State) => void
}

/** The numbers that rooms and people have in a table; -1 for those without. */
export interface Numbers {
  readonly room: (room: MatrixId.RoomId) => number
  readonly person: (user: MatrixId.UserId) => number
}

export const make = (table: RosterTable, numbers: Numbers): Roster => ({
  membership: (room, user) => {
    const [n, person] = [numbers.room(room), numbers.person(user)]
    return n === -1 || person === -1 ? undefined : table.membership(n, person)
  },
  learn: (room, user, membership) => {
    const [n, person] = [numbers.room(room), numbers.person(user)]
    if (n !== -1 && person !== -1) table.learn(n, person, membership)
  }
})
