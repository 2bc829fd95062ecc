/**
 * Room membership on Matrix, as Effects: the service people come for.
 *
 * ```ts
 * import { Credentials, MatrixId, Membership } from "@matrix-membership/core"
 * import { Config, Effect, Layer } from "effect"
 * import { FetchHttpClient } from "effect/http"
 *
 * export const invite = Effect.gen(function* () {
 *   const membership = yield* Membership
 *   yield* membership.inviteUser({
 *     roomId: MatrixId.RoomId.make("!hall:example.org"),
 *     userId: MatrixId.UserId.make("@bob:example.org"),
 *     reason: "Welcome"
 *   })
 * })
 *
 * export const live = Layer.unwrap(
 *   Effect.map(Config.URL("MATRIX_HOMESERVER"), (homeserver) => Membership.layer({ homeserver }))
 * ).pipe(Layer.provide([Credentials.layerConfig, FetchHttpClient.layer]))
 * ```
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type { Credentials } from "./Credentials.ts"
import type * as Ensure from "./Ensure.ts"
import type * as ban from "./endpoints/ban.ts"
import type * as forgetRoom from "./endpoints/forgetRoom.ts"
import type * as getJoinedMembersByRoom from "./endpoints/getJoinedMembersByRoom.ts"
import type * as getJoinedRooms from "./endpoints/getJoinedRooms.ts"
import type * as getMembersByRoom from "./endpoints/getMembersByRoom.ts"
import type * as getMembership from "./endpoints/getMembership.ts"
import type * as getRoomIdByAlias from "./endpoints/getRoomIdByAlias.ts"
import type * as getRoomStateWithKey from "./endpoints/getRoomStateWithKey.ts"
import type * as inviteBy3PID from "./endpoints/inviteBy3PID.ts"
import type * as inviteUser from "./endpoints/inviteUser.ts"
import type * as joinRoom from "./endpoints/joinRoom.ts"
import type * as joinRoomById from "./endpoints/joinRoomById.ts"
import type * as kick from "./endpoints/kick.ts"
import type * as knockRoom from "./endpoints/knockRoom.ts"
import type * as leaveRoom from "./endpoints/leaveRoom.ts"
import type * as unban from "./endpoints/unban.ts"
import type * as versions from "./endpoints/versions.ts"
import type * as whoami from "./endpoints/whoami.ts"
import type * as Homeserver from "./Homeserver.ts"
import type * as Masquerade from "./Masquerade.ts"
import type { RoomId, UserId } from "./MatrixId.ts"
import type { MemberEvent, MembershipState } from "./MemberEvent.ts"
import type { Failure } from "./Operation.ts"
import * as Operations from "./Operations.ts"
import type * as RetryPolicy from "./RetryPolicy.ts"

/** How `Membership.layer` speaks to the server. */
export interface Options {
  /** The base URL of the client-server API, a path prefix included. */
  readonly homeserver: URL
  /** Forced paths; by default they are chosen from what `/versions` says, once per layer. */
  readonly pathVersion?: Homeserver.PathVersion | undefined
  /** What differs from the default policy of `RetryPolicy.make`. */
  readonly retry?: RetryPolicy.Options | undefined
  /** The user to speak for, with the token of an application service. `Masquerade.As` overrides it for single effects. */
  readonly as?: Masquerade.Masquerade | undefined
  /** For one attempt, from sending to the last byte of the answer. Default: 60 seconds. */
  readonly timeout?: Duration.Input | undefined
}

/** The answer to `whoami`. */
export interface Whoami {
  readonly userId: UserId
  /** Absent for an application service that names no device, and before v1.1. */
  readonly deviceId?: string
  readonly isGuest: boolean
}

/** A member's profile; what is not set is absent. */
export interface JoinedMember {
  readonly displayName?: string
  /** An `mxc://` URI. */
  readonly avatarUrl?: string
}

