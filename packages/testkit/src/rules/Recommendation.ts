/** Who vouches for a join into a restricted room? Somebody of this server, if the user is in one of the named rooms. */
import * as Result from "effect/Result"
import type { World } from "../World.ts"
import { isOurs, room as roomOf } from "../World.ts"
import * as Admission from "./Admission.ts"
import type { Draft } from "./Event.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden } from "./Refusal.ts"
import * as Room from "./Room.ts"

/** The draft with its voucher where one is needed; `undefined` when only another server could give one. */
export const find = (world: World, room: Room.Room, draft: Draft): Result.Result<Draft | undefined, Refusal> => {
  const before = Room.membership(room, draft.stateKey)
  if (!Admission.isRestricted(room) || before === "join" || before === "invite") return Result.succeed(draft)
  const voucher = Admission.authoriser(room, isOurs(world))
  if (voucher === undefined) return Result.succeed(undefined)
  const belongs = Admission.allowedRooms(room).some((roomId) => {
    const other = roomOf(world, roomId)
    return other !== undefined && Room.membership(other, draft.stateKey) === "join"
  })
  return belongs
    ? Result.succeed({ ...draft, content: { ...draft.content, join_authorised_via_users_server: voucher } })
    : Result.fail(forbidden("You are in none of the rooms that open this one."))
}
