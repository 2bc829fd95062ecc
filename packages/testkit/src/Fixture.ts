/** Accounts and rooms that a test begins with. Written straight into the world: no rule and no limit is asked. */
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Acceptance from "./Acceptance.ts"
import * as Accounts from "./Accounts.ts"
import * as Aliases from "./Aliases.ts"
import * as ApplicationServices from "./ApplicationServices.ts"
import * as Construction from "./Construction.ts"
import * as Renewals from "./Renewals.ts"
import * as Account from "./rules/Account.ts"
import type { Content, Draft, Membership } from "./rules/Event.ts"
import * as NewRoom from "./rules/NewRoom.ts"
import { asObject } from "./rules/Power.ts"
import * as Room from "./rules/Room.ts"
import * as RoomVersion from "./rules/RoomVersion.ts"
import * as World from "./World.ts"

export interface RoomOptions {
  /** A user id or a local part; the account is made if there is none yet. */
  readonly creator: string
  /** By default one that looks as the room version wants it. */
  readonly roomId?: string
  /** An alias or its local part. */
  readonly alias?: string
  /** `invite` by default. */
  readonly joinRule?: string
  /** The rooms whose members may join, for `restricted` and `knock_restricted`. */
  readonly allowedRooms?: ReadonlyArray<string>
  /** `1` to `12`; by default the one that Synapse makes rooms of. */
  readonly roomVersion?: string
  /** Replaces single keys of the power levels that `/createRoom` would write; `invite` is 50 in those. */
  readonly powerLevels?: Content
  /** Who is in the room how, by user id or local part. Everybody acted for oneself, invites and bans are the creator's. */
  readonly members?: Readonly<Record<string, Membership>>
  /** Further state. */
  readonly state?: ReadonlyArray<{ readonly type: string; readonly stateKey?: string; readonly content: Content }>
}

/** A new session for a new or an existing account. */
export const register = (
  world: World.World,
  name: string,
  details: Accounts.Details
): readonly [World.Session, World.World] => {
  const userId = userIdOf(world, name)
  const known = World.user(world, userId) !== undefined
  return Accounts.openSession(known ? world : Accounts.create(world, userId, details), userId)
}

/** A test may say the local part or the whole user id; what is neither is a mistake, and thrown. */
export const userIdOf = (world: World.World, name: string): string => {
  if (name.startsWith("@") && name.includes(":")) return name
  if (name === "" || /[@:]/u.test(name))
    throw new Error(`${JSON.stringify(name)} is neither a local part nor a user id.`)
  return `@${name}:${world.serverName}`
}

/** The room's id, and the world with the room. Mistakes of the test, such as an unknown room version, are thrown. */
export const createRoom = (world: World.World, options: RoomOptions, now: number): readonly [string, World.World] => {
  const version = RoomVersion.find(options.roomVersion ?? RoomVersion.defaultId)
  if (version === undefined) throw new Error(`There is no room version ${options.roomVersion}.`)
  if (options.roomId !== undefined && World.room(world, options.roomId) !== undefined)
    throw new Error(`There is a room ${options.roomId} already.`)
  const creator = userIdOf(world, options.creator)
  const settled = World.user(world, creator) === undefined ? Accounts.create(world, creator) : world
  const [roomId, named] =
    options.roomId === undefined ? Construction.newRoomId(settled, version) : [options.roomId, settled]
  const room: NewRoom.NewRoom = {
    creator,
    version,
    preset: "public_chat",
    creationContent: {},
    invite: [],
    powerOverride: powerLevels(options, creator, version),
    initialState: [joinRules(options), ...(options.state ?? []).map((event) => ({ stateKey: "", ...event }))],
    alias: options.alias === undefined ? undefined : aliasOf(world, options.alias),
    name: undefined,
    topic: undefined
  }
  const aliased =
    room.alias === undefined ? named : Aliases.put(named, room.alias, { roomId, creator, servers: [named.serverName] })
  const founded = Construction.found(aliased, { roomId, version, creator, content: NewRoom.createContent(room), now })
  const furnished = NewRoom.stateOf(room).reduce(
    (before, { content, stateKey, type }) => put(before, roomId, { type, stateKey, sender: creator, content }, now),
    founded
  )
  return [roomId, populated(furnished, roomId, creator, options.members ?? {}, now)]
}

