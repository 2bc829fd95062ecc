/** What the forecast says against what a homeserver does: the same rows, one after the other, whatever was said of them. */
import { assert, it } from "@effect/vitest"
import { Masquerade, MatrixId, Membership, RetryPolicy } from "@matrix-membership/core"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { isOwn, operations, traits } from "../../src/Operations.ts"
import * as Plan from "../../src/plan/Plan.ts"
import * as PlanRows from "../../src/plan/PlanRows.ts"
import type * as Possible from "../../src/preflight/Possible.ts"
import * as Preflight from "../../src/preflight/Preflight.ts"
import { fake, inTime, membership } from "../Stage.ts"

const names = ["bot_a", "bot_b", "cem", "dan"] as const
const State = Schema.Literals(["join", "invite", "knock", "leave", "ban", "none"])
const Level = Schema.Literals([0, 25, 50, 100])

const Step = Schema.Struct({
  operation: Schema.Literals(operations),
  room: Schema.Literals(["hall", "attic"]),
  target: Schema.Literals([...names, "address"]),
  actor: Schema.Literals(["bot_a", "bot_b"]),
  named: Schema.Boolean
})

const Room = Schema.Struct({
  version: Schema.Literals(["6", "7", "10", "11", "12"]),
  joinRule: Schema.Literals(["public", "invite", "knock"]),
  levels: Schema.Struct({ invite: Level, kick: Level, ban: Level, bot_a: Level, bot_b: Level, cem: Level }),
  creator: Schema.Literals(["host", "bot_a"]),
  members: Schema.Struct({ bot_a: State, bot_b: State, cem: State, dan: State })
})

const World = {
  /** What the plan calls the hall: with two names for it, rows would be taken to contradict each other. */
  hallName: Schema.Literals(["!hall:localhost", "#hall:localhost"]),
  hall: Room,
  attic: Room,
  steps: Schema.Array(Step).check(Schema.isMinLength(4), Schema.isMaxLength(16))
}

const id = (name: string) => MatrixId.UserId.make(`@${name}:localhost`)

const furnish = Effect.fnUntraced(function* (
  name: "hall" | "attic",
  { creator, joinRule, levels, members, version }: typeof Room.Type
) {
  const { ban, invite, kick, ...users } = levels
  const server = yield* FakeHomeserver
  const present = Object.entries(members).flatMap(([name, state]) =>
    // before version 7 nobody can knock
    state === "none" || (state === "knock" && version === "6") ? [] : [[name, state] as const]
  )
  yield* server.createRoom({
    roomId: `!${name}:localhost`,
    alias: name,
    creator,
    joinRule,
    roomVersion: version,
    powerLevels: {
      invite,
      kick,
      ban,
      users: Object.fromEntries(
        Object.entries(users)
          .filter(([name]) => name !== creator)
          .map(([name, level]) => [id(name), level])
      )
    },
    members: Object.fromEntries(present)
  })
})

const rowOf = (
  { actor, named, operation, room, target }: typeof Step.Type,
  index: number,
  hallName: string
): Plan.Row => ({
  ...Schema.decodeUnknownSync(Plan.Content)({
    operation,
    room: room === "hall" ? hallName : "!attic:localhost",
    ...(isOwn(operation)
      ? named
        ? { user: id(actor) }
        : {}
      : target === "address"
        ? operation === "invite"
          ? { medium: "email", address: "eva@example.org" }
          : { user: id("cem") }
        : { user: id(target) }),
    ...(actor === "bot_a" ? {} : { as: id(actor) })
  }),
  line: index + 2
})

const planOf = (steps: ReadonlyArray<typeof Step.Type>, hallName: string): Plan.Plan => {
  const rows = steps.map((step, index) => rowOf(step, index, hallName))
  return { source: "plan.csv", rows: PlanRows.fromRows(rows), digest: Plan.digestOf(rows) }
}

