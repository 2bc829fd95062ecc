/** Closing an account, as Synapse does it when its user or an administrator asks for it. */
import * as HashMap from "effect/HashMap"
import * as Accounts from "./Accounts.ts"
import * as Renewals from "./Renewals.ts"
import * as Room from "./rules/Room.ts"
import * as World from "./World.ts"

/** Leaves all rooms, turns down all invites and takes back all knocks, by no rule and under no limit. */
export const deactivate = (world: World.World, userId: string, now: number): World.World => {
  const account = World.user(world, userId)
  const known = account === undefined ? Accounts.create(world, userId) : world
  const closed = Renewals.close(known, userId)
  const parted = Array.from(HashMap.values(closed.rooms))
    .filter((room) => ["join", "invite", "knock"].includes(Room.membership(room, userId) ?? ""))
    .reduce((before, room) => {
      const draft = { type: "m.room.member", stateKey: userId, sender: userId, content: { membership: "leave" } }
      return World.write(before, room, draft, now)[1]
    }, closed)
  const left = World.user(parted, userId)
  return left === undefined ? parted : World.setUser(parted, { ...left, password: undefined, deactivated: true })
}
