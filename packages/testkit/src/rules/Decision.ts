/**
 * What becomes of a membership change that somebody asks for? Synapse's checks in Synapse's order: the account, what
 * the target's membership rules out, guests and restricted rooms, repetition, and last the authorisation rules.
 */
import * as Result from "effect/Result"
import * as World from "../World.ts"
import * as Account from "./Account.ts"
import * as Authorisation from "./Authorisation.ts"
import type { Content, Draft, StateEvent } from "./Event.ts"
import * as Recommendation from "./Recommendation.ts"
import type { Refusal } from "./Refusal.ts"
import { forbidden, make } from "./Refusal.ts"
import * as Repetition from "./Repetition.ts"
import * as Room from "./Room.ts"
import * as Transition from "./Transition.ts"
import * as Weight from "./Weight.ts"

export interface Intent {
  readonly action: Transition.Action
  readonly roomId: string
  /** Who asks. */
  readonly sender: string
  /** Whose membership is to change. */
  readonly target: string
  /** What the event is to say beside `membership`. */
  readonly content: Content
  /** Servers that the caller believes to be in the room. */
  readonly via?: ReadonlyArray<string>
  /** The `third_party_signed` of the call, whatever it may be. */
  readonly proof?: unknown
}

export type Decision =
  /** The very same event is in force already: success, and nothing is written. */
  | { readonly _tag: "Unchanged"; readonly event: StateEvent }
  | { readonly _tag: "Write"; readonly room: Room.Room; readonly draft: Draft }
  /** Only a server in the room could let the user in. */
  | { readonly _tag: "RemoteJoin"; readonly roomId: string; readonly refusal: Refusal }

export const decide = (world: World.World, intent: Intent): Result.Result<Decision, Refusal> =>
  Result.gen(function* () {
    yield* Account.check(world, intent)
    const room = World.room(world, intent.roomId)
    const isHere = room !== undefined && room.joinedHere > 0
    if (isHere) yield* Transition.check(intent.action, Room.membership(room, intent.target))
    const aim = Transition.aim(intent.action)
    if (aim === "join") yield* Account.checkGuest(world, intent, room)
    const remote: Decision = { _tag: "RemoteJoin", roomId: intent.roomId, refusal: unhelped(world, intent) }
    if (aim === "join" && !isHere) return remote
    if (aim === "leave" && !isHere) yield* checkRecorded(world, room, intent)
    if (aim === "knock" && !isHere) return yield* Result.fail(unhelped(world, intent))
    if (room === undefined) return yield* Result.fail(forbidden("There is no such room."))
    const draft = drafted(world, intent, aim)
    if (aim !== "join") return yield* concluded(room, draft)
    const vouched = yield* Recommendation.find(world, room, draft)
    return vouched === undefined ? remote : yield* concluded(room, vouched)
  })

/** Other servers would have to let the user in: none is known, or those that are cannot be reached. */
const unhelped = (world: World.World, { via = [] }: Intent): Refusal =>
  via.every((server) => server === world.serverName)
    ? make(404, "M_UNKNOWN", "No server that could let you into that room is known.")
    : make(502, "M_UNKNOWN", "None of the servers named could let you into that room.")

const concluded = (room: Room.Room, draft: Draft): Result.Result<Decision, Refusal> =>
  Result.flatMap(Weight.check(draft, room.version), (): Result.Result<Decision, Refusal> => {
    const event = Repetition.find(room, draft)
    return event === undefined
      ? Result.map(Authorisation.check(room, draft), () => ({ _tag: "Write", room, draft }))
      : Result.succeed({ _tag: "Unchanged", event })
  })

/** A server that is not in the room can only write a leave for a user of its own whose membership it remembers. */
const checkRecorded = (
  world: World.World,
  room: Room.Room | undefined,
  { target }: Intent
): Result.Result<void, Refusal> => {
  if (!World.isOurs(world)(target))
    return Result.fail(make(400, "M_BAD_JSON", `${target} is a user of another server.`))
  return room !== undefined && Room.membership(room, target) !== undefined
    ? Result.succeed(undefined)
    : Result.fail(make(404, "M_UNKNOWN", "This server is not in that room, and nobody here was asked into it."))
}

const drafted = (world: World.World, intent: Intent, membership: string): Draft => {
  const { join_authorised_via_users_server: _, ...content } = intent.content
  const profile = membership === "leave" || membership === "ban" ? {} : Account.profile(world, intent.target, content)
  const isGuest = World.user(world, intent.sender)?.guest === true
  return {
    type: "m.room.member",
    stateKey: intent.target,
    sender: intent.sender,
    content: { ...content, ...profile, membership, ...(isGuest ? { kind: "guest" } : {}) }
  }
}