/** The request of the row, whether or not it makes sense. */
const request = (preflight: Preflight.Preflight, row: number) =>
  Effect.flatMap(Membership, (membership): Effect.Effect<unknown, { readonly message: string }> => {
    const room = preflight.room(row)
    if (Result.isFailure(room)) return Effect.fail(room.failure)
    const [roomId, target] = [room.success, preflight.target(row)]
    if (typeof target !== "string") {
      return membership.inviteBy3PID({ roomId, idServer: "id.localhost", idAccessToken: Redacted.make("t"), ...target })
    }
    switch (preflight.rows.operation(row)) {
      case "join":
        return membership.joinRoomById({ roomId })
      case "knock":
        return membership.knockRoom({ roomIdOrAlias: roomId })
      case "leave":
        return membership.leaveRoom({ roomId })
      case "forget":
        return membership.forgetRoom({ roomId })
      case "invite":
        return membership.inviteUser({ roomId, userId: target })
      case "kick":
        return membership.kick({ roomId, userId: target })
      case "ban":
        return membership.ban({ roomId, userId: target })
      case "unban":
        return membership.unban({ roomId, userId: target })
    }
  }).pipe(
    Effect.provideService(Masquerade.As, { userId: preflight.actor(row) }),
    Effect.provideService(RetryPolicy.Override, RetryPolicy.none)
  )

const isMet = (operation: Plan.Operation, state: (typeof Possible.states)[number]) =>
  traits[operation].met.includes(state)

const seen = { send: 0, certain: 0, unchanged: 0, impossible: 0 }

const check = Effect.fnUntraced(function* (preflight: Preflight.Preflight, row: number) {
  const server = yield* FakeHomeserver
  const verdict = preflight.verdict(row)
  const { operation, room, user } = preflight.rows.at(row)
  const context = `row ${row}: ${operation} ${room} ${user} as ${preflight.actor(row)} is forecast ${JSON.stringify(verdict)}`
  const target = preflight.target(row)
  const found = preflight.room(row)
  const standing =
    typeof target === "string" && Result.isSuccess(found)
      ? Effect.map(server.membershipOf(found.success, target), (state = "leave") => state)
      : Effect.succeed("leave" as const)
  // lifting a ban of one's own that is not there would be taken for a leave, and is not sent in a run
  if (verdict._tag === "unchanged" && operation === "unban" && target === preflight.actor(row)) return
  const before = yield* standing
  const answer = yield* Effect.result(request(preflight, row))
  const after = yield* standing
  seen[verdict._tag] += 1
  if (verdict._tag === "unchanged") assert.strictEqual(after, before, context)
  // who cannot see a room is not told that it is so already, and a server that repeats itself says yes
  if (verdict._tag === "impossible") assert.isTrue(Result.isFailure(answer) || isMet(operation, before), context)
  if (verdict._tag === "impossible") assert.strictEqual(after, before, context)
  if (verdict._tag === "send" && preflight.isCertain(row)) {
    seen.certain += 1
    const because = Result.isFailure(answer) ? answer.failure.message : ""
    assert.isTrue(Result.isSuccess(answer), `${context}: ${because}`)
    assert.strictEqual(after, traits[operation].becomes ?? before, context)
  }
})

it.effect.prop(
  "what is forecast as unchanged changes nothing, nor does the impossible, and the certain is done",
  World,
  ({ attic, hall, hallName, steps }) =>
    Effect.gen(function* () {
      const server = yield* FakeHomeserver
      const { accessToken } = yield* server.applicationService({ sender: "bot_a", users: ["@bot_.*"] })
      for (const name of ["bot_b", "cem", "dan"]) yield* server.register(name)
      // in one of the rooms everything can be seen
      yield* furnish("hall", { ...hall, members: { ...hall.members, bot_a: "join" } })
      yield* furnish("attic", attic)
      yield* Effect.gen(function* () {
        const preflight = yield* inTime(Preflight.run(planOf(steps, hallName), { concurrency: 4 }))
        for (let row = 0; row < steps.length; row++) yield* inTime(check(preflight, row))
      }).pipe(Effect.provide(membership(accessToken)))
    }).pipe(Effect.provide(fake)),
  { arbitrary: { runs: 80 } }
)

it("and none of these was rare", () => {
  for (const [verdict, count] of Object.entries(seen)) assert.isAbove(count, 30, verdict)
})
