/** What can be said to the fake: how it is to be, and everything that a test may ask of it or do to it. */
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as HttpServerError from "effect/http/HttpServerError"
import type * as Scope from "effect/Scope"
import type * as Accounts from "./Accounts.ts"
import type * as ApplicationServices from "./ApplicationServices.ts"
import type { Handle } from "./doors/Memory.ts"
import type { RecordedRequest } from "./Exchange.ts"
import type * as Faults from "./Faults.ts"
import type * as Fixture from "./Fixture.ts"
import type * as Flavour from "./flavours/Flavour.ts"
import type * as MemberHistory from "./MemberHistory.ts"
import type * as Messages from "./Messages.ts"
import type * as RateLimits from "./RateLimits.ts"
import type { Content, Membership, StateEvent } from "./rules/Event.ts"
import type * as Script from "./Script.ts"
import type * as TestUser from "./TestUser.ts"
import type * as ThirdParty from "./ThirdParty.ts"
import type * as Vocabulary from "./Vocabulary.ts"
import type * as World from "./World.ts"

export interface Options {
  /** Whose answers the fake gives where servers differ; `synapse` by default. */
  readonly flavour?: Flavour.Name
  /** The domain of the users and rooms here; `localhost` by default. */
  readonly serverName?: string
  /** `RateLimits.unlimited` by default. */
  readonly limits?: RateLimits.RateLimits
  /** What `/versions` lists; by default what such a server does. An r0-only server has `["r0.6.1"]`. */
  readonly specVersions?: ReadonlyArray<string>
  /** Whether users of other servers can be invited, which they are without being asked; `true` by default. */
  readonly federates?: boolean
  /** Take a token in the query, too, as r0 did and Synapse still does. */
  readonly tokenInQuery?: boolean
  /** Whether requests are kept to be asked for; `true` by default. A run of a million would fill the memory. */
  readonly recordRequests?: boolean
  /** How long an access token is good for that came with a refresh token; 5 minutes by default, as on Synapse. */
  readonly accessTokenLifetime?: Duration.Input
  /** Opens `/_synapse/admin/v1/register` to whoever knows the secret; it is closed by default. */
  readonly registrationSecret?: string
  /** Whoever leaves, or is made to, has forgotten the room by then; `false` by default, as on Synapse. */
  readonly forgetsOnLeave?: boolean
  /** Refusals carry the codes of MSC3848. */
  readonly msc3848?: boolean
  /** Another seed, other identifiers and tokens; the same seed, the same in every run. The server's name by default. */
  readonly seed?: string
}

/** The fake and the client of one of its users. */
export interface TestOptions extends Options, TestUser.Options {
  /** Who speaks: a local part or a whole user id; `alice` by default. */
  readonly user?: string
}

export type Traits = Pick<World.User, "suspended" | "locked" | "shadowBanned" | "blocksInvites" | "unlimited">

export interface Service extends Vocabulary.Vocabulary {
  readonly serverName: string
  /** A new session; the account is made if there is none yet. Takes a local part or a whole user id. */
  readonly register: (name: string, details?: Accounts.Details) => Effect.Effect<World.Session>
  /** Changes what is special about an account: suspended, locked, exempt from limits and so on. */
  readonly mark: (name: string, traits: Partial<Traits>) => Effect.Effect<void>
  /** An application service: one token for many users, and for nobody's limits if it says so. */
  readonly applicationService: (details: ApplicationServices.Details) => Effect.Effect<World.ApplicationService>
  /** The token is refused from now on, and the device told to log in again. */
  readonly expire: (accessToken: string) => Effect.Effect<void>
  /** As if its user had logged out: the token is refused from now on, and there is nothing left to renew it with. */
  readonly revoke: (accessToken: string) => Effect.Effect<void>
  /** The account is closed: it leaves all rooms, its sessions end, nobody can log in to it, and its name stays taken. */
  readonly deactivate: (name: string) => Effect.Effect<void>
  /** A room as a test needs it, by no rule and under no limit. Answers with its id. */
  readonly createRoom: (options: Fixture.RoomOptions) => Effect.Effect<string>
  /** The administrator lets nobody into the room any more. */
  readonly blockRoom: (roomId: string) => Effect.Effect<void>
  /** The identity server learns whose address that is; by user id or local part. */
  readonly bind: (address: ThirdParty.Address, user: string) => Effect.Effect<void>
  /** The `third_party_signed` with which that user accepts the room's latest invite of an address. */
  readonly proof: (roomId: string, user: string) => Effect.Effect<Content | undefined>
  /** A token for `at`, as a client has from a sync: the room's state as it is now. */
  readonly streamToken: Effect.Effect<string>
  /** `undefined` for a user the room has never heard of. Takes a local part or a whole user id. */
  readonly membershipOf: (roomId: string, user: string) => Effect.Effect<Membership | undefined>
  /** Every state event of the room, in the order in which they were written. */
  readonly timeline: (roomId: string) => Effect.Effect<ReadonlyArray<StateEvent>>
  /** What became of each member, by user id, in words that are the same in every run that did the same. */
  readonly memberHistory: (roomId: string) => Effect.Effect<MemberHistory.MemberHistory>
  /** What was written into the room beside state, in that order, too. */
  readonly messages: (roomId: string) => Effect.Effect<ReadonlyArray<Messages.Message>>
  /** All requests that are over, in the order in which they arrived. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  readonly faults: {
    /** Hits the next request that matches, and only that. */
    readonly next: (match: Script.Match, fault: Faults.Fault) => Effect.Effect<void>
    /** Hits the next `times` requests that match; all of them by default. */
    readonly every: (match: Script.Match, fault: Faults.Fault, times?: number) => Effect.Effect<void>
    /** Hits requests by chance, where nothing above does; what it did to which is recorded in `requests`. */
    readonly random: (random: Script.Random) => Effect.Effect<void>
    readonly clear: Effect.Effect<void>
  }
  readonly limits: {
    readonly get: Effect.Effect<RateLimits.RateLimits>
    /** What was counted so far stays counted. */
    readonly set: (limits: RateLimits.RateLimits) => Effect.Effect<void>
    /** Empties all buckets. */
    readonly reset: Effect.Effect<void>
  }
  /** Everything the fake knows at this moment. */
  readonly world: Effect.Effect<World.World>
  /**
   * Opens a port of 127.0.0.1, a free one by default, and answers with its base URL. It closes with the scope, whereas the
   * fake stays as it is; so a server that goes down and comes back is the same port opened again.
   */
  readonly listen: (port?: number) => Effect.Effect<string, HttpServerError.ServeError, Scope.Scope>
  /** What the doors call. */
  readonly handle: Handle
  /** For code that is not Effect. */
  readonly fetch: typeof globalThis.fetch
}
