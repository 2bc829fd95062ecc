/** Names of rooms: given, taken away, and where they lead (specification v1.19, "Room aliases"). */
import * as Result from "effect/Result"
import * as Aliases from "../Aliases.ts"
import * as Body from "../Body.ts"
import * as Membership from "../Membership.ts"
import type { Authorised, Call, Reply, Route } from "../Route.ts"
import { authorised, ok, open } from "../Route.ts"
import * as Alias from "../rules/Alias.ts"
import type { Content } from "../rules/Event.ts"
import { membershipOf } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { forbidden, make } from "../rules/Refusal.ts"
import * as Room from "../rules/Room.ts"
import * as StateChange from "../rules/StateChange.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"

const path = "/directory/room/{roomAlias}"

const aliasIn = ({ params: { roomAlias = "" } }: Call): Result.Result<string, Refusal> =>
  Alias.isAlias(roomAlias)
    ? Result.succeed(roomAlias)
    : Result.fail(make(400, "M_INVALID_PARAM", "That is no room alias."))

const resolve = (world: World.World, call: Call): Turn.Turn<Reply> => {
  const found = Result.gen(function* () {
    const alias = yield* aliasIn(call)
    const roomId = yield* Alias.resolve(world, alias)
    const servers = new Set([...serversIn(world, roomId), ...(Aliases.find(world, alias)?.servers ?? [])])
    const { serverName: own } = world
    const ownFirst = servers.has(own) ? [own, ...[...servers].filter((server) => server !== own)] : [...servers]
    return ok({ room_id: roomId, servers: ownFirst })
  })
  return Turn.make(world, found)
}

const serversIn = (world: World.World, roomId: string): ReadonlyArray<string> => {
  const room = World.room(world, roomId)
  const joined = (room === undefined ? [] : Room.members(room)).filter((event) => membershipOf(event) === "join")
  return [...new Set(joined.map(({ stateKey }) => stateKey.slice(stateKey.indexOf(":") + 1)))]
}

interface Naming {
  readonly alias: string
  readonly room: Room.Room
  /** None when the caller leaves that to this server. */
  readonly servers: ReadonlyArray<string>
}

/** What Synapse finds fault with before it asks who is calling. */
const wanted = (world: World.World, call: Call): Result.Result<Naming, Refusal> =>
  Result.gen(function* () {
    const alias = yield* aliasIn(call)
    const { room_id: roomId, servers = null } = yield* Body.object(call.body, { mayBeEmpty: false })
    const areTexts =
      servers === null || (Array.isArray(servers) && servers.every((server) => typeof server === "string"))
    if (roomId === undefined && areTexts)
      return yield* Result.fail(make(400, "M_MISSING_PARAM", "The key room_id is missing."))
    if (typeof roomId !== "string" || !areTexts)
      return yield* Result.fail(make(400, "M_BAD_JSON", "room_id has to be text, and servers a list of it."))
    const room = World.room(world, roomId)
    return room === undefined
      ? yield* Result.fail(make(400, "M_UNKNOWN", "There is no such room."))
      : { alias, room, servers: servers ?? [] }
  })

const name = (world: World.World, call: Authorised): Turn.Turn<Reply> => {
  const { userId: creator } = call.session
  const checked = Result.gen(function* () {
    const { alias, room, servers } = yield* wanted(world, call)
    yield* Alias.checkNaming(world, room, alias, yield* accountOf(world, creator))
    const known = servers.length > 0 ? servers : serversIn(world, room.id)
    return Aliases.put(world, alias, { roomId: room.id, creator, servers: known })
  })
  return Turn.andThen(Turn.make(world, checked), (after) => Turn.succeed(after, ok()))
}

const accountOf = (world: World.World, userId: string): Result.Result<World.User, Refusal> => {
  const account = World.user(world, userId)
  return account === undefined ? Result.fail(Body.unexpected) : Result.succeed(account)
}

const unname = (world: World.World, call: Authorised): Turn.Turn<Reply> => {
  const checked = Result.gen(function* () {
    const alias = yield* aliasIn(call)
    const entry = Aliases.find(world, alias)
    const room = entry === undefined ? undefined : World.room(world, entry.roomId)
    if (room === undefined) return yield* Result.fail(make(404, "M_NOT_FOUND", `There is no alias ${alias}.`))
    yield* Alias.checkRemoval(room, yield* accountOf(world, call.session.userId), entry?.creator)
    return withoutMainName(Aliases.remove(world, alias), room, alias, call)
  })
  return Turn.andThen(Turn.make(world, checked), (after) => Turn.succeed(after, ok()))
}

/** A name that is gone is no name to go by; so the room's state is put right, if the caller has the power to. */
const withoutMainName = (
  world: World.World,
  room: Room.Room,
  gone: string,
  { now, session }: Authorised
): World.World => {
  const before = Room.stateEvent(room, "m.room.canonical_alias")
  if (before === undefined) return world
  const { alias, alt_aliases: others, ...rest } = before.content
  const isAmong = Array.isArray(others) && others.includes(gone)
  if (alias !== gone && !isAmong) return world
  const kept: unknown = isAmong ? others.filter((other) => other !== gone) : others
  const content: Content = {
    ...rest,
    ...(alias === gone || !("alias" in before.content) ? {} : { alias }),
    ...(kept === undefined || (isAmong && others.length === 1) ? {} : { alt_aliases: kept })
  }
  const draft = { type: "m.room.canonical_alias", stateKey: "", sender: session.userId, content }
  const decided = StateChange.decide(room, draft)
  return Result.isSuccess(decided) ? Membership.unlimited(world, decided.success, now).world : world
}

const names = (world: World.World, { params: { roomId = "" }, session: { userId } }: Authorised): Turn.Turn<Reply> => {
  const room = World.room(world, roomId)
  const isSeen =
    World.user(world, userId)?.admin === true ||
    (room !== undefined &&
      (Room.membership(room, userId) === "join" ||
        Room.content(room, "m.room.history_visibility")["history_visibility"] === "world_readable"))
  return isSeen
    ? Turn.succeed(world, ok({ aliases: Aliases.of(world, roomId) }))
    : Turn.refuse(world, forbidden(`${userId} is not in room ${roomId}, which does not show itself to others.`))
}

const checkedFirst = <A>(
  check: (world: World.World, call: Call) => Result.Result<A, Refusal>,
  route: Route
): Route => ({
  ...route,
  run: (world, call) => Turn.andThen(Turn.make(world, check(world, call)), (_, after) => route.run(after, call))
})

export const routes: ReadonlyArray<Route> = [
  open("GET", path, resolve),
  checkedFirst(wanted, authorised("PUT", path, name)),
  checkedFirst((_, call) => aliasIn(call), authorised("DELETE", path, unname)),
  authorised("GET", "/rooms/{roomId}/aliases", names)
]
