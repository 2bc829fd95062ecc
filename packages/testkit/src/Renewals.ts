/**
 * Access tokens that expire, and the refresh tokens that renew them (specification v1.19, "Refreshing access tokens").
 * As on Synapse, a refresh token is good until what it was exchanged for is used; so a lost answer can be asked for again.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Accounts from "./Accounts.ts"
import type { Content } from "./rules/Event.ts"
import type { Refusal } from "./rules/Refusal.ts"
import { forbidden, make } from "./rules/Refusal.ts"
import * as Turn from "./Turn.ts"
import * as World from "./World.ts"

export interface Renewal {
  readonly userId: string
  readonly deviceId: string
  /** The access token that was handed out together with the refresh token. */
  readonly accessToken: string
  /** Whether that access token was ever used. */
  readonly used: boolean
  /** The refresh token that this one was last exchanged for. */
  readonly next: string | undefined
}

const find = (world: World.World, refreshToken: string | undefined): Renewal | undefined =>
  refreshToken === undefined ? undefined : Option.getOrUndefined(HashMap.get(world.renewals, refreshToken))

/** Makes a session one that expires and can be renewed. */
export const grant = (
  world: World.World,
  session: World.Session,
  now: number
): readonly [World.Session, World.World] => {
  const [secret, minted] = World.mint(world, 20)
  const { accessToken, deviceId, userId } = session
  const refreshToken = `syr_${Accounts.localpartOf(userId)}_${secret}`
  const granted = { ...session, refreshToken, expiresAt: now + world.accessTokenLifetime }
  return [
    granted,
    {
      ...minted,
      sessions: HashMap.set(minted.sessions, accessToken, granted),
      renewals: HashMap.set(minted.renewals, refreshToken, {
        userId,
        deviceId,
        accessToken,
        used: false,
        next: undefined
      })
    }
  ]
}

/** The tokens of a session as they are handed out. */
export const tokens = ({ accessToken, expiresAt, refreshToken }: World.Session, now: number): Content => ({
  access_token: accessToken,
  ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
  ...(expiresAt === undefined ? {} : { expires_in_ms: expiresAt - now })
})

/** An access token was used: the refresh token it came from is spent. */
export const noteUse = (world: World.World, { refreshToken }: World.Session): World.World => {
  const renewal = find(world, refreshToken)
  return refreshToken === undefined || renewal === undefined || renewal.used
    ? world
    : { ...world, renewals: HashMap.set(world.renewals, refreshToken, { ...renewal, used: true }) }
}

/** A new session for an old refresh token. An unused one that came of it before is void. */
export const renew = (world: World.World, refreshToken: string, now: number): Turn.Turn<World.Session> =>
  Turn.andThen(Turn.make(world, valid(world, refreshToken)), (renewal, before) => {
    const [secret, minted] = World.mint(withoutSuccessor(before, renewal), 20)
    const { deviceId, userId } = renewal
    const accessToken = `syt_${Accounts.localpartOf(userId)}_${secret}`
    const [session, granted] = grant(minted, { userId, deviceId, accessToken, expired: false }, now)
    // Only the last two are kept: the latest, and the one to ask again with.
    const kept = HashMap.filter(granted.renewals, (other) => other.next !== refreshToken)
    const renewals = HashMap.set(kept, refreshToken, { ...renewal, next: session.refreshToken })
    return Turn.succeed({ ...granted, renewals }, session)
  })

const valid = (world: World.World, refreshToken: string): Result.Result<Renewal, Refusal> => {
  const renewal = find(world, refreshToken)
  if (renewal === undefined) return Result.fail(make(401, "M_UNKNOWN_TOKEN", "There is no such refresh token."))
  const next = find(world, renewal.next)
  return next !== undefined && (next.used || next.next !== undefined)
    ? Result.fail(forbidden("That refresh token has been exchanged for another."))
    : Result.succeed(renewal)
}

const withoutSuccessor = (world: World.World, { next }: Renewal): World.World => {
  const successor = find(world, next)
  return next === undefined || successor === undefined
    ? world
    : {
        ...world,
        renewals: HashMap.remove(world.renewals, next),
        sessions: HashMap.remove(world.sessions, successor.accessToken)
      }
}

/** Ends all sessions of a user, or of one of its devices; nothing is left to renew. */
export const close = (world: World.World, userId: string, deviceId?: string): World.World => {
  const isOther = (one: { readonly userId: string; readonly deviceId: string }) =>
    one.userId !== userId || (deviceId !== undefined && one.deviceId !== deviceId)
  return {
    ...world,
    sessions: HashMap.filter(world.sessions, isOther),
    renewals: HashMap.filter(world.renewals, isOther)
  }
}
