/**
 * Application services: programs that act for many users with one token (specification v1.19, "Application Service API",
 * "Identity assertion" and "Registration"). Nothing is sent to them here.
 */
import * as HashMap from "effect/HashMap"
import * as Result from "effect/Result"
import * as Accounts from "./Accounts.ts"
import type { Refusal } from "./rules/Refusal.ts"
import { forbidden, make } from "./rules/Refusal.ts"
import * as World from "./World.ts"

/** What a test says of a service; the rest is as in a registration that says nothing of it. */
export interface Details {
  /** The user it is when it names none: a local part, or a whole user id. */
  readonly sender: string
  /** Whom it may speak for: patterns of user ids, from their beginning, such as `@bot_.*`. None by default. */
  readonly users?: ReadonlyArray<string>
  /** Whether nobody else may register such a user; `true` by default. */
  readonly exclusive?: boolean
  /** `false` lifts all limits for requests that it makes; `true` by default. */
  readonly rateLimited?: boolean
  /** By default one that nobody has yet. */
  readonly accessToken?: string
}

/** The world with the service, and with an account for its sender. */
export const add = (
  world: World.World,
  userId: string,
  details: Details
): readonly [World.ApplicationService, World.World] => {
  const { exclusive = true, rateLimited = true, users = [] } = details
  const [secret, minted] = World.mint(world, 43)
  const service: World.ApplicationService = {
    sender: userId,
    accessToken: details.accessToken ?? secret,
    users: users.map((pattern) => new RegExp(`^(?:${pattern})`, "u")),
    exclusive,
    rateLimited
  }
  // as on Synapse, the sender goes by no name until it is given one
  const known =
    World.user(minted, userId) === undefined ? Accounts.create(minted, userId, { displayname: null }) : minted
  return [service, { ...known, services: [...known.services, service] }]
}

export const find = (world: World.World, accessToken: string): World.ApplicationService | undefined =>
  world.services.find((service) => service.accessToken === accessToken)

/** What a token that is no service's is answered with, where only one of a service will do. */
export const unknown: Refusal = make(401, "M_UNKNOWN_TOKEN", "That is no application service's token.", {
  soft_logout: false
})

/** Whether the user is in the service's namespace, or its own sender. */
export const covers = ({ sender, users }: World.ApplicationService, userId: string): boolean =>
  userId === sender || users.some((pattern) => pattern.test(userId))

/** Whether the user is for another service alone to register. */
export const isReserved = (world: World.World, userId: string, by?: World.ApplicationService): boolean =>
  world.services.some((service) => service !== by && service.exclusive && covers(service, userId))

/** Whom a request of the service is for, rightly or not. */
export const named = ({ sender }: World.ApplicationService, query: URLSearchParams): string =>
  query.get("user_id") ?? sender

/** The session in which a request of the service counts: of the user and the device that the query names. */
export const speak = (
  world: World.World,
  service: World.ApplicationService,
  query: URLSearchParams
): Result.Result<World.Session, Refusal> => {
  const userId = named(service, query)
  const deviceId = query.get("device_id") ?? undefined
  if (!covers(service, userId)) return Result.fail(forbidden(`This application service cannot speak for ${userId}.`))
  if (World.user(world, userId) === undefined)
    return Result.fail(forbidden(`This application service has not registered ${userId}.`))
  if (deviceId !== undefined && !hasDevice(world, userId, deviceId))
    return Result.fail(make(400, "M_UNKNOWN_DEVICE", `${userId} has no device ${deviceId}.`))
  return Result.succeed({ userId, deviceId: deviceId ?? "", accessToken: service.accessToken, expired: false, service })
}

const hasDevice = (world: World.World, userId: string, deviceId: string): boolean =>
  HashMap.some(world.sessions, (session) => session.userId === userId && session.deviceId === deviceId)

/** Whether a session has no device: a service's that names none. */
export const isDeviceless = ({ deviceId, service }: World.Session): boolean => service !== undefined && deviceId === ""
