/** Everything the fake knows at one moment. Plain data: a call turns one world into the next. */
import type * as Chunk from "effect/Chunk"
import * as HashMap from "effect/HashMap"
import * as HashSet from "effect/HashSet"
import * as Option from "effect/Option"
import type { AccountDatum } from "./AccountData.ts"
import * as Buckets from "./Buckets.ts"
import type { Message } from "./Messages.ts"
import * as Opaque from "./Opaque.ts"
import type * as RateLimits from "./RateLimits.ts"
import type { Registration } from "./Registrations.ts"
import type { Renewal } from "./Renewals.ts"
import type { Reply } from "./Route.ts"
import type { Content, Draft, StateEvent } from "./rules/Event.ts"
import * as Room from "./rules/Room.ts"

export interface User {
  readonly userId: string
  readonly password: string | undefined
  readonly displayname: string | undefined
  readonly avatarUrl: string | undefined
  readonly guest: boolean
  /** May leave, but not join, knock, invite or ban. */
  readonly suspended: boolean
  /** Closed for good: nobody can log in to it. */
  readonly deactivated: boolean
  /** Every call is answered with 401 `M_USER_LOCKED`. */
  readonly locked: boolean
  /** Invites by this user are answered with success and do nothing. */
  readonly shadowBanned: boolean
  /** Lets nobody invite it (`m.invite_permission_config`). */
  readonly blocksInvites: boolean
  /** No rate limit applies to this user's calls. */
  readonly unlimited: boolean
  /** Instead of `rc_message`, for this user's events. */
  readonly messageLimit: RateLimits.Setting | undefined
  /** May call the administration's endpoints. */
  readonly admin: boolean
}

export interface Session {
  readonly userId: string
  readonly deviceId: string
  readonly accessToken: string
  /** What the token was handed out with, if it can be renewed. */
  readonly refreshToken?: string | undefined
  /** Milliseconds since the epoch; from then on it is as if it were `expired`. */
  readonly expiresAt?: number | undefined
  /** Answered with 401 and `soft_logout`: the device may log in again. */
  readonly expired: boolean
  /** The application service that speaks for the user. It has no device then, and `deviceId` is empty, unless it names one. */
  readonly service?: ApplicationService
}

/** A program that may act for many users. */
export interface ApplicationService {
  readonly accessToken: string
  /** Whom it acts for unless it names another user. */
  readonly sender: string
  readonly users: ReadonlyArray<RegExp>
  /** Whether nobody else may register such users. */
  readonly exclusive: boolean
  /** Whether limits apply to what it does. */
  readonly rateLimited: boolean
}

/** A name of a room in this server's directory. */
export interface Alias {
  readonly roomId: string
  /** Who gave it. */
  readonly creator: string
  /** Which servers were said to know the room. */
  readonly servers: ReadonlyArray<string>
}

export interface World {
  readonly serverName: string
  readonly users: HashMap.HashMap<string, User>
  readonly sessions: HashMap.HashMap<string, Session>
  readonly services: ReadonlyArray<ApplicationService>
  readonly rooms: HashMap.HashMap<string, Room.Room>
  readonly aliases: HashMap.HashMap<string, Alias>
  /** Rooms that the server's administrator lets nobody into. */
  readonly blockedRooms: HashSet.HashSet<string>
  /** What the identity server knows: medium and address → user id. */
  readonly bindings: HashMap.HashMap<string, string>
  /** Who forgot which room; see `forgets`. */
  readonly forgotten: HashSet.HashSet<string>
  readonly limits: RateLimits.RateLimits
  readonly buckets: Buckets.Buckets
  /** Whether users of other servers can be invited. */
  readonly federates: boolean
  /** Room id → what was written into the room beside state. */
  readonly messages: HashMap.HashMap<string, Chunk.Chunk<Message>>
  /** Event id → what redacted that event. */
  readonly redactions: HashMap.HashMap<string, Message>
  /** Session of user-interactive authentication → the registration it is for. */
  readonly registrations: HashMap.HashMap<string, Registration>
  /** Refresh token → what became of it. */
  readonly renewals: HashMap.HashMap<string, Renewal>
  /** How long an access token is good for that came with a refresh token, in milliseconds. */
  readonly accessTokenLifetime: number
  /** What lets an administration register users, and what was handed out for that. */
  readonly registrationSecret: string | undefined
  /** Whether whoever was in a room and is not any more has forgotten it by that. */
  readonly forgetsOnLeave: boolean
  readonly nonces: HashSet.HashSet<string>
  /** User id → the filters of that user, by their ids 0, 1, … */
  readonly filters: HashMap.HashMap<string, ReadonlyArray<Content>>
  /** User id → what clients keep with the server. */
  readonly accountData: HashMap.HashMap<string, ReadonlyArray<AccountDatum>>
  /** What was answered to calls that named a transaction. */
  readonly transactions: HashMap.HashMap<string, Reply>
  readonly seed: string
  /** How many identifiers were handed out so far. */
  readonly issued: number
}

