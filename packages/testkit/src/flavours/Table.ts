/** How a flavour's answer takes the place of Synapse's. */
import * as Result from "effect/Result"
import * as AccountData from "../AccountData.ts"
import * as Body from "../Body.ts"
import type { Authorised, Reply } from "../Route.ts"
import { ok } from "../Route.ts"
import * as Alias from "../rules/Alias.ts"
import type { Content } from "../rules/Event.ts"
import { asObject } from "../rules/Power.ts"
import * as Room from "../rules/Room.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"
import type { Action, Cell, Situation } from "./Flavour.ts"

type Run = (world: World.World, call: Authorised) => Turn.Turn<Reply>

const actions: Readonly<Record<string, Action>> = {
  "/rooms/{roomId}/join": "join",
  "/join/{roomIdOrAlias}": "join",
  "/knock/{roomIdOrAlias}": "knock",
  "/rooms/{roomId}/leave": "leave",
  "/rooms/{roomId}/forget": "forget",
  "/rooms/{roomId}/invite": "invite",
  "/rooms/{roomId}/kick": "kick",
  "/rooms/{roomId}/ban": "ban",
  "/rooms/{roomId}/unban": "unban"
}

/** Rate limits come before everything a flavour has to say, and are paid whatever it says. */
export const flavoured =
  (synapse: Run): Run =>
  (world, call) => {
    const action = actions[call.path]
    if (action === undefined || call.flavour.name === "synapse") return synapse(world, call)
    const heard = { ...call, body: call.flavour.hears(action, call.body) }
    const turn = synapse(world, heard)
    if (Result.isFailure(turn.result) && turn.result.failure.status === 429) return turn
    const { cell, roomId } = find(world, heard, action)
    if (cell === undefined) return turn
    const after = { ...world, buckets: turn.world.buckets }
    if (cell !== "nothing") return Turn.refuse(after, cell)
    return Turn.succeed(after, ok(action === "join" || action === "knock" ? { room_id: roomId } : {}))
  }

interface Found {
  readonly cell: Cell | undefined
  readonly roomId: string
}

const find = (world: World.World, call: Authorised, action: Action): Found => {
  const { flavour, params } = call
  const named = params["roomId"] ?? params["roomIdOrAlias"] ?? ""
  const roomId = named.startsWith("#") ? Result.getOrUndefined(Alias.resolve(world, named)) : named
  if (roomId === undefined) return { cell: action === "join" ? flavour.aliasNotFound : undefined, roomId: named }
  const room = World.room(world, roomId)
  const target = targetOf(call, action, room)
  if (typeof target !== "string") return { cell: target?.cell, roomId }
  const ignores = (user: string, other: string) => isIgnored(world, user, other)
  const situation: Situation = { action, room, sender: call.session.userId, target, ignores }
  const standing = (room === undefined ? undefined : Room.membership(room, target)) ?? "none"
  return { cell: flavour.first(situation) ?? flavour.cells[action]?.[standing] ?? flavour.last(situation), roomId }
}

/** Whom it is about, or what to answer because nobody can tell; nothing where Synapse's answer will do. */
const targetOf = (
  { body: text, flavour, session }: Authorised,
  action: Action,
  room: Room.Room | undefined
): string | { readonly cell: Cell | undefined } | undefined => {
  if (action !== "invite" && action !== "kick" && action !== "ban" && action !== "unban") return session.userId
  const read = Body.object(text, { mayBeEmpty: true })
  const body: Content = Result.isSuccess(read) ? read.success : {}
  const address = action === "invite" ? flavour.address(body, room) : undefined
  if (address !== undefined) return { cell: address }
  if (action === "invite" && "medium" in body && "address" in body) return undefined
  const { user_id: target } = body
  if (typeof target !== "string") return { cell: flavour.unreadable }
  return Result.isSuccess(Body.asUserId(target)) ? target : undefined
}

const isIgnored = (world: World.World, user: string, other: string): boolean =>
  other in asObject(AccountData.find(world, user, "m.ignored_user_list", undefined)?.content["ignored_users"])
