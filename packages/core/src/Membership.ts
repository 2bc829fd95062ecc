/** Room membership on Matrix, as Effects: the service people come for. */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { Credentials } from "./Credentials.ts"
import { defined } from "./endpoints/defined.ts"
import * as forgetRoom from "./endpoints/forgetRoom.ts"
import * as inviteUser from "./endpoints/inviteUser.ts"
import * as joinRoom from "./endpoints/joinRoom.ts"
import * as leaveRoom from "./endpoints/leaveRoom.ts"
import * as versions from "./endpoints/versions.ts"
import * as whoami from "./endpoints/whoami.ts"
import * as Homeserver from "./Homeserver.ts"
import type { RoomId, RoomIdOrAlias, ServerName, UserId } from "./MatrixId.ts"
import * as MembershipApi from "./MembershipApi.ts"
import * as Operation from "./Operation.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import type { ThirdPartySigned } from "./ThirdPartySigned.ts"
import * as Transport from "./Transport.ts"

export interface JoinRoom {
  readonly roomIdOrAlias: RoomIdOrAlias
  /** Servers to join through when ours is not in the room. */
  readonly via?: ReadonlyArray<ServerName> | undefined
  /** The name of `via` before v1.12. The two lists are joined into one. */
  readonly serverName?: ReadonlyArray<ServerName> | undefined
  readonly reason?: string | undefined
  /** Proof that a third-party invitation was meant for this user. */
  readonly thirdPartySigned?: ThirdPartySigned | undefined
}

export interface InviteUser {
  readonly roomId: RoomId
  readonly userId: UserId
  readonly reason?: string | undefined
}

export interface LeaveRoom {
  readonly roomId: RoomId
  readonly reason?: string | undefined
}

export interface ForgetRoom {
  readonly roomId: RoomId
}

export interface Whoami {
  readonly userId: UserId
  /** Absent for an application service that names no device, and before v1.1. */
  readonly deviceId?: string
  readonly isGuest: boolean
}

export interface Options {
  /** The base URL of the client-server API, a path prefix included. */
  readonly homeserver: URL
  /** Forced paths; by default they are chosen from what `/versions` says, once per layer. */
  readonly pathVersion?: Homeserver.PathVersion | undefined
  /** What differs from the default policy of `RetryPolicy.make`. */
  readonly retry?: RetryPolicy.Options | undefined
  /** For one attempt, from sending to the last byte of the answer. Default: 60 seconds. */
  readonly timeout?: Duration.Input | undefined
}

export class Membership extends Context.Service<
  Membership,
  {
    /**
     * Joins a room and gives its id, also when the user is in it already.
     * Client-server API "Joining rooms", v1.19.
     */
    readonly joinRoom: (request: JoinRoom) => Effect.Effect<RoomId, Operation.Failure<typeof joinRoom>>
    /**
     * Invites a user. Succeeds also when the user is invited already; fails as `Forbidden` when they have joined.
     * Client-server API "Joining rooms", v1.19.
     */
    readonly inviteUser: (request: InviteUser) => Effect.Effect<void, Operation.Failure<typeof inviteUser>>
    /**
     * Leaves a room, rejects an invitation or withdraws a knock.
     * Client-server API "Leaving rooms", v1.19.
     */
    readonly leaveRoom: (request: LeaveRoom) => Effect.Effect<void, Operation.Failure<typeof leaveRoom>>
    /**
     * Gives up the history of a room that was left. Fails as `Refused` with `M_UNKNOWN` while still in the room.
     * Client-server API "Leaving rooms", v1.19.
     */
    readonly forgetRoom: (request: ForgetRoom) => Effect.Effect<void, Operation.Failure<typeof forgetRoom>>
    /** Whose access token this is. Client-server API "Account management", v1.19. */
    readonly whoami: Effect.Effect<Whoami, Operation.Failure<typeof whoami>>
    /** What the server says it speaks. Client-server API "API versions", v1.19. */
    readonly versions: Effect.Effect<Homeserver.Versions, Operation.Failure<typeof versions>>
  }
