/** Accounts and sessions, as far as a client needs them to have a token (specification v1.19, "Client authentication"). */
import * as Result from "effect/Result"
import * as Accounts from "../Accounts.ts"
import * as Body from "../Body.ts"
import * as Renewals from "../Renewals.ts"
import type { Call, Reply, Route } from "../Route.ts"
import { authorised, ok, open } from "../Route.ts"
import type { Content } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { forbidden, make } from "../rules/Refusal.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

const register = (world: World.World, call: Call): Turn.Turn<Reply> =>
  call.query.get("kind") === "guest"
    ? admitted(world, `@${world.issued + 1}:${world.serverName}`, {}, { guest: true }, call.now)
    : Turn.andThen(Turn.make(world, Body.object(call.body, { mayBeEmpty: false })), (body, after) => {
        const username = text(body["username"])?.toLowerCase() ?? `${after.issued + 1}`
        const userId = `@${username}:${after.serverName}`
        const fault =
          "authorization" in call.headers ? tokenGiven : (problem(after, username, userId) ?? misplaced(body))
        if (fault !== undefined) return Turn.refuse(after, fault)
        if (!isDummy(body["auth"])) return Turn.succeed(after, flows(after))
        const password = text(body["password"])
        return password === undefined
          ? Turn.refuse(after, make(400, "M_MISSING_PARAM", "The key password is missing."))
          : admitted(after, userId, body, { password }, call.now)
      })

const tokenGiven = make(400, "M_UNKNOWN", "An access token has no place in a registration.")

const problem = (world: World.World, username: string, userId: string): Refusal | undefined => {
  if (!/^[a-z0-9._=\-/+]+$/u.test(username) || username.startsWith("_"))
    return make(
      400,
      "M_INVALID_USERNAME",
      "A user name is made of a-z, 0-9 and . _ = - / +, and does not begin with _."
    )
  return World.user(world, userId) === undefined ? undefined : make(400, "M_USER_IN_USE", `${userId} is taken.`)
}

const isDummy = (auth: unknown): boolean => Body.isObject(auth) && auth["type"] === "m.login.dummy"

/** The way in: one stage, which asks for nothing. */
const flows = (world: World.World): Reply => ({
  status: 401,
  body: { session: `session${world.issued}`, flows: [{ stages: ["m.login.dummy"] }], params: {} }
})

const admitted = (
  world: World.World,
  userId: string,
  body: Content,
  details: Accounts.Details,
  now: number
): Turn.Turn<Reply> => {
  const [, created] = World.mint(Accounts.create(world, userId, details), 1)
  const base = { user_id: userId, home_server: world.serverName }
  if (body["inhibit_login"] === true) return Turn.succeed(created, ok(base))
  const [session, after] = Accounts.openSession(created, userId, text(body["device_id"]))
  return Turn.map(renewable(after, session, body, now), (granted) => ok({ ...base, ...handedOut(granted, now) }))
}

/** Asked for with `refresh_token: true`. */
const renewable = (
  world: World.World,
  session: World.Session,
  body: Content,
  now: number
): Turn.Turn<World.Session> => {
  if (body["refresh_token"] !== true) return Turn.succeed(world, session)
  const [granted, after] = Renewals.grant(world, session, now)
  return Turn.succeed(after, granted)
}

const handedOut = (session: World.Session, now: number): Content => ({
  device_id: session.deviceId,
  ...Renewals.tokens(session, now)
})

const misplaced = (body: Content): Refusal | undefined =>
  typeof (body["refresh_token"] ?? false) === "boolean"
    ? undefined
    : make(400, "M_UNKNOWN", "refresh_token has to be true or false.")

const login = (world: World.World, call: Call): Turn.Turn<Reply> => {
  const asked = Result.gen(function* () {
    const body = yield* Body.object(call.body, { mayBeEmpty: false })
    if (body["type"] !== "m.login.password") return yield* Result.fail(make(400, "M_UNKNOWN", "Unknown login type."))
    const userId = yield* nameOf(world, body)
    const fault = misplaced(body)
    if (fault !== undefined) return yield* Result.fail(fault)
    const account = World.user(world, userId)
    return account?.password !== undefined && account.password === body["password"]
      ? { userId, deviceId: text(body["device_id"]), body }
      : yield* Result.fail(forbidden("User name or password is wrong."))
  })
  return Turn.andThen(Turn.make(world, asked), ({ body, deviceId, userId }, before) => {
    const [session, after] = Accounts.openSession(before, userId, deviceId)
    return Turn.map(renewable(after, session, body, call.now), (granted) =>
      ok({ user_id: userId, home_server: world.serverName, ...handedOut(granted, call.now) })
    )
  })
}

/** A localpart or a whole user id, in `identifier` or, as before r0.4, in `user`. */
const nameOf = (world: World.World, body: Content): Result.Result<string, Refusal> => {
  const { identifier } = body
  if (Body.isObject(identifier) && identifier["type"] !== "m.id.user")
    return Result.fail(make(400, "M_UNKNOWN", "Unknown login identifier type."))
  const name = text(Body.isObject(identifier) ? identifier["user"] : body["user"])
  if (name === undefined) return Result.fail(make(400, "M_INVALID_PARAM", "The user to log in is missing."))
  return Result.succeed(name.startsWith("@") ? name : `@${name}:${world.serverName}`)
}

export const routes: ReadonlyArray<Route> = [
  open(
    "GET",
    "/versions",
    (world, call) => Turn.succeed(world, ok({ versions: call.specVersions, unstable_features: {} })),
    "unversioned"
  ),
  open("POST", "/register", register),
  open("GET", "/login", (world) => Turn.succeed(world, ok({ flows: [{ type: "m.login.password" }] }))),
  open("POST", "/login", login),
  authorised(
    "GET",
    "/account/whoami",
    (world, { session }) =>
      Turn.succeed(
        world,
        ok({
          user_id: session.userId,
          device_id: session.deviceId,
          is_guest: World.user(world, session.userId)?.guest === true
        })
      ),
    { guests: true }
  )
]
