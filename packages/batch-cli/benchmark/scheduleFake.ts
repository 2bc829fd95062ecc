/**
 * A whole plan by the runner itself, on the fake homeserver in this process and on a clock that skips every wait. What
 * was sent and what was refused is counted by the server.
 */
import { Credentials, Membership } from "@matrix-membership/core"
import { FakeHomeserver, RateLimits, VirtualClock } from "@matrix-membership/testkit"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Batch from "../src/Batch.ts"
import * as Preflight from "../src/preflight/Preflight.ts"
import type * as Limits from "../src/schedule/Limits.ts"
import * as SchedulePlan from "./schedulePlan.ts"
import { boundOf } from "./scheduleRun.ts"
import type { Scenario } from "./scheduleScenarios.ts"
import type * as Server from "./scheduleServer.ts"

export interface Course {
  readonly makespan: number
  readonly bound: number
  /** Requests that change something, and how many of them were answered with 429. */
  readonly sent: number
  readonly refused: number
  readonly done: number
  readonly learned: Limits.Limits
  readonly cpuMillis: number
}

const serverName = "localhost"
const service = `@service:${serverName}`
const roomName = (room: number) => `!room${room}:${serverName}`
const personName = (person: number) => `@person${person}:${serverName}`

/** How the target must stand before the act makes sense. */
const standing = { kick: "join", ban: "join", unban: "ban" } as const
const isEviction = (operation: string): operation is keyof typeof standing => Object.hasOwn(standing, operation)

/**
 * Rooms with everybody in them as the acts need it; gives the token that the acts are done with: with one sender it is
 * theirs, with more it is that of a service which acts for them.
 */
const furnish = Effect.fnUntraced(function* (acts: ReadonlyArray<Server.Act>, actors: ReadonlyArray<number>) {
  const fake = yield* FakeHomeserver
  const names = actors.map(personName)
  const [only = service, ...others] = names
  const { accessToken } =
    others.length === 0
      ? yield* fake.register(only)
      : yield* fake.applicationService({ sender: service, users: ["@person\\d+:localhost"] })
  yield* Effect.forEach(others.length === 0 ? [] : names, (name) => fake.register(name), { discard: true })
  const rooms = Map.groupBy(acts, ({ room }) => room)
  for (const [room, inside] of rooms) {
    const members = inside.flatMap(({ operation, target }) =>
      isEviction(operation) ? [[personName(target), standing[operation]] as const] : []
    )
    const creator = `@host:${serverName}`
    yield* fake.createRoom({
      roomId: roomName(room),
      creator,
      powerLevels: {
        users: Object.fromEntries([[creator, 100] as const, ...names.map((name) => [name, 50] as const)])
      },
      members: Object.fromEntries([...members, ...[creator, ...names].map((name) => [name, "join"] as const)])
    })
  }
  return accessToken
})

/** Synapse's answers with the scenario's settings, the half second before a refusal included. */
const rateLimits = (limits: Server.Limits): RateLimits.RateLimits => ({
  ...RateLimits.synapseDefaults,
  rc_message: limits.messages,
  rc_invites: { per_room: limits.perRoom, per_user: limits.perInvitee, per_issuer: limits.perInviter },
  rc_joins: { local: limits.joins, remote: undefined },
  rc_joins_per_room: limits.joinsPerRoom,
  rc_third_party_invite: limits.thirdParty,
  slots: limits.slots
})

/** As a user would run it, with the limits told or `Limits.learn`. */
export const run = Effect.fnUntraced(
  function* ({ acts, server }: Scenario, limits: Limits.Limits, concurrency: number) {
    const began = process.cpuUsage()
    const fake = yield* FakeHomeserver
    const actors = Arr.dedupe(acts.map(({ actor }) => actor))
    const accessToken = yield* furnish(acts, actors)
    const plan = SchedulePlan.of(acts, { room: roomName, person: personName, isService: actors.length > 1 })
    return yield* Effect.gen(function* () {
      const preflight = yield* Preflight.run(plan, { concurrency })
      const batch = yield* Batch.prepare(plan, preflight, { limits })
      const begin = yield* Clock.currentTimeMillis
      const stop = yield* Batch.run(batch, { concurrency, maxWait: "30 days" })
      const end = yield* Clock.currentTimeMillis
      if (stop !== undefined) return yield* Effect.die(new Error(`the run ended early: ${stop._tag}`))
      const requests = (yield* fake.requests).filter(({ method }) => method === "POST")
      const { system, user } = process.cpuUsage(began)
      const course: Course = {
        makespan: end - begin,
        bound: boundOf(acts, server),
        sent: requests.length,
        refused: requests.filter(({ answer }) => answer?.status === 429).length,
        done: batch.ledger.counts.done,
        learned: batch.schedule.learned(),
        cpuMillis: (user + system) / 1000
      }
      return course
    }).pipe(
      Effect.provide(
        Membership.layer({ homeserver: new URL("http://localhost") }).pipe(
          Layer.provide(Credentials.layer(Redacted.make(accessToken)))
        )
      )
    )
  },
  (effect, { server }) =>
    Effect.provide(
      effect,
      Layer.fresh(FakeHomeserver.layerClient).pipe(
        Layer.provideMerge(FakeHomeserver.layer({ serverName, limits: rateLimits(server) })),
        Layer.provideMerge(VirtualClock.layer({ start: 1_800_000_000_000 }))
      )
    )
)