/** The creator keeps its 100, where it has not more anyway, unless the test says otherwise. */
const powerLevels = ({ powerLevels: given = {} }: RoomOptions, creator: string, version: RoomVersion.RoomVersion) =>
  "users" in given
    ? {
        ...given,
        users: version.supremeCreators
          ? without(creator, asObject(given["users"]))
          : { [creator]: 100, ...asObject(given["users"]) }
      }
    : given

const without = (key: string, { [key]: _, ...others }: Content): Content => others

const joinRules = ({ allowedRooms, joinRule = "invite" }: RoomOptions): NewRoom.InitialState => ({
  type: "m.room.join_rules",
  stateKey: "",
  content: {
    join_rule: joinRule,
    ...(allowedRooms === undefined
      ? {}
      : { allow: allowedRooms.map((roomId) => ({ type: "m.room_membership", room_id: roomId })) })
  }
})

const aliasOf = (world: World.World, alias: string): string =>
  alias.startsWith("#") ? alias : `#${alias}:${world.serverName}`

const populated = (
  world: World.World,
  roomId: string,
  creator: string,
  members: Readonly<Record<string, Membership>>,
  now: number
): World.World =>
  Object.entries(members).reduce((before, [name, membership]) => {
    const userId = userIdOf(before, name)
    const isCreators = membership === "invite" || membership === "ban"
    const profile = membership === "leave" || membership === "ban" ? {} : Account.profile(before, userId, {})
    const content = { ...profile, membership }
    const draft = { type: "m.room.member", stateKey: userId, sender: isCreators ? creator : userId, content }
    return put(before, roomId, draft, now)
  }, world)

const put = (world: World.World, roomId: string, draft: Draft, now: number): World.World => {
  const room = World.room(world, roomId)
  return room === undefined ? world : World.write(world, room, draft, now)[1]
}

/** `undefined` for a user or a room that was never heard of. */
export const membershipOf = (world: World.World, roomId: string, user: string): Membership | undefined => {
  const userId = userIdOf(world, user)
  const room = World.room(world, roomId)
  return room === undefined ? undefined : Room.membership(room, userId)
}

export const mark = (world: World.World, name: string, traits: Partial<World.User>): World.World => {
  const userId = userIdOf(world, name)
  const known = World.user(world, userId) === undefined ? Accounts.create(world, userId) : world
  const account = World.user(known, userId)
  return account === undefined ? known : World.setUser(known, { ...account, ...traits })
}

export const expire = (world: World.World, accessToken: string): World.World => {
  const session = Accounts.sessionOf(world, accessToken) ?? unknownToken(accessToken)
  return { ...world, sessions: HashMap.set(world.sessions, accessToken, { ...session, expired: true }) }
}

/** Ends the device's session, or takes an application service off the server. */
export const revoke = (world: World.World, accessToken: string): World.World => {
  const service = ApplicationServices.find(world, accessToken)
  if (service !== undefined) return { ...world, services: world.services.filter((other) => other !== service) }
  const { deviceId, userId } = Accounts.sessionOf(world, accessToken) ?? unknownToken(accessToken)
  return Renewals.close(world, userId, deviceId)
}

const unknownToken = (accessToken: string): never => {
  throw new Error(`No session of this fake has the token ${accessToken}. It has ended before, or is another fake's.`)
}

export const blockRoom = (world: World.World, roomId: string): World.World => ({
  ...world,
  blockedRooms: HashSet.add(world.blockedRooms, roomId)
})

/** For the address that was invited last; `undefined` if none was. */
export const proof = (world: World.World, roomId: string, user: string): Content | undefined => {
  const room = World.room(world, roomId)
  const pending =
    room === undefined ? undefined : Room.fullState(room).findLast(({ type }) => type === "m.room.third_party_invite")
  return pending === undefined
    ? undefined
    : Acceptance.signed(world, pending.sender, userIdOf(world, user), pending.stateKey)
}
