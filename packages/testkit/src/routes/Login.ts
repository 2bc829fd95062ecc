/** The ways to log in, and logging in (specification v1.19, "Login"). */
import * as Result from "effect/Result"
import * as ApplicationServices from "../ApplicationServices.ts"
import * as Body from "../Body.ts"
import * as Login from "../Login.ts"
import * as Opening from "../Opening.ts"
import type { Call, Reply, Route } from "../Route.ts"
import { bearer, ok, open } from "../Route.ts"
import type { Content } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { forbidden, make } from "../rules/Refusal.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"

const login = (world: World.World, call: Call): Turn.Turn<Reply> => {
  const asked = Result.gen(function* () {
    const body = yield* Body.object(call.body, { mayBeEmpty: false })
    const renewable = yield* Opening.wantsRenewing(body)
    const userId = yield* whoIsIt(world, body, call)
    if (World.user(world, userId)?.locked === true) return yield* Result.fail(locked)
    return { userId, renewable, deviceId: yield* deviceOf(body) }
  })
  return Turn.andThen(Turn.make(world, asked), (opened, after) => Opening.open(after, opened, call.now))
}

const locked = make(401, "M_USER_LOCKED", "This account has been locked.", { soft_logout: true })

const whoIsIt = (world: World.World, body: Content, call: Call): Result.Result<string, Refusal> => {
  const { token, type } = body
  if (!("type" in body) || (type === "m.login.token" && token === undefined))
    return Result.fail(make(400, "M_UNKNOWN", "Keys are missing."))
  // Nobody is ever given one.
  if (type === "m.login.token") return Result.fail(forbidden("There is no such login token."))
  return type === "m.login.application_service" ? userOfService(world, body, call) : Login.check(world, body)
}

/** The service's token is proof enough for its users. */
const userOfService = (world: World.World, { identifier }: Content, call: Call): Result.Result<string, Refusal> =>
  Result.gen(function* () {
    const service = ApplicationServices.find(world, yield* bearer(call))
    if (service === undefined) return yield* Result.fail(ApplicationServices.unknown)
    yield* ApplicationServices.speak(world, service, call.query)
    const { type, user } = Body.isObject(identifier) ? identifier : {}
    if (type !== "m.id.user" || typeof user !== "string")
      return yield* Result.fail(make(400, "M_INVALID_PARAM", "It is not said who logs in."))
    const userId = user.startsWith("@") ? user : `@${user}:${world.serverName}`
    if (!ApplicationServices.covers(service, userId))
      return yield* Result.fail(forbidden(`${userId} is no user of this application service.`))
    const account = World.user(world, userId)
    if (account === undefined) return yield* Result.fail(make(404, "M_UNKNOWN", `There is no ${userId}.`))
    return account.deactivated ? yield* Result.fail(Login.deactivated) : userId
  })

/** Nothing but its length is checked; even an empty text names a device. */
const deviceOf = ({ device_id: deviceId }: Content): Result.Result<string | undefined, Refusal> => {
  if (deviceId === undefined || deviceId === null) return Result.succeed(undefined)
  if (typeof deviceId !== "string") return Result.fail(Body.unexpected)
  return deviceId.length > 512
    ? Result.fail(make(400, "M_INVALID_PARAM", "A device id has at most 512 characters."))
    : Result.succeed(deviceId)
}

const flows = [{ type: "m.login.password" }, { type: "m.login.application_service" }]

export const routes: ReadonlyArray<Route> = [
  open("GET", "/login", (world) => Turn.succeed(world, ok({ flows }))),
  open("POST", "/login", login)
]