export const make = (options: {
  readonly serverName: string
  readonly limits: RateLimits.RateLimits
  readonly federates: boolean
  readonly accessTokenLifetime: number
  readonly registrationSecret: string | undefined
  readonly forgetsOnLeave: boolean
  readonly seed: string
}): World => ({
  ...options,
  users: HashMap.empty(),
  sessions: HashMap.empty(),
  services: [],
  rooms: HashMap.empty(),
  aliases: HashMap.empty(),
  blockedRooms: HashSet.empty(),
  bindings: HashMap.empty(),
  forgotten: HashSet.empty(),
  messages: HashMap.empty(),
  redactions: HashMap.empty(),
  registrations: HashMap.empty(),
  renewals: HashMap.empty(),
  nonces: HashSet.empty(),
  filters: HashMap.empty(),
  accountData: HashMap.empty(),
  transactions: HashMap.empty(),
  buckets: Buckets.empty,
  issued: 0
})

/** The next identifier: as opaque as a real one, the same in every run. */
export const mint = (world: World, length: number): readonly [string, World] => [
  Opaque.make(world.seed, world.issued, length),
  { ...world, issued: world.issued + 1 }
]

export const user = (world: World, userId: string): User | undefined =>
  Option.getOrUndefined(HashMap.get(world.users, userId))

export const setUser = (world: World, changed: User): World => ({
  ...world,
  users: HashMap.set(world.users, changed.userId, changed)
})

export const room = (world: World, roomId: string): Room.Room | undefined =>
  Option.getOrUndefined(HashMap.get(world.rooms, roomId))

export const setRoom = (world: World, changed: Room.Room): World => ({
  ...world,
  rooms: HashMap.set(world.rooms, changed.id, changed)
})

/** The room an alias leads to. */
export const aliased = (world: World, alias: string): string | undefined =>
  Option.getOrUndefined(HashMap.get(world.aliases, alias))?.roomId

/** Whether an alias is for this server to resolve. */
export const isOurAlias = (world: World, alias: string): boolean =>
  alias.slice(alias.indexOf(":") + 1) === world.serverName

/** Users of this server: those with its name, and whoever has an account here. */
export const isOurs =
  (world: World) =>
  (userId: string): boolean =>
    userId.slice(userId.indexOf(":") + 1) === world.serverName || HashMap.has(world.users, userId)

const forgets = (userId: string, roomId: string): string => `${userId} ${roomId}`

export const hasForgotten = (world: World, userId: string, roomId: string): boolean =>
  HashSet.has(world.forgotten, forgets(userId, roomId))

export const forget = (world: World, userId: string, roomId: string): World => ({
  ...world,
  forgotten: HashSet.add(world.forgotten, forgets(userId, roomId))
})

/** The first two room versions name the server in event ids. */
export const eventId = (world: World, target: Room.Room | undefined, opaque: string): string =>
  Number(target?.version.id) < 3 ? `$${opaque.slice(0, 18)}:${world.serverName}` : `$${opaque}`

/** Writes an event that the rules have let pass. A new membership brings a forgotten room back. */
export const write = (world: World, target: Room.Room, draft: Draft, now: number): readonly [StateEvent, World] => {
  const [opaque, minted] = mint(world, 43)
  const event: StateEvent = {
    ...draft,
    roomId: target.id,
    eventId: eventId(world, target, opaque),
    originServerTs: now,
    replaces: Room.stateEvent(target, draft.type, draft.stateKey)?.eventId,
    position: minted.issued
  }
  const written = setRoom(minted, Room.append(target, event, isOurs(world)))
  return [event, draft.type === "m.room.member" ? remembering(written, target, event) : written]
}

/** Turning down an invite or taking back a knock forgets nothing. */
const remembering = (world: World, before: Room.Room, { content, stateKey }: StateEvent): World => {
  const isGone = Room.membership(before, stateKey) === "join" && content["membership"] !== "join"
  const key = forgets(stateKey, before.id)
  const changed = world.forgetsOnLeave && isGone && isOurs(world)(stateKey) ? HashSet.add : HashSet.remove
  return { ...world, forgotten: changed(world.forgotten, key) }
}
