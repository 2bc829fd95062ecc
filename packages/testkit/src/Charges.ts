/** Which call is counted by which limits, in Synapse's order. A later limit's refusal does not refund the earlier ones. */
import * as Result from "effect/Result"
import * as Buckets from "./Buckets.ts"
import type { RateLimits } from "./RateLimits.ts"
import type { Refusal } from "./rules/Refusal.ts"
import { make } from "./rules/Refusal.ts"
import * as Turn from "./Turn.ts"
import type { Session, World } from "./World.ts"
import { user } from "./World.ts"

/** One limit to pass: what it is counted by, and how. */
type Charge = (buckets: Buckets.Buckets, limits: RateLimits, now: number) => Buckets.Verdict

/** An invite, before anything about it is checked; so an invite refused later has been paid for all the same. */
export const invite = (world: World, session: Session, roomId: string, target: string, now: number) =>
  pay(world, session, now, [
    slot(session),
    (buckets, limits, now) => Buckets.charge(buckets, `rc_invites.per_room ${roomId}`, limits.rc_invites.per_room, now),
    (buckets, limits, now) => Buckets.charge(buckets, `rc_invites.per_user ${target}`, limits.rc_invites.per_user, now),
    (buckets, limits, now) =>
      Buckets.charge(buckets, `rc_invites.per_issuer ${session.userId}`, limits.rc_invites.per_issuer, now)
  ])

/** A join by somebody who is not joined. The room's own limit is only looked at here, and counted by `joined`. */
export const join = (world: World, session: Session, roomId: string, now: number) =>
  pay(world, session, now, [
    slot(session),
    (buckets, limits, now) => Buckets.charge(buckets, `rc_joins.local ${session.userId}`, limits.rc_joins.local, now),
    lookAtRoom(roomId)
  ])

/** On top of `join`, for a room this server is not in. */
export const remoteJoin = (world: World, session: Session, roomId: string, now: number) =>
  pay(world, session, now, [
    (buckets, limits, now) => Buckets.charge(buckets, `rc_joins.remote ${session.userId}`, limits.rc_joins.remote, now),
    lookAtRoom(roomId)
  ])

export const leave = (world: World, session: Session, now: number) => pay(world, session, now, [slot(session)])

/** An event that is about to be written. */
export const message = (world: World, session: Session, now: number) =>
  pay(world, session, now, [rcMessage(session, true)])

/** Whether an event could be written now; asked before anything else where state is set. */
export const lookAtMessages = (world: World, session: Session, now: number) =>
  pay(world, session, now, [rcMessage(session, false)])

/** A new room: counts as one event, too, however many it takes to set it up. */
export const roomCreation = (world: World, session: Session, now: number) =>
  pay(world, session, now, [rcRoomCreation(session, false), rcMessage(session, true), rcRoomCreation(session, true)])

export const thirdPartyInvite = (world: World, session: Session, now: number) =>
  pay(world, session, now, [
    (buckets, limits, now) =>
      Buckets.charge(buckets, `rc_third_party_invite ${session.userId}`, limits.rc_third_party_invite, now)
  ])

/** Whether a new room may come with that many invites, which are not counted then. */
export const invitesOfNewRoom = (world: World, session: Session, acts: number, now: number) =>
  pay(world, session, now, [
    (buckets, limits, now) =>
      Buckets.charge(buckets, `rc_invites.per_room ${session.userId}`, limits.rc_invites.per_room, now, {
        acts,
        count: false
      })
  ])

/** Somebody came to be joined. */
export const joined = (world: World, roomId: string, now: number): World => ({
  ...world,
  buckets: Buckets.record(world.buckets, `rc_joins_per_room ${roomId}`, world.limits.rc_joins_per_room, now)
})

const slot =
  (session: Session): Charge =>
  (buckets, limits, now) =>
    Buckets.takeSlot(buckets, `slots ${session.userId} ${session.deviceId}`, limits.slots, now)

const rcMessage =
  (session: Session, count: boolean): Charge =>
  (buckets, limits, now) =>
    Buckets.charge(buckets, `rc_message ${session.userId}`, limits.rc_message, now, { count })

const rcRoomCreation =
  (session: Session, count: boolean): Charge =>
  (buckets, limits, now) =>
    Buckets.charge(buckets, `rc_room_creation ${session.userId}`, limits.rc_room_creation, now, { count })

const lookAtRoom =
  (roomId: string): Charge =>
  (buckets, limits, now) =>
    Buckets.charge(buckets, `rc_joins_per_room ${roomId}`, limits.rc_joins_per_room, now, { count: false })

const pay = (world: World, session: Session, now: number, charges: ReadonlyArray<Charge>): Turn.Turn<void> => {
  if (user(world, session.userId)?.unlimited === true || session.service?.rateLimited === false)
    return Turn.succeed(world, undefined)
  const limits = limitsOf(world, session)
  let { buckets } = world
  for (const charge of charges) {
    const verdict = charge(buckets, limits, now)
    if (verdict.wait !== undefined) return Turn.make({ ...world, buckets }, Result.fail(tooMany(world, verdict.wait)))
    buckets = verdict.buckets
  }
  return Turn.succeed({ ...world, buckets }, undefined)
}

/** The sender of an application service writes freely. Dendrite limits neither services nor administrators. */
const limitsOf = (world: World, { service, userId }: Session): RateLimits => {
  const account = user(world, userId)
  const isSender = world.services.some(({ sender }) => sender === userId)
  return {
    ...world.limits,
    rc_message: isSender ? undefined : (account?.messageLimit ?? world.limits.rc_message),
    slots: service !== undefined || account?.admin === true ? undefined : world.limits.slots
  }
}

/** The wait is left out where it would be for ever. */
const tooMany = (world: World, wait: number): Refusal => {
  const { pauseMillis, retryAfterHeader, retryAfterMs } = world.limits.answer
  const known = Number.isFinite(wait)
  return {
    ...make(429, "M_LIMIT_EXCEEDED", "Too many requests.", retryAfterMs && known ? { retry_after_ms: wait } : {}),
    headers: retryAfterHeader && known ? { "retry-after": `${Math.ceil(wait / 1000)}` } : {},
    pauseMillis
  }
}
