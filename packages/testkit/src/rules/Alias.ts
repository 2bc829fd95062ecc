/** Which room does an alias lead to, and who may say so? */
import * as Result from "effect/Result"
import { isServerName } from "../ServerName.ts"
import type { User, World } from "../World.ts"
import { aliased, isOurAlias } from "../World.ts"
import * as Power from "./Power.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden, make } from "./Refusal.ts"
import * as Room from "./Room.ts"

/** `#`, a local part of any kind, and the name or address of a server. */
export const isAlias = (text: string): boolean =>
  /^#[^:]*:/u.test(text) && isServerName(text.slice(text.indexOf(":") + 1))

/** An alias of another server that this one does not happen to know cannot be looked up: there is nobody to ask. */
export const resolve = (world: World, alias: string): Result.Result<string, Refusal> => {
  const roomId = aliased(world, alias)
  if (roomId !== undefined) return Result.succeed(roomId)
  return Result.fail(
    isOurAlias(world, alias)
      ? make(404, "M_NOT_FOUND", `There is no alias ${alias}.`)
      : make(502, "M_UNKNOWN", `The server of ${alias} cannot be asked.`)
  )
}

/** Whoever is in a room may name it, and an administrator of the server any room. */
export const checkNaming = (world: World, room: Room.Room, alias: string, user: User): Result.Result<void, Refusal> => {
  if (alias.length > 255) return Result.fail(make(400, "M_INVALID_PARAM", "An alias has at most 255 characters."))
  if (!user.admin && Room.membership(room, user.userId) !== "join")
    return Result.fail(forbidden("Only those in a room may name it."))
  if (/[ \t-\r]/u.test(alias)) return Result.fail(make(400, "M_UNKNOWN", "There is no space in an alias."))
  if (!isOurAlias(world, alias)) return Result.fail(make(400, "M_UNKNOWN", `${alias} is for another server to give.`))
  if (room.joinedHere === 0) return Result.fail(make(400, "M_UNKNOWN", "No server is in that room."))
  return aliased(world, alias) === undefined
    ? Result.succeed(undefined)
    : Result.fail(make(409, "M_UNKNOWN", `${alias} is taken.`))
}

/** Who gave a name may take it back; so may an administrator, and whoever could choose the room's main name. */
export const checkRemoval = (
  room: Room.Room,
  user: User,
  creator: string | undefined
): Result.Result<void, Refusal> => {
  if (user.userId === creator || user.admin) return Result.succeed(undefined)
  if (Room.membership(room, user.userId) !== "join")
    return Result.fail(forbidden(`${user.userId} is not in room ${room.id}.`, "NOT_JOINED"))
  return Power.ofUser(room, user.userId) < Power.toSendState(room, "m.room.canonical_alias")
    ? Result.fail(forbidden("You may not take that name away."))
    : Result.succeed(undefined)
}
