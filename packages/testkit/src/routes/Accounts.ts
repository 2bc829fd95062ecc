/** What the server speaks, and who one is. */
import * as ApplicationServices from "../ApplicationServices.ts"
import type { Route } from "../Route.ts"
import { authorised, ok, open } from "../Route.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"

export const routes: ReadonlyArray<Route> = [
  open(
    "GET",
    "/versions",
    (world, call) => Turn.succeed(world, ok({ versions: call.specVersions, unstable_features: {} })),
    "unversioned"
  ),
  authorised(
    "GET",
    "/account/whoami",
    (world, { session }) =>
      Turn.succeed(
        world,
        ok({
          user_id: session.userId,
          ...(ApplicationServices.isDeviceless(session) ? {} : { device_id: session.deviceId }),
          is_guest: World.user(world, session.userId)?.guest === true
        })
      ),
    { guests: true }
  )
]
