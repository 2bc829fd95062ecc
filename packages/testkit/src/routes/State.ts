/** Reading and writing the state of a room directly (specification v1.19, "Getting events for a room", "Sending events"). */
import * as Result from "effect/Result"
import * as Body from "../Body.ts"
import * as Charges from "../Charges.ts"
import * as Membership from "../Membership.ts"
import type { Authorised, Reply, Route } from "../Route.ts"
import { authorised, ok } from "../Route.ts"
import type { Intent } from "../rules/Decision.ts"
import type { Content, StateEvent } from "../rules/Event.ts"
import { isMembership } from "../rules/Event.ts"
import { forbidden, make, suspended } from "../rules/Refusal.ts"
import * as Room from "../rules/Room.ts"
import * as StateChange from "../rules/StateChange.ts"
import * as Visibility from "../rules/Visibility.ts"
import * as Turn from "../Turn.ts"
import * as World from "../World.ts"
import { clientEvent, listedEvent } from "./Reads.ts"

const read = (world: World.World, call: Authorised): Turn.Turn<Reply> => {
  const { eventType = "", roomId = "", stateKey = "" } = call.params
  const found = Result.flatMap(Visibility.view(world, roomId, call.session.userId), ({ room }) => {
    const event = Room.stateEvent(room, eventType, stateKey)
    return event === undefined
      ? Result.fail(make(404, "M_NOT_FOUND", "There is no such state."))
      : Result.succeed(ok(call.query.get("format") === "event" ? clientEvent(call.now)(event) : event.content))
  })
  return Turn.make(world, found)
}

const write = (world: World.World, call: Authorised): Turn.Turn<Reply> =>
  Turn.andThen(Turn.make(world, Body.object(call.body, { mayBeEmpty: false })), (content, after) =>
    Turn.map(
      call.params["eventType"] === "m.room.member"
        ? writeMember(after, content, call)
        : writeOther(after, content, call),
      // A pretended change has an event id, too.
      (event) => ok({ event_id: event?.eventId ?? "$pretended" })
    )
  )

/**
 * A membership by the same rules as through its endpoints, with two differences: the whole body goes into the event, and
 * `leave` may be written for somebody who is not in the room any more, or for a banned user, which is an unban.
 */
const writeMember = (world: World.World, content: Content, call: Authorised): Turn.Turn<StateEvent | undefined> => {
  const { roomId = "", stateKey = "" } = call.params
  const asked = Result.gen(function* () {
    const { membership } = content
    if (typeof membership !== "string") return yield* Result.fail(make(400, "M_UNKNOWN", "membership has to be text."))
    const target = yield* Body.asUserId(stateKey)
    if (!isMembership(membership)) return yield* Result.fail(make(400, "M_UNKNOWN", "There is no such membership."))
    const intent: Intent = { action: membership, roomId, sender: call.session.userId, target, content }
    return intent
  })
  return Turn.andThen(Turn.make(world, asked), (intent, after) => Membership.change(after, intent, call))
}

const writeOther = (world: World.World, content: Content, call: Authorised): Turn.Turn<StateEvent> => {
  const { eventType = "", roomId = "", stateKey = "" } = call.params
  const { userId } = call.session
  const room = World.room(world, roomId)
  if (room === undefined) return Turn.refuse(world, forbidden(`${userId} is not in room ${roomId}.`))
  return Turn.andThen(Charges.lookAtMessages(world, call.session, call.now), (_, after) => {
    if (World.user(after, userId)?.suspended === true) return Turn.refuse(after, suspended("setting state"))
    const decided = StateChange.decide(room, { type: eventType, stateKey, sender: userId, content })
    return Turn.andThen(Turn.make(after, decided), (decision, world) => Membership.carriedOut(world, decision, call))
  })
}

const whole = (world: World.World, call: Authorised): Turn.Turn<Reply> =>
  Turn.make(
    world,
    Result.map(Visibility.view(world, call.params["roomId"] ?? "", call.session.userId), ({ room }) => ({
      status: 200,
      body: Room.fullState(room).map(listedEvent(call.now))
    }))
  )

export const routes: ReadonlyArray<Route> = [
  authorised("GET", "/rooms/{roomId}/state", whole, { guests: true }),
  authorised("GET", "/rooms/{roomId}/state/{eventType}", read, { guests: true }),
  authorised("GET", "/rooms/{roomId}/state/{eventType}/{stateKey}", read, { guests: true }),
  authorised("PUT", "/rooms/{roomId}/state/{eventType}", write, { guests: true }),
  authorised("PUT", "/rooms/{roomId}/state/{eventType}/{stateKey}", write, { guests: true })
]
