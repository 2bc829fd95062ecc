/** A membership change, from the limits it has to pass to the event it writes. */
import * as Result from "effect/Result"
import * as Acceptance from "./Acceptance.ts"
import { isObject, unexpected } from "./Body.ts"
import * as Charges from "./Charges.ts"
import * as Account from "./rules/Account.ts"
import * as CanonicalAlias from "./rules/CanonicalAlias.ts"
import type { Decision, Intent } from "./rules/Decision.ts"
import { decide } from "./rules/Decision.ts"
import type { Draft, StateEvent } from "./rules/Event.ts"
import { membershipOf } from "./rules/Event.ts"
import { forbidden } from "./rules/Refusal.ts"
import * as Room from "./rules/Room.ts"
import * as Turn from "./Turn.ts"
import * as World from "./World.ts"

export interface Asking {
  readonly session: World.Session
  /** Milliseconds since the epoch. */
  readonly now: number
}

/**
 * Limits on invites and joins come before everything else and are paid even when the change is refused; `rc_message`
 * comes last, and only for an event that is really written. `undefined` stands for a change that is only pretended.
 */
export const change = (world: World.World, intent: Intent, asking: Asking): Turn.Turn<StateEvent | undefined> =>
  Turn.andThen(entryLimits(world, intent, asking), (_, after): Turn.Turn<StateEvent | undefined> => {
    const isShadowBanned = World.user(after, intent.sender)?.shadowBanned === true
    return intent.action === "invite" && isShadowBanned
      ? Turn.succeed(after, undefined)
      : Turn.andThen(proven(after, intent, asking.now), (_, world) =>
          Turn.andThen(Turn.make(world, decide(world, intent)), (decision, after) =>
            carriedOut(after, decision, asking)
          )
        )
  })

/** A proof that comes with a join makes an invite of it first, whatever becomes of the join. */
const proven = (world: World.World, intent: Intent, now: number): Turn.Turn<void> => {
  const { proof } = intent
  if (proof === undefined || proof === null) return Turn.succeed(world, undefined)
  return Turn.andThen(Turn.make(world, Account.check(world, intent)), (_, after) =>
    isObject(proof) && "sender" in proof
      ? Acceptance.exchange(after, intent.roomId, intent.target, proof, now)
      : Turn.refuse(after, unexpected)
  )
}

const entryLimits = (world: World.World, intent: Intent, { now, session }: Asking): Turn.Turn<void> => {
  switch (intent.action) {
    case "invite":
      return Charges.invite(world, session, intent.roomId, intent.target, now)
    case "join":
      return isJoined(world, intent) ? Turn.succeed(world, undefined) : Charges.join(world, session, intent.roomId, now)
    case "leave":
      return Charges.leave(world, session, now)
    default:
      return Turn.succeed(world, undefined)
  }
}

const isJoined = (world: World.World, { roomId, sender }: Intent): boolean => {
  const room = World.room(world, roomId)
  return room !== undefined && Room.membership(room, sender) === "join"
}

/** Writes what was decided. */
export const carriedOut = (world: World.World, decision: Decision, asking: Asking): Turn.Turn<StateEvent> => {
  switch (decision._tag) {
    case "Unchanged":
      return Turn.succeed(world, decision.event)
    case "RemoteJoin":
      return Turn.andThen(Charges.remoteJoin(world, asking.session, decision.roomId, asking.now), (_, charged) =>
        Turn.refuse(charged, decision.refusal)
      )
    case "Write":
      return written(world, decision.room, decision.draft, asking)
  }
}

/** An event that the rules have let pass: the last limit, and then the room's history. */
export const written = (
  world: World.World,
  room: Room.Room,
  draft: Draft,
  { now, session }: Asking
): Turn.Turn<StateEvent> =>
  Turn.andThen(Charges.message(world, session, now), (_, charged) =>
    Turn.andThen(unlimited(charged, { _tag: "Write", room, draft }, now), (event, after) => {
      const joins = event.type === "m.room.member" && membershipOf(event) === "join"
      const isNew = joins && Room.membership(room, event.stateKey) !== "join"
      return Turn.succeed(isNew ? Charges.joined(after, room.id, now) : after, event)
    })
  )

/** Carries out a decision to which no limit applies. What another server or the directory says turns out last. */
export const unlimited = (world: World.World, decision: Decision, now: number): Turn.Turn<StateEvent> => {
  if (decision._tag === "RemoteJoin") return Turn.refuse(world, decision.refusal)
  if (decision._tag === "Unchanged") return Turn.succeed(world, decision.event)
  const { draft, room } = decision
  const invites = draft.type === "m.room.member" && draft.content["membership"] === "invite"
  if (invites && !world.federates && !World.isOurs(world)(draft.stateKey))
    return Turn.refuse(world, forbidden(`${draft.stateKey} is on a server that this one does not talk to.`))
  const named = CanonicalAlias.check(world, room, draft)
  if (Result.isFailure(named)) return Turn.refuse(world, named.failure)
  const [event, after] = World.write(world, room, draft, now)
  return Turn.succeed(draft.type === "m.room.guest_access" ? withoutGuests(after, room.id, now) : after, event)
}

/** When guests are not welcome any more, their own server lets them leave. */
const withoutGuests = (world: World.World, roomId: string, now: number): World.World => {
  const room = World.room(world, roomId)
  if (room === undefined || Room.content(room, "m.room.guest_access")["guest_access"] === "can_join") return world
  return Room.members(room)
    .filter((event) => event.content["kind"] === "guest" && ["join", "invite"].includes(membershipOf(event)))
    .reduce((before, { stateKey }) => {
      const content = { membership: "leave", kind: "guest" }
      const draft = { type: "m.room.member", stateKey, sender: stateKey, content }
      return World.write(before, World.room(before, roomId) ?? room, draft, now)[1]
    }, world)
}
