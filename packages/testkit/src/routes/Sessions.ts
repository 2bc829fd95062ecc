/** Renewing and ending sessions (specification v1.19, "Refreshing access tokens" and "Logout"). */
import * as Result from "effect/Result"
import * as ApplicationServices from "../ApplicationServices.ts"
import * as Body from "../Body.ts"
import * as Renewals from "../Renewals.ts"
import type { Call, Reply, Route } from "../Route.ts"
import { authorised, ok, open } from "../Route.ts"
import { make } from "../rules/Refusal.ts"
import * as Turn from "../Turn.ts"
import type * as World from "../World.ts"

/** The refresh token is all it takes. */
const refresh = (world: World.World, call: Call): Turn.Turn<Reply> => {
  const asked = Result.gen(function* () {
    const body = yield* Body.object(call.body, { mayBeEmpty: false })
    if (!("refresh_token" in body))
      return yield* Result.fail(make(400, "M_MISSING_PARAM", "The key refresh_token is missing."))
    const { refresh_token: token } = body
    return typeof token === "string"
      ? token
      : yield* Result.fail(make(400, "M_INVALID_PARAM", "refresh_token has to be text."))
  })
  return Turn.andThen(Turn.make(world, asked), (token, after) =>
    Turn.map(Renewals.renew(after, token, call.now), (session) => ok(Renewals.tokens(session, call.now)))
  )
}

/** Whoever is locked out, or whose token is good for nothing else, may still log out. */
const anybody = { guests: true, locked: true, expired: true }

export const routes: ReadonlyArray<Route> = [
  open("POST", "/refresh", refresh),
  authorised(
    "POST",
    "/logout",
    (world, { session }) =>
      ApplicationServices.isDeviceless(session)
        ? Turn.refuse(world, make(401, "M_UNKNOWN", "An application service's token cannot be given back."))
        : Turn.succeed(Renewals.close(world, session.userId, session.deviceId), ok()),
    anybody
  ),
  authorised(
    "POST",
    "/logout/all",
    (world, { session }) => Turn.succeed(Renewals.close(world, session.userId), ok()),
    anybody
  )
]