>()("@matrix-membership/core/Membership") {
  /** The service for one homeserver and one set of credentials. */
  static readonly layer = (options: Options): Layer.Layer<Membership, never, Credentials | HttpClient.HttpClient> =>
    Layer.effect(Membership, make(options))
}

const make = Effect.fnUntraced(function* (options: Options) {
  const http = yield* HttpClient.HttpClient
  const credentials = yield* Credentials
  const policy = RetryPolicy.make(options.retry)
  const baseUrl = Homeserver.base(options.homeserver)
  const bounds: Transport.Options = {
    timeout: Duration.fromInputUnsafe(options.timeout ?? "60 seconds"),
    maxBodyBytes: 1024 * 1024
  }
  const withToken = Transport.make(http, bounds, credentials.accessToken)
  const clients = {
    r0: yield* Operation.client(MembershipApi.make("r0"), withToken, baseUrl),
    v3: yield* Operation.client(MembershipApi.make("v3"), withToken, baseUrl)
  }
  const withoutToken = Transport.make(http, bounds, Effect.succeed(undefined))
  const anonymous = yield* Operation.client(MembershipApi.anonymous, withoutToken, baseUrl)

  const readVersions = Effect.map(
    Operation.fold(anonymous.versions({})),
    (answer): Homeserver.Versions => ({ versions: answer.versions, unstableFeatures: answer.unstable_features ?? {} })
  )
  const spoken = yield* Operation.onceSuccessful(readVersions)
  const { pathVersion } = options
  const api =
    pathVersion === undefined
      ? Effect.map(spoken, (versions) => clients[Homeserver.pathVersion(versions)])
      : Effect.succeed(clients[pathVersion])
  // with forced paths nothing is known of the server, and one that reads `via` ignores the old name
  const viaAlone = pathVersion === undefined ? Effect.map(spoken, Homeserver.knowsVia) : Effect.succeed(false)

  return Membership.of({
    joinRoom: ({ reason, roomIdOrAlias, serverName = [], thirdPartySigned, via = [] }) => {
      const servers = [...new Set([...via, ...serverName])]
      const query = (viaAlone: boolean) =>
        servers.length === 0 ? {} : viaAlone ? { via: servers } : { via: servers, server_name: servers }
      const payload = defined({ reason, third_party_signed: thirdPartySigned })
      return Effect.all([api, viaAlone]).pipe(
        Effect.flatMap(([api, viaAlone]) =>
          api.joinRoom({ params: { roomIdOrAlias }, query: query(viaAlone), payload })
        ),
        Effect.map(({ room_id }) => room_id),
        Operation.make({ name: "joinRoom", endpoint: joinRoom, policy, attributes: { "matrix.room": roomIdOrAlias } })
      )
    },
    inviteUser: ({ reason, roomId, userId }) =>
      Effect.flatMap(api, (api) =>
        api.inviteUser({ params: { roomId }, payload: defined({ user_id: userId, reason }) })
      ).pipe(
        Effect.asVoid,
        Operation.make({
          name: "inviteUser",
          endpoint: inviteUser,
          policy,
          attributes: { "matrix.room": roomId, "matrix.user": userId }
        })
      ),
    leaveRoom: ({ reason, roomId }) =>
      Effect.flatMap(api, (api) => api.leaveRoom({ params: { roomId }, payload: defined({ reason }) })).pipe(
        Effect.asVoid,
        Operation.make({ name: "leaveRoom", endpoint: leaveRoom, policy, attributes: { "matrix.room": roomId } })
      ),
    forgetRoom: ({ roomId }) =>
      Effect.flatMap(api, (api) => api.forgetRoom({ params: { roomId }, payload: {} })).pipe(
        Effect.asVoid,
        Operation.make({ name: "forgetRoom", endpoint: forgetRoom, policy, attributes: { "matrix.room": roomId } })
      ),
    whoami: Effect.flatMap(api, (api) => api.whoami({})).pipe(
      Effect.map(({ device_id, is_guest, user_id }) =>
        defined({ userId: user_id, deviceId: device_id, isGuest: is_guest ?? false })
      ),
      Operation.make({ name: "whoami", endpoint: whoami, policy, attributes: {} })
    ),
    versions: Operation.make({ name: "versions", endpoint: versions, policy, attributes: {} })(readVersions)
  })
})
