/**
 * The declaration of every request this library sends, for both path versions. Answers other than success are not
 * declared: a homeserver may give any code with any status, so `Answers` looks at all of them.
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { ban } from "./endpoints/ban.ts"
import { forgetRoom } from "./endpoints/forgetRoom.ts"
import { getJoinedMembersByRoom } from "./endpoints/getJoinedMembersByRoom.ts"
import { getJoinedRooms } from "./endpoints/getJoinedRooms.ts"
import { getMembersByRoom } from "./endpoints/getMembersByRoom.ts"
import { getMembership } from "./endpoints/getMembership.ts"
import { getRoomIdByAlias } from "./endpoints/getRoomIdByAlias.ts"
import { getRoomStateWithKey } from "./endpoints/getRoomStateWithKey.ts"
import { inviteBy3PID } from "./endpoints/inviteBy3PID.ts"
import { inviteUser } from "./endpoints/inviteUser.ts"
import { joinRoom } from "./endpoints/joinRoom.ts"
import { joinRoomById } from "./endpoints/joinRoomById.ts"
import { kick } from "./endpoints/kick.ts"
import { knockRoom } from "./endpoints/knockRoom.ts"
import { leaveRoom } from "./endpoints/leaveRoom.ts"
import { refresh } from "./endpoints/refresh.ts"
import { unban } from "./endpoints/unban.ts"
import { versions } from "./endpoints/versions.ts"
import { whoami } from "./endpoints/whoami.ts"
import type { PathVersion } from "./Homeserver.ts"

/** The requests that need an access token, with their paths under `r0` or `v3`. */
export const make = (version: PathVersion) =>
  HttpApi.make("membership").add(
    HttpApiGroup.make("membership", { topLevel: true })
      .add(joinRoom, joinRoomById, knockRoom, leaveRoom, forgetRoom, inviteUser, kick, ban, unban)
      .add(getJoinedRooms, getMembersByRoom, getJoinedMembersByRoom, getMembership, getRoomStateWithKey)
      .add(getRoomIdByAlias, whoami)
      .prefix(`/_matrix/client/${version}`)
  )

/** `inviteBy3PID` has the path of `inviteUser` and another body, so it needs a declaration of its own. */
export const thirdParty = (version: PathVersion) =>
  HttpApi.make("thirdParty").add(
    HttpApiGroup.make("thirdParty", { topLevel: true }).add(inviteBy3PID).prefix(`/_matrix/client/${version}`)
  )

/** What is asked without an access token. */
export const anonymous = HttpApi.make("homeserver").add(
  HttpApiGroup.make("homeserver", { topLevel: true }).add(versions, refresh)
)
