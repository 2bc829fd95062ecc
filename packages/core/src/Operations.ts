/** The operations of `Membership`, made over one homeserver. */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Confirm from "./Confirm.ts"
import * as Dialect from "./Dialect.ts"
import * as Ensure from "./Ensure.ts"
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
import { Unsupported } from "./MatrixError.ts"
import type { UserId } from "./MatrixId.ts"
import type { JoinedMember, Membership, Options } from "./Membership.ts"
import * as Operation from "./Operation.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import * as Transport from "./Transport.ts"

const about = (room: string, user?: string) => defined({ "matrix.room": room, "matrix.user": user })

type Profile = { readonly avatar_url?: string | null; readonly display_name?: string | null }

const joinedMember = ({ avatar_url, display_name }: Profile): JoinedMember =>
  defined({ displayName: display_name ?? undefined, avatarUrl: avatar_url ?? undefined })

export const make = Effect.fnUntraced(function* (options: Options) {
  const { readVersions, server } = yield* Dialect.make(options)
  const operation = Operation.make(RetryPolicy.make(options.retry))
  const confirm = Confirm.make(server)

  const ready = operation<typeof versions, Dialect.Dialect>({ name: "versions", endpoint: versions, attributes: {} })(
    server
  )

  const whoAmI = Effect.flatMap(server, ({ api }) => api.whoami({})).pipe(
    Effect.map(({ device_id, is_guest, user_id }) =>
      defined({ userId: user_id, deviceId: device_id, isGuest: is_guest ?? false })
    ),
    operation({ name: "whoami", endpoint: whoami, attributes: {} })
  )

  const operations: Omit<Membership["Service"], "ensure"> = {
    joinRoom: (request) =>
      Effect.flatMap(server, ({ api, viaAlone }) => api.joinRoom(joinRoom.request(request, viaAlone))).pipe(
        Effect.map(({ room_id }) => room_id),
        operation({
          name: "joinRoom",
          endpoint: joinRoom,
          attributes: about(request.roomIdOrAlias),
          confirm: confirm.self(request.roomIdOrAlias, ["join"])
        })
      ),
    joinRoomById: (request) =>
      Effect.flatMap(server, ({ api }) => api.joinRoomById(joinRoomById.request(request))).pipe(
        Effect.map(({ room_id }) => room_id),
        operation({
          name: "joinRoomById",
          endpoint: joinRoomById,
          attributes: about(request.roomId),
          confirm: confirm.self(request.roomId, ["join"])
        })
      ),
    knockRoom: (request) =>
      Effect.flatMap(server, ({ api, pathVersion, viaAlone }) =>
        pathVersion === "r0"
          ? Effect.fail(new Unsupported({ status: 0, errcode: "M_UNRECOGNIZED", detail: "no knocking before v1.1" }))
          : api.knockRoom(knockRoom.request(request, viaAlone))
      ).pipe(
        Effect.map(({ room_id }) => room_id),
        operation({
          name: "knockRoom",
          endpoint: knockRoom,
          attributes: about(request.roomIdOrAlias),
          // a knock may be answered, even accepted, before we look
          confirm: confirm.self(request.roomIdOrAlias, ["knock", "invite", "join"])
        })
      ),
    leaveRoom: (request) =>
      Effect.flatMap(server, ({ api }) => api.leaveRoom(leaveRoom.request(request))).pipe(
        Effect.asVoid,
        operation({
          name: "leaveRoom",
          endpoint: leaveRoom,
          attributes: about(request.roomId),
          confirm: Effect.map(confirm.gone(request.roomId), Option.asVoid)
        })
      ),
    forgetRoom: (request) =>
      // repeated, it succeeds again, and whether it took effect shows nowhere: an error means what it says
      Effect.flatMap(server, ({ api }) => api.forgetRoom(forgetRoom.request(request))).pipe(
        Effect.asVoid,
        operation({ name: "forgetRoom", endpoint: forgetRoom, attributes: about(request.roomId) })
      ),
    inviteUser: (request) =>
      Effect.flatMap(server, ({ api }) => api.inviteUser(inviteUser.request(request))).pipe(
        Effect.asVoid,
        operation({
          name: "inviteUser",
          endpoint: inviteUser,
          attributes: about(request.roomId, request.userId),
          confirm: confirm.other(request, ["invite", "join"])
        })
      ),
    inviteBy3PID: (request) =>
      // what /versions says is asked for first: its failures are safe to repeat, those of the invitation are not
      Effect.flatMap(ready, ({ thirdParty }) =>
        thirdParty
          .inviteBy3PID(inviteBy3PID.request(request))
          .pipe(
            Effect.asVoid,
            operation({ name: "inviteBy3PID", endpoint: inviteBy3PID, attributes: about(request.roomId), once: true }),
            Effect.provideService(Transport.Secrets, [request.idAccessToken])
          )
      ),
    kick: (request) =>
      Effect.flatMap(server, ({ api }) => api.kick(kick.request(request))).pipe(
        Effect.asVoid,
        operation({
          name: "kick",
          endpoint: kick,
          attributes: about(request.roomId, request.userId),
          confirm: confirm.other(request, ["leave", "ban"])
        })
      ),
    ban: (request) =>
      Effect.flatMap(server, ({ api }) => api.ban(ban.request(request))).pipe(
        Effect.asVoid,
        operation({
          name: "ban",
          endpoint: ban,
          attributes: about(request.roomId, request.userId),
          confirm: confirm.other(request, ["ban"])
        })
      ),
    unban: (request) =>
      Effect.flatMap(server, ({ api }) => api.unban(unban.request(request))).pipe(
        Effect.asVoid,
        operation({
          name: "unban",
          endpoint: unban,
          attributes: about(request.roomId, request.userId),
          confirm: confirm.other(request, ["leave", "invite", "join", "knock"])
        })
      ),
    getJoinedRooms: Effect.flatMap(server, ({ lists }) => lists.getJoinedRooms({})).pipe(
      Effect.map(({ joined_rooms }) => joined_rooms),
      operation({ name: "getJoinedRooms", endpoint: getJoinedRooms, attributes: {} })
    ),
    getMembersByRoom: (request) =>
      Effect.flatMap(server, ({ lists }) => lists.getMembersByRoom(getMembersByRoom.request(request))).pipe(
        Effect.map(({ chunk }) => chunk ?? []),
        operation({ name: "getMembersByRoom", endpoint: getMembersByRoom, attributes: about(request.roomId) })
      ),
    getJoinedMembersByRoom: (request) =>
      Effect.flatMap(server, ({ lists }) => lists.getJoinedMembersByRoom(getJoinedMembersByRoom.request(request))).pipe(
        Effect.map(
          ({ joined }): ReadonlyMap<UserId, JoinedMember> =>
            // decoding has checked the keys, which `Object.entries` forgets
            new Map(Object.entries(joined).map(([userId, profile]) => [userId as UserId, joinedMember(profile)]))
        ),
        operation({
          name: "getJoinedMembersByRoom",
          endpoint: getJoinedMembersByRoom,
          attributes: about(request.roomId)
        })
      ),
    getMembership: (request) =>
      confirm.membership(request).pipe(
        operation({
          name: "getMembership",
          endpoint: getMembership,
          attributes: about(request.roomId, request.userId)
        })
      ),
    getRoomIdByAlias: (request) =>
      Effect.flatMap(server, ({ api }) => api.getRoomIdByAlias(getRoomIdByAlias.request(request))).pipe(
        Effect.map(({ room_id }) => room_id),
        operation({ name: "getRoomIdByAlias", endpoint: getRoomIdByAlias, attributes: about(request.roomAlias) })
      ),
    whoami: whoAmI,
    versions: Effect.suspend(() => readVersions).pipe(
      operation({ name: "versions", endpoint: versions, attributes: {} })
    )
  }
  const me = Effect.map(whoAmI, ({ userId }) => userId)
  return { ...operations, ensure: Ensure.make(operations, me) } satisfies Membership["Service"]
})
