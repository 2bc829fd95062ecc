/** The operations of `Membership`, made over one homeserver. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import { Credentials } from "./Credentials.ts"
import * as ban from "./endpoints/ban.ts"
import { defined } from "./endpoints/defined.ts"
import * as forgetRoom from "./endpoints/forgetRoom.ts"
import * as getJoinedMembersByRoom from "./endpoints/getJoinedMembersByRoom.ts"
import * as getJoinedRooms from "./endpoints/getJoinedRooms.ts"
import * as getMembersByRoom from "./endpoints/getMembersByRoom.ts"
import * as getMembership from "./endpoints/getMembership.ts"
import * as getRoomIdByAlias from "./endpoints/getRoomIdByAlias.ts"
import * as inviteBy3PID from "./endpoints/inviteBy3PID.ts"
import * as inviteUser from "./endpoints/inviteUser.ts"
import * as joinRoom from "./endpoints/joinRoom.ts"
import * as joinRoomById from "./endpoints/joinRoomById.ts"
import * as kick from "./endpoints/kick.ts"
import * as knockRoom from "./endpoints/knockRoom.ts"
import * as leaveRoom from "./endpoints/leaveRoom.ts"
import * as unban from "./endpoints/unban.ts"
import * as versions from "./endpoints/versions.ts"
import * as whoami from "./endpoints/whoami.ts"
import * as Homeserver from "./Homeserver.ts"
import { Unsupported } from "./MatrixError.ts"
import type { UserId } from "./MatrixId.ts"
import type { JoinedMember, Membership, Options } from "./Membership.ts"
import * as MembershipApi from "./MembershipApi.ts"
import * as Operation from "./Operation.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import * as Transport from "./Transport.ts"

const mebibyte = 1024 * 1024

/** What is known of the server before anything is asked of it: which paths it has, and whether it reads `via`. */
interface Dialect {
  readonly pathVersion: Homeserver.PathVersion
  readonly viaAlone: boolean
}

const named = (room: string, user?: string) => defined({ "matrix.room": room, "matrix.user": user })

const joinedMember = ({
  avatar_url,
  display_name
}: {
  avatar_url?: string | null
  display_name?: string | null
}): JoinedMember => defined({ displayName: display_name ?? undefined, avatarUrl: avatar_url ?? undefined })

