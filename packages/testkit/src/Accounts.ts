/** Accounts and sessions: who exists, and whose token is whose. */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as World from "./World.ts"

export interface Details {
  readonly password?: string | undefined
  /** Synapse names an account after its localpart; `null` for one without a name. */
  readonly displayname?: string | null | undefined
  readonly avatarUrl?: string | undefined
  readonly guest?: boolean | undefined
  readonly admin?: boolean | undefined
}

export const localpartOf = (userId: string): string => userId.slice(1, userId.indexOf(":"))

export const create = (world: World.World, userId: string, details: Details = {}): World.World =>
  World.setUser(world, {
    userId,
    password: details.password,
    displayname: details.displayname === null ? undefined : (details.displayname ?? localpartOf(userId)),
    avatarUrl: details.avatarUrl,
    guest: details.guest ?? false,
    suspended: false,
    deactivated: false,
    locked: false,
    shadowBanned: false,
    blocksInvites: false,
    unlimited: false,
    messageLimit: undefined,
    admin: details.admin ?? false
  })

/** Another token, for a new device or the named one. As on Synapse, a device keeps the tokens it has. */
export const openSession = (
  world: World.World,
  userId: string,
  deviceId?: string | undefined
): readonly [World.Session, World.World] => {
  const [device, first] = deviceId === undefined ? World.mint(world, 10) : [deviceId, world]
  const [secret, second] = World.mint(first, 20)
  const session: World.Session = {
    userId,
    deviceId: deviceId ?? device.toUpperCase().replaceAll(/[^A-Z0-9]/gu, "X"),
    accessToken: `syt_${localpartOf(userId)}_${secret}`,
    expired: false
  }
  return [session, { ...second, sessions: HashMap.set(second.sessions, session.accessToken, session) }]
}

export const sessionOf = (world: World.World, accessToken: string): World.Session | undefined =>
  Option.getOrUndefined(HashMap.get(world.sessions, accessToken))
