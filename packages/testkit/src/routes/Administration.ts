/**
 * Synapse's endpoints for administrators, as far as those who change many memberships rely on them: accounts by a shared
 * secret, and exemption from rate limits.
 */
import { createHmac } from "node:crypto"
import * as HashSet from "effect/HashSet"
import * as Result from "effect/Result"
import * as Accounts from "../Accounts.ts"
import * as ApplicationServices from "../ApplicationServices.ts"
import * as Body from "../Body.ts"
import * as Opening from "../Opening.ts"
import type { Authorised, Call, Reply, Route } from "../Route.ts"
import { authorised, ok, open } from "../Route.ts"
import type { Content } from "../rules/Event.ts"
import type { Refusal } from "../rules/Refusal.ts"
import { forbidden, make } from "../rules/Refusal.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"

const closed = make(400, "M_UNKNOWN", "Registration by a shared secret is not enabled.")

const nonce = (world: World.World): Turn.Turn<Reply> => {
  if (world.registrationSecret === undefined) return Turn.refuse(world, closed)
  const [made, minted] = World.mint(world, 64)
  return Turn.succeed({ ...minted, nonces: HashSet.add(minted.nonces, made) }, ok({ nonce: made }))
}

interface Registration {
  readonly nonce: string
  readonly username: string
  readonly password: string
  readonly admin: boolean
  readonly displayname: string | undefined
  readonly userType: string | undefined
  readonly mac: unknown
}

const badJson = (error: string) => Result.fail(make(400, "M_BAD_JSON", error))

/** Good for one attempt, whatever comes of it. */
const nonceOf = (world: World.World, { nonce }: Content): Turn.Turn<string> => {
  if (nonce === undefined) return Turn.make(world, badJson("The nonce is missing."))
  return typeof nonce === "string" && HashSet.has(world.nonces, nonce)
    ? Turn.succeed({ ...world, nonces: HashSet.remove(world.nonces, nonce) }, nonce)
    : Turn.refuse(world, make(400, "M_UNKNOWN", "That nonce was not handed out, or is used up."))
}

const registration = (nonce: string, body: Content): Result.Result<Registration, Refusal> =>
  Result.gen(function* () {
    const { admin, displayname, mac, password, user_type: userType, username } = body
    if (typeof username !== "string" || username === "") return yield* badJson("The user name is missing.")
    if (typeof password !== "string" || password === "") return yield* badJson("The password is missing.")
    if (mac === undefined) return yield* badJson("The mac is missing.")
    return {
      ...{ nonce, username, password, mac, admin: admin === true },
      displayname: typeof displayname === "string" ? displayname : undefined,
      userType: typeof userType === "string" ? userType : undefined
    }
  })

const macOf = (secret: string, { admin, nonce, password, userType, username }: Registration): string =>
  createHmac("sha1", secret)
    .update(
      [nonce, username, password, admin ? "admin" : "notadmin", ...(userType === undefined ? [] : [userType])].join(
        "\0"
      )
    )
    .digest("hex")

const register = (world: World.World, call: Call): Turn.Turn<Reply> => {
  const { registrationSecret: secret } = world
  if (secret === undefined) return Turn.refuse(world, closed)
  return Turn.andThen(Turn.make(world, Body.object(call.body, { mayBeEmpty: false })), (body, before) =>
    Turn.andThen(nonceOf(before, body), (nonce, spent) =>
      Turn.andThen(Turn.make(spent, registration(nonce, body)), (asked, after) =>
        asked.mac === macOf(secret, asked)
          ? admitted(after, asked, call.now)
          : Turn.refuse(after, make(403, "M_UNKNOWN", "That mac is wrong."))
      )
    )
  )
}

const admitted = (world: World.World, asked: Registration, now: number): Turn.Turn<Reply> => {
  const userId = `@${asked.username.toLowerCase()}:${world.serverName}`
  if (ApplicationServices.isReserved(world, userId))
    return Turn.refuse(world, make(400, "M_EXCLUSIVE", `${userId} is for an application service to register.`))
  return World.user(world, userId) === undefined
    ? Opening.open(Accounts.create(world, userId, asked), { userId, deviceId: undefined, renewable: false }, now)
    : Turn.refuse(world, make(400, "M_USER_IN_USE", `${userId} is taken.`))
}

const path = "/users/{userId}/override_ratelimit"

/** Asked of an administrator about an account of this server. */
const overriding = (
  method: string,
  run: (account: World.User, call: Authorised) => Result.Result<World.User, Refusal>
) =>
  authorised(
    method,
    path,
    (world, call) =>
      Turn.andThen(
        Turn.make(
          world,
          Result.flatMap(accountOf(world, call), (account) => run(account, call))
        ),
        (changed, after) => Turn.succeed(World.setUser(after, changed), ok(override(changed)))
      ),
    { mount: "synapse" }
  )

const accountOf = (world: World.World, { params, session }: Authorised): Result.Result<World.User, Refusal> => {
  const { userId = "" } = params
  if (World.user(world, session.userId)?.admin !== true) return Result.fail(forbidden("You are no administrator."))
  const account = World.user(world, userId)
  if (account !== undefined) return Result.succeed(account)
  return Result.fail(
    World.isOurs(world)(userId)
      ? make(404, "M_NOT_FOUND", "There is no such user.")
      : make(400, "M_UNKNOWN", "That is no user of this server.")
  )
}

/** Nothing, where nothing was overridden. */
const override = ({ messageLimit, unlimited }: World.User): Content => {
  if (unlimited) return { messages_per_second: 0, burst_count: messageLimit?.burst_count ?? 0 }
  return messageLimit === undefined
    ? {}
    : { messages_per_second: messageLimit.per_second, burst_count: messageLimit.burst_count }
}

const whole = (body: Content, key: string): Result.Result<number, Refusal> => {
  const { [key]: value = 0 } = body
  return typeof value === "number" && Number.isInteger(value) && value >= 0
    ? Result.succeed(value)
    : Result.fail(make(400, "M_INVALID_PARAM", `${key} has to be a whole number.`))
}

export const routes: ReadonlyArray<Route> = [
  open("GET", "/register", nonce, "synapse"),
  open("POST", "/register", register, "synapse"),
  overriding("GET", (account) => Result.succeed(account)),
  // No messages per second at all means that no limit of any kind applies.
  overriding("POST", (account, call) =>
    Result.gen(function* () {
      const body = yield* Body.object(call.body, { mayBeEmpty: true })
      const per_second = yield* whole(body, "messages_per_second")
      const burst_count = yield* whole(body, "burst_count")
      return { ...account, unlimited: per_second === 0, messageLimit: { per_second, burst_count } }
    })
  ),
  overriding("DELETE", (account) => Result.succeed({ ...account, unlimited: false, messageLimit: undefined }))
]
