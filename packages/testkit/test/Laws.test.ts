import { assert, describe, it } from "@effect/vitest"
import * as Fixture from "@matrix-membership/testkit/Fixture"
import * as Membership from "@matrix-membership/testkit/Membership"
import * as RateLimits from "@matrix-membership/testkit/RateLimits"
import type { Intent } from "@matrix-membership/testkit/rules/Decision"
import type { StateEvent } from "@matrix-membership/testkit/rules/Event"
import * as Power from "@matrix-membership/testkit/rules/Power"
import * as Room from "@matrix-membership/testkit/rules/Room"
import * as Transition from "@matrix-membership/testkit/rules/Transition"
import * as World from "@matrix-membership/testkit/World"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

const names = ["a", "b", "c", "d"] as const
const Name = Schema.Literals(names)

const Step = Schema.Struct({
  action: Schema.Literals(["join", "knock", "leave", "invite", "kick", "ban", "unban"]),
  sender: Name,
  target: Name,
  reason: Schema.Literals(["", "one", "two"])
})

const Level = Schema.Literals([0, 25, 50, 75, 100])

const Plan = {
  roomVersion: Schema.Literals(["1", "6", "7", "8", "10", "11", "12"]),
  joinRule: Schema.Literals(["public", "invite", "knock", "restricted", "knock_restricted", "private"]),
  levels: Schema.Struct({ invite: Level, kick: Level, ban: Level, b: Level, c: Level, d: Level }),
  steps: Schema.Array(Step).check(Schema.isMaxLength(40))
}

type Plan = { readonly [K in keyof typeof Plan]: (typeof Plan)[K]["Type"] }

const id = (name: string) => `@${name}:localhost`

const start = ({ joinRule, levels: { ban, invite, kick, ...users }, roomVersion }: Plan) => {
  const empty = World.make({
    serverName: "localhost",
    limits: RateLimits.unlimited,
    federates: true,
    accessTokenLifetime: Number.POSITIVE_INFINITY,
    registrationSecret: undefined,
    forgetsOnLeave: false,
    seed: "laws"
  })
  const powerLevels = {
    invite,
    kick,
    ban,
    users: Object.fromEntries(Object.entries(users).map(([name, level]) => [id(name), level]))
  }
  return Fixture.createRoom(empty, { creator: "a", joinRule, powerLevels, roomVersion, members: { b: "join" } }, 0)
}

interface Taken {
  readonly intent: Intent
  readonly before: World.World
  readonly after: World.World
  readonly result: Result.Result<StateEvent | undefined, unknown>
  readonly room: { readonly before: Room.Room; readonly after: Room.Room }
}

/** Every step of the plan, with the world on either side of it. */
const walk = (plan: Plan): ReadonlyArray<Taken> => {
  const [roomId, first] = start(plan)
  const taken: Array<Taken> = []
  let world = first
  for (const [now, step] of plan.steps.entries()) {
    const isOwn = step.action === "join" || step.action === "knock" || step.action === "leave"
    const intent: Intent = {
      action: step.action,
      roomId,
      sender: id(step.sender),
      target: id(isOwn ? step.sender : step.target),
      content: step.reason === "" ? {} : { reason: step.reason }
    }
    const turn = change(world, intent, now)
    taken.push({
      intent,
      before: world,
      after: turn.world,
      result: turn.result,
      room: { before: roomIn(world, roomId), after: roomIn(turn.world, roomId) }
    })
    world = turn.world
  }
  return taken
}

const change = (world: World.World, intent: Intent, now: number) =>
  Membership.change(world, intent, {
    session: { userId: intent.sender, deviceId: "D", accessToken: "t", expired: false },
    now
  })

const roomIn = (world: World.World, roomId: string): Room.Room => {
  const room = World.room(world, roomId)
  assert(room !== undefined)
  return room
}

const law = (name: string, holds: (taken: Taken) => void) =>
  it.effect.prop(name, Plan, (plan) => Effect.sync(() => walk(plan).forEach(holds)), { arbitrary: { runs: 150 } })

describe("laws of membership", () => {
  law("a banned user becomes nothing but unbanned", ({ intent, room }) => {
    if (Room.membership(room.before, intent.target) !== "ban") return
    const after = Room.membership(room.after, intent.target)
    assert.include(["ban", "leave"], after)
    if (after === "leave") assert.strictEqual(intent.action, "unban")
  })

  law("nobody changes another's membership from outside, or without the power it takes", ({ intent, result, room }) => {
    const { action, sender, target } = intent
    const isNew = room.before !== room.after
    if (Result.isFailure(result) || !isNew || sender === target) return
    assert.strictEqual(Room.membership(room.before, sender), "join")
    const own = Power.ofUser(room.before, sender)
    const needs = action === "invite" ? ["invite" as const] : action === "ban" ? ["ban" as const] : ["kick" as const]
    for (const act of needs) assert.isAtLeast(own, Power.toAct(room.before, act))
    if (action === "unban" && Room.membership(room.before, target) === "ban")
      assert.isAtLeast(own, Power.toAct(room.before, "ban"))
    if (action !== "invite") assert.isAbove(own, Power.ofUser(room.before, target))
  })

  law("a refusal changes no room, and nobody's membership but the target's ever changes", (taken) => {
    if (Result.isFailure(taken.result)) assert.strictEqual(taken.after.rooms, taken.before.rooms)
    for (const name of names)
      if (id(name) !== taken.intent.target)
        assert.strictEqual(Room.membership(taken.room.after, id(name)), Room.membership(taken.room.before, id(name)))
  })

  law("success means that the target is where the action aims", ({ intent, result, room }) => {
    if (Result.isFailure(result)) return
    assert.strictEqual(Room.membership(room.after, intent.target), Transition.aim(intent.action))
  })

  law("the state is the fold of the accepted events", ({ room: { after } }) => {
    const folded = Room.at(after, Number.POSITIVE_INFINITY)
    assert.deepStrictEqual(Room.fullState(folded), Room.fullState(after))
    const joined = Room.members(after).filter(({ content }) => content["membership"] === "join")
    assert.strictEqual(after.joinedHere, joined.length)
  })

  law("what succeeded succeeds again at once, unless the answer depends on what it changed", (taken) => {
    const { action } = taken.intent
    if (Result.isFailure(taken.result) || action === "kick" || action === "unban") return
    if (taken.room.after.joinedHere === 0) return
    const again = change(taken.after, taken.intent, 0)
    assert.isTrue(Result.isSuccess(again.result))
    assert.strictEqual(again.world.rooms, taken.after.rooms)
  })

  it("are tried on plans in which most actions happen, and most are refused at times", () => {
    const plan: Plan = {
      roomVersion: "11",
      joinRule: "invite",
      levels: { invite: 0, kick: 50, ban: 50, b: 50, c: 0, d: 0 },
      steps: [
        { action: "invite", sender: "b", target: "c", reason: "" },
        { action: "join", sender: "c", target: "c", reason: "" },
        { action: "kick", sender: "c", target: "b", reason: "" },
        { action: "ban", sender: "b", target: "c", reason: "" },
        { action: "join", sender: "c", target: "c", reason: "" },
        { action: "unban", sender: "b", target: "c", reason: "" }
      ]
    }
    assert.deepStrictEqual(
      walk(plan).map(({ result }) => result._tag),
      ["Success", "Success", "Failure", "Success", "Failure", "Success"]
    )
  })
})