export const make = Effect.fnUntraced(function* (options: Options) {
  const http = yield* HttpClient.HttpClient
  const { accessToken } = yield* Credentials
  const policy = RetryPolicy.make(options.retry)
  const baseUrl = Homeserver.base(options.homeserver)
  const timeout = Duration.fromInputUnsafe(options.timeout ?? "60 seconds")

  const small = Transport.make(http, { timeout, maxBodyBytes: mebibyte }, accessToken)
  // a member event is about half a kilobyte, and rooms of a hundred thousand exist
  const large = Transport.make(http, { timeout, maxBodyBytes: 256 * mebibyte }, accessToken)
  const anonymous = yield* Operation.client(
    MembershipApi.anonymous,
    Transport.make(http, { timeout, maxBodyBytes: mebibyte }, Effect.succeed(undefined)),
    baseUrl
  )
  const clients = Effect.fnUntraced(function* (version: Homeserver.PathVersion) {
    const api = MembershipApi.make(version)
    return {
      api: yield* Operation.client(api, small, baseUrl),
      lists: yield* Operation.client(api, large, baseUrl),
      thirdParty: yield* Operation.client(MembershipApi.thirdParty(version), small, baseUrl)
    }
  })
  const byVersion = { r0: yield* clients("r0"), v3: yield* clients("v3") }

  const readVersions = Effect.map(
    Operation.fold(anonymous.versions({})),
    (answer): Homeserver.Versions => ({ versions: answer.versions, unstableFeatures: answer.unstable_features ?? {} })
  )
  const forced = options.pathVersion
  const spoken = yield* Operation.onceSuccessful(readVersions)
  const server =
    forced === undefined
      ? Effect.map(spoken, (versions): Dialect & (typeof byVersion)["v3"] => {
          const pathVersion = Homeserver.pathVersion(versions)
          return { ...byVersion[pathVersion], pathVersion, viaAlone: Homeserver.knowsVia(versions) }
        })
      : // with forced paths nothing is known of the server, and one that reads `via` ignores the old name
        Effect.succeed({ ...byVersion[forced], pathVersion: forced, viaAlone: false })

  const operation = Operation.make(policy)

  const operations: Membership["Service"] = {
    joinRoom: (request) =>
      Effect.flatMap(server, ({ api, viaAlone }) => api.joinRoom(joinRoom.request(request, viaAlone))).pipe(
        Effect.map(({ room_id }) => room_id),
        operation("joinRoom", joinRoom, named(request.roomIdOrAlias))
      ),
    joinRoomById: (request) =>
      Effect.flatMap(server, ({ api }) => api.joinRoomById(joinRoomById.request(request))).pipe(
        Effect.map(({ room_id }) => room_id),
        operation("joinRoomById", joinRoomById, named(request.roomId))
      ),
    knockRoom: (request) =>
      Effect.flatMap(server, ({ api, pathVersion, viaAlone }) =>
        pathVersion === "r0"
          ? Effect.fail(new Unsupported({ status: 0, errcode: "M_UNRECOGNIZED", detail: "no knocking before v1.1" }))
          : api.knockRoom(knockRoom.request(request, viaAlone))
      ).pipe(
        Effect.map(({ room_id }) => room_id),
        operation("knockRoom", knockRoom, named(request.roomIdOrAlias))
      ),
    leaveRoom: (request) =>
      Effect.flatMap(server, ({ api }) => api.leaveRoom(leaveRoom.request(request))).pipe(
        Effect.asVoid,
        operation("leaveRoom", leaveRoom, named(request.roomId))
      ),
    forgetRoom: (request) =>
      Effect.flatMap(server, ({ api }) => api.forgetRoom(forgetRoom.request(request))).pipe(
        Effect.asVoid,
        operation("forgetRoom", forgetRoom, named(request.roomId))
      ),
    inviteUser: (request) =>
      Effect.flatMap(server, ({ api }) => api.inviteUser(inviteUser.request(request))).pipe(
        Effect.asVoid,
        operation("inviteUser", inviteUser, named(request.roomId, request.userId))
      ),
    inviteBy3PID: (request) =>
      Effect.flatMap(server, ({ thirdParty }) => thirdParty.inviteBy3PID(inviteBy3PID.request(request))).pipe(
        Effect.asVoid,
        operation("inviteBy3PID", inviteBy3PID, named(request.roomId))
      ),
    kick: (request) =>
      Effect.flatMap(server, ({ api }) => api.kick(kick.request(request))).pipe(
        Effect.asVoid,
        operation("kick", kick, named(request.roomId, request.userId))
      ),
    ban: (request) =>
      Effect.flatMap(server, ({ api }) => api.ban(ban.request(request))).pipe(
        Effect.asVoid,
        operation("ban", ban, named(request.roomId, request.userId))
      ),
    unban: (request) =>
      Effect.flatMap(server, ({ api }) => api.unban(unban.request(request))).pipe(
        Effect.asVoid,
        operation("unban", unban, named(request.roomId, request.userId))
      ),
    getJoinedRooms: Effect.flatMap(server, ({ lists }) => lists.getJoinedRooms({})).pipe(
      Effect.map(({ joined_rooms }) => joined_rooms),
      operation("getJoinedRooms", getJoinedRooms, {})
    ),
    getMembersByRoom: (request) =>
      Effect.flatMap(server, ({ lists }) => lists.getMembersByRoom(getMembersByRoom.request(request))).pipe(
        Effect.map(({ chunk }) => chunk ?? []),
        operation("getMembersByRoom", getMembersByRoom, named(request.roomId))
      ),
    getJoinedMembersByRoom: (request) =>
      Effect.flatMap(server, ({ lists }) => lists.getJoinedMembersByRoom(getJoinedMembersByRoom.request(request))).pipe(
        Effect.map(
          ({ joined }): ReadonlyMap<UserId, JoinedMember> =>
            new Map(Object.entries(joined).map(([userId, profile]) => [userId as UserId, joinedMember(profile)]))
        ),
        operation("getJoinedMembersByRoom", getJoinedMembersByRoom, named(request.roomId))
      ),
    getMembership: (request) =>
      Effect.flatMap(server, ({ api }) => Operation.fold(api.getMembership(getMembership.request(request)))).pipe(
        Effect.map(({ membership }) => membership),
        // no member event counts as `leave`
        Effect.catchTag("NotFound", (error) =>
          error.errcode === "M_NOT_FOUND" ? Effect.succeed("leave" as const) : Effect.fail(error)
        ),
        operation("getMembership", getMembership, named(request.roomId, request.userId))
      ),
    getRoomIdByAlias: (request) =>
      Effect.flatMap(server, ({ api }) => api.getRoomIdByAlias(getRoomIdByAlias.request(request))).pipe(
        Effect.map(({ room_id }) => room_id),
        operation("getRoomIdByAlias", getRoomIdByAlias, named(request.roomAlias))
      ),
    whoami: Effect.flatMap(server, ({ api }) => api.whoami({})).pipe(
      Effect.map(({ device_id, is_guest, user_id }) =>
        defined({ userId: user_id, deviceId: device_id, isGuest: is_guest ?? false })
      ),
      operation("whoami", whoami, {})
    ),
    versions: operation("versions", versions, {})(readVersions)
  }
  return operations
})
