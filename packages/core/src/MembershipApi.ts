/**
 * The declaration of every request this library sends, for both path versions. Answers other than success are not
 * declared: a homeserver may give any code with any status, so `Answers` looks at all of them.
 */
import * as HttpApi from "effect/http-api/HttpApi"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import { forgetRoom } from "./endpoints/forgetRoom.ts"
import { inviteUser } from "./endpoints/inviteUser.ts"
import { joinRoom } from "./endpoints/joinRoom.ts"
import { leaveRoom } from "./endpoints/leaveRoom.ts"
import { versions } from "./endpoints/versions.ts"
import { whoami } from "./endpoints/whoami.ts"
import type { PathVersion } from "./Homeserver.ts"

/** The requests that need an access token, with their paths under `r0` or `v3`. */
export const make = (version: PathVersion) =>
  HttpApi.make("membership").add(
    HttpApiGroup.make("membership", { topLevel: true })
      .add(joinRoom, inviteUser, leaveRoom, forgetRoom, whoami)
      .prefix(`/_matrix/client/${version}`)
  )

/** What can be asked without an access token. */
export const anonymous = HttpApi.make("homeserver").add(
  HttpApiGroup.make("homeserver", { topLevel: true }).add(versions)
)
