/** The operations of `Membership`, made over one homeserver. */
import * as Effect from "effect/Effect"
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
import * as getRoomStateWithKey from "./endpoints/getRoomStateWithKey.ts"
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
import * as Masquerade from "./Masquerade.ts"
import { Unsupported } from "./MatrixError.ts"
import type { UserId } from "./MatrixId.ts"
import type { JoinedMember, Membership, Options } from "./Membership.ts"
import * as Operation from "./Operation.ts"
import * as RetryPolicy from "./RetryPolicy.ts"
import * as Transport from "./Transport.ts"

const about = (room: string, user?: string) => defined({ "matrix.room": room, "matrix.user": user })

type Profile = { readonly avatar_url?: string | null; readonly display_name?: string | null }

const joinedMembers = ({
  joined
}: {
  readonly joined: { readonly [userId: UserId]: Profile }
}): ReadonlyMap<UserId, JoinedMember> =>
  // decoding has checked the keys, which `Object.entries` forgets
  new Map(Object.entries(joined).map(([userId, profile]) => [userId as UserId, joinedMember(profile)]))

const joinedMember = ({ avatar_url, display_name }: Profile): JoinedMember =>
  defined({ displayName: display_name ?? undefined, avatarUrl: avatar_url ?? undefined })

/** All operations over the homeserver, credentials and `HttpClient` at hand. */
export const make = Effect.fnUntraced(function* (options: Options) {
  const { readVersions, server } = yield* Dialect.make(options)
  const policy = RetryPolicy.make(options.retry)
  const operation = Operation.make(policy, server)
  const confirm = Confirm.make(server)

  const whoAmI = operation({ name: "whoami", endpoint: whoami, attributes: {} }, ({ api }) =>
    Effect.map(api.whoami({}), ({ device_id, is_guest, user_id }) =>
      defined({ userId: user_id, deviceId: device_id, isGuest: is_guest ?? false })
    )
  )

  const operations: Omit<Membership["Service"], "ensure"> = {
    joinRoom: (request) =>
      operation(
        {
          name: "joinRoom",
          endpoint: joinRoom,
          attributes: about(request.roomIdOrAlias),
          confirm: confirm.joined(request.roomIdOrAlias)
        },
        ({ api, viaAlone }) => Effect.map(api.joinRoom(joinRoom.request(request, viaAlone)), ({ room_id }) => room_id)
      ),
    joinRoomById: (request) =>
      operation(
        {
          name: "joinRoomById",
          endpoint: joinRoomById,
          attributes: about(request.roomId),
          confirm: confirm.joined(request.roomId)
        },
        ({ api }) => Effect.map(api.joinRoomById(joinRoomById.request(request)), ({ room_id }) => room_id)
      ),
    knockRoom: (request) =>
      operation(
        {
          name: "knockRoom",
          endpoint: knockRoom,
          attributes: about(request.roomIdOrAlias),
          // a knock may be answered, even accepted, before we look
          confirm: confirm.self(request.roomIdOrAlias, ["knock", "invite", "join"])
        },
        ({ api, pathVersion, viaAlone }) =>
          pathVersion === "r0"
            ? Effect.fail(new Unsupported({ status: 0, errcode: "M_UNRECOGNIZED", detail: "no knocking before v1.1" }))
            : Effect.map(api.knockRoom(knockRoom.request(request, viaAlone)), ({ room_id }) => room_id)
      ),
    leaveRoom: (request) =>
      operation(
        {
          name: "leaveRoom",
          endpoint: leaveRoom,
          attributes: about(request.roomId),
          confirm: confirm.gone(request.roomId)
        },
        ({ api }) => Effect.asVoid(api.leaveRoom(leaveRoom.request(request)))
      ),
    forgetRoom: (request) =>
      // repeated, it succeeds again, and whether it took effect shows nowhere: an error means what it says
      operation({ name: "forgetRoom", endpoint: forgetRoom, attributes: about(request.roomId) }, ({ api }) =>
        Effect.asVoid(api.forgetRoom(forgetRoom.request(request)))
      ),
    inviteUser: (request) =>
      operation(
        {
          name: "inviteUser",
          endpoint: inviteUser,
          attributes: about(request.roomId, request.userId),
          confirm: confirm.other(request, ["invite", "join"])
        },
        ({ api }) => Effect.asVoid(api.inviteUser(inviteUser.request(request)))
      ),
    inviteBy3PID: (request) =>
      operation(
        { name: "inviteBy3PID", endpoint: inviteBy3PID, attributes: about(request.roomId), once: true },
        ({ thirdParty }) =>
          Effect.provideService(
            Effect.asVoid(thirdParty.inviteBy3PID(inviteBy3PID.request(request))),
            Transport.Secrets,
            [request.idAccessToken]
          )
      ),
    kick: (request) =>
      operation(
        {
          name: "kick",
          endpoint: kick,
          attributes: about(request.roomId, request.userId),
          confirm: confirm.other(request, ["leave", "ban"])
        },
        ({ api }) => Effect.asVoid(api.kick(kick.request(request)))
      ),
    ban: (request) =>
      operation(
        {
          name: "ban",
          endpoint: ban,
          attributes: about(request.roomId, request.userId),
          confirm: confirm.other(request, ["ban"])
        },
        ({ api }) => Effect.asVoid(api.ban(ban.request(request)))
      ),
    unban: (request) =>
      operation(
        {
          name: "unban",
          endpoint: unban,
          attributes: about(request.roomId, request.userId),
          confirm: confirm.other(request, ["leave", "invite", "join", "knock"])
        },
        ({ api }) => Effect.asVoid(api.unban(unban.request(request)))
      ),
    getJoinedRooms: operation({ name: "getJoinedRooms", endpoint: getJoinedRooms, attributes: {} }, ({ lists }) =>
      Effect.map(lists.getJoinedRooms({}), ({ joined_rooms }) => joined_rooms)
    ),
    getMembersByRoom: (request) =>
      operation(
        { name: "getMembersByRoom", endpoint: getMembersByRoom, attributes: about(request.roomId) },
        ({ lists }) => Effect.map(lists.getMembersByRoom(getMembersByRoom.request(request)), ({ chunk }) => chunk ?? [])
      ),
    getJoinedMembersByRoom: (request) =>
      operation(
        { name: "getJoinedMembersByRoom", endpoint: getJoinedMembersByRoom, attributes: about(request.roomId) },
        ({ lists }) => Effect.map(lists.getJoinedMembersByRoom(getJoinedMembersByRoom.request(request)), joinedMembers)
      ),
    getMembership: (request) =>
      operation(
        { name: "getMembership", endpoint: getMembership, attributes: about(request.roomId, request.userId) },
        () => confirm.membership(request)
      ),
    getRoomStateWithKey: (request) =>
      operation(
        { name: "getRoomStateWithKey", endpoint: getRoomStateWithKey, attributes: about(request.roomId) },
        // power levels name people one by one, and other state has no bound either
        ({ lists }) => lists.getRoomStateWithKey(getRoomStateWithKey.request(request))
      ),
    getRoomIdByAlias: (request) =>
      operation(
        { name: "getRoomIdByAlias", endpoint: getRoomIdByAlias, attributes: about(request.roomAlias) },
        ({ api }) => Effect.map(api.getRoomIdByAlias(getRoomIdByAlias.request(request)), ({ room_id }) => room_id)
      ),
    whoami: whoAmI,
    versions: Operation.make(policy, Effect.void)(
      { name: "versions", endpoint: versions, attributes: {} },
      () => readVersions
    )
  }
  // whose token it is does not change while the layer lives; whom it speaks for may
  const owner = yield* Operation.onceSuccessful(Effect.map(whoAmI, ({ userId }) => userId))
  const me = Effect.flatMap(Masquerade.As, (as = options.as) => (as === undefined ? owner : Effect.succeed(as.userId)))
  const record: Ensure.Asker["record"] = (request) =>
    operation(
      { name: "getMembership", endpoint: getMembership, attributes: about(request.roomId, request.userId) },
      () => confirm.record(request)
    )
  return { ...operations, ensure: Ensure.make(operations, { me, record }) } satisfies Membership["Service"]
})