/** The operations, for one homeserver and one set of credentials. */
export class Membership extends Context.Service<
  Membership,
  {
    /**
     * Joins a room by id or alias and gives its id, also when the user is in it already.
     * Client-server API "Joining rooms", v1.19.
     */
    readonly joinRoom: (request: joinRoom.Parameters) => Effect.Effect<RoomId, Failure<typeof joinRoom>>
    /** Joins a room by id alone. Client-server API "Joining rooms", v1.19. */
    readonly joinRoomById: (request: joinRoomById.Parameters) => Effect.Effect<RoomId, Failure<typeof joinRoomById>>
    /**
     * Asks to be let into a room. Fails as `Unsupported`, without a request, on a server that has only `r0` paths.
     * Client-server API "Knocking on rooms", v1.19.
     */
    readonly knockRoom: (request: knockRoom.Parameters) => Effect.Effect<RoomId, Failure<typeof knockRoom>>
    /**
     * Leaves a room, rejects an invitation or withdraws a knock.
     * Client-server API "Leaving rooms", v1.19.
     */
    readonly leaveRoom: (request: leaveRoom.Parameters) => Effect.Effect<void, Failure<typeof leaveRoom>>
    /**
     * Gives up the history of a room that was left. Fails as `Refused` with `M_UNKNOWN` while still in the room.
     * Client-server API "Leaving rooms", v1.19.
     */
    readonly forgetRoom: (request: forgetRoom.Parameters) => Effect.Effect<void, Failure<typeof forgetRoom>>
    /**
     * Invites a user. Succeeds also when the user is invited already; fails as `Forbidden` when they have joined.
     * Client-server API "Joining rooms", v1.19.
     */
    readonly inviteUser: (request: inviteUser.Parameters) => Effect.Effect<void, Failure<typeof inviteUser>>
    /** Invites the owner of an e-mail address or phone number. Client-server API "Third-party invites", v1.19. */
    readonly inviteBy3PID: (request: inviteBy3PID.Parameters) => Effect.Effect<void, Failure<typeof inviteBy3PID>>
    /** Removes a user, revokes an invitation or denies a knock. Client-server API "Leaving rooms", v1.19. */
    readonly kick: (request: kick.Parameters) => Effect.Effect<void, Failure<typeof kick>>
    /** Bans a user, whatever their membership. Client-server API "Banning users in a room", v1.19. */
    readonly ban: (request: ban.Parameters) => Effect.Effect<void, Failure<typeof ban>>
    /** Lifts a ban; the user is then out of the room. Client-server API "Banning users in a room", v1.19. */
    readonly unban: (request: unban.Parameters) => Effect.Effect<void, Failure<typeof unban>>
    /** The rooms the user is joined to, in no order. Client-server API "Room membership", v1.19. */
    readonly getJoinedRooms: Effect.Effect<ReadonlyArray<RoomId>, Failure<typeof getJoinedRooms>>
    /** The member events of a room. Client-server API "Getting events for a room", v1.19. */
    readonly getMembersByRoom: (
      request: getMembersByRoom.Parameters
    ) => Effect.Effect<ReadonlyArray<MemberEvent>, Failure<typeof getMembersByRoom>>
    /** Who is joined to a room, with their profiles. Client-server API "Getting events for a room", v1.19. */
    readonly getJoinedMembersByRoom: (
      request: getJoinedMembersByRoom.Parameters
    ) => Effect.Effect<ReadonlyMap<UserId, JoinedMember>, Failure<typeof getJoinedMembersByRoom>>
    /**
     * One user's membership in a room the caller can see; `leave` when there is none on record.
     * Client-server API "Getting events for a room" and §11 on missing member events, v1.19.
     */
    readonly getMembership: (
      request: getMembership.Parameters
    ) => Effect.Effect<MembershipState, Failure<typeof getMembership>>
    /**
     * One state event of a room the caller can see, such as `m.room.power_levels` with an empty `stateKey`: its content,
     * or the event as a whole. Only its being an object is checked. Fails as `NotFound` when there is none.
     * Client-server API "Getting events for a room", v1.19.
     */
    readonly getRoomStateWithKey: (
      request: getRoomStateWithKey.Parameters
    ) => Effect.Effect<{ readonly [key: string]: unknown }, Failure<typeof getRoomStateWithKey>>
    /**
     * Makes a membership what it should be: reads it, acts only if needed, and says whether it did. What somebody else
     * did in the meantime counts as `unchanged`, not as an error. See `Ensure.Request` for what is never done unasked.
     */
    readonly ensure: (request: Ensure.Request) => Effect.Effect<Ensure.Outcome, Ensure.Failure>
    /** The room an alias stands for. Client-server API "Room aliases", v1.19. */
    readonly getRoomIdByAlias: (
      request: getRoomIdByAlias.Parameters
    ) => Effect.Effect<RoomId, Failure<typeof getRoomIdByAlias>>
    /** Whose access token this is. Client-server API "Account management", v1.19. */
    readonly whoami: Effect.Effect<Whoami, Failure<typeof whoami>>
    /** What the server says it speaks. Client-server API "API versions", v1.19. */
    readonly versions: Effect.Effect<Homeserver.Versions, Failure<typeof versions>>
  }
>()("@matrix-membership/core/Membership") {
  /** The service for one homeserver and one set of credentials. */
  static readonly layer = (options: Options): Layer.Layer<Membership, never, Credentials | HttpClient.HttpClient> =>
    Layer.effect(Membership, Operations.make(options))
}
