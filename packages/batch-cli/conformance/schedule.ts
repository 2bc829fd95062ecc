/**
 * The schedule on a real Synapse: invites under limits that are soon felt, by two senders at once, one who is told the
 * limits and one who has to learn them. Prints how near they come to the least time, and how often they are refused.
 */

import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Credentials, Membership } from "@matrix-membership/core"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { person, Site } from "../../testkit/conformance/operations/Site.ts"
import { Synapse } from "../../testkit/conformance/Synapse.ts"
import { of as planOf } from "../benchmark/schedulePlan.ts"
import { boundOf } from "../benchmark/scheduleRun.ts"
import { told } from "../benchmark/scheduleScenarios.ts"
import type { Act } from "../benchmark/scheduleServer.ts"
import * as Batch from "../src/Batch.ts"
import * as Preflight from "../src/preflight/Preflight.ts"
import * as Limits from "../src/schedule/Limits.ts"

const server = {
  perRoom: { per_second: 2, burst_count: 5 },
  perInvitee: { per_second: 0.5, burst_count: 2 },
  perInviter: { per_second: 3, burst_count: 10 },
  messages: { per_second: 5, burst_count: 10 }
}

const rooms = 3
const concurrency = 8

/**
 * In so few rows every refusal and every answer's way shows; and to learn is harder here than it ever is by default,
 * since waits come in whole seconds and what they are to tell is parts of one.
 */
const goals = {
  told: { makespan: 1.05, refused: 0.01 },
  learned: { makespan: 1.5, refused: 0.15 }
}

/** Ten people into all rooms, the others into one each. */
const acts: ReadonlyArray<Act> = Array.from({ length: 150 }, (_, n) => ({
  operation: "invite" as const,
  room: n % rooms,
  target: n < 30 ? Math.floor(n / rooms) : n,
  actor: 0
}))

/** A client that counts its requests that change something, and how many of them are refused. */
const counted = (http: HttpClient.HttpClient) => {
  const counts = { sent: 0, refused: 0 }
  const client = HttpClient.tap(http, ({ request, status }) =>
    Effect.sync(() => {
      if (request.method !== "POST") return
      counts.sent += 1
      if (status === 429) counts.refused += 1
    })
  )
  return { counts, client }
}

const run = Effect.fnUntraced(function* (how: keyof typeof goals, limits: Limits.Limits) {
  const { baseUrl, serverName } = yield* Site
  const organiser = yield* person(how)
  const ids = yield* Effect.forEach(Array.from({ length: rooms }), () =>
    organiser.createRoom({ preset: "private_chat" })
  )
  const plan = planOf(acts, { room: (room) => ids[room] ?? "", person: (n) => `@${how}-guest${n}:${serverName}` })
  // the rooms themselves have been counted
  yield* Effect.sleep("2 seconds")
  const { client, counts } = counted(yield* HttpClient.HttpClient)
  return yield* Effect.gen(function* () {
    const preflight = yield* Preflight.run(plan, { concurrency })
    const batch = yield* Batch.prepare(plan, preflight, { limits })
    const begin = yield* Clock.currentTimeMillis
    yield* Batch.run(batch, { concurrency })
    const makespan = ((yield* Clock.currentTimeMillis) - begin) / boundOf(acts, server)
    const refused = counts.refused / counts.sent
    const isReached =
      batch.ledger.counts.done === acts.length && makespan <= goals[how].makespan && refused <= goals[how].refused
    yield* Console.log(
      `${isReached ? "ok  " : "FAIL"}  ${how.padEnd(8)} ${batch.ledger.counts.done} done   × ${makespan.toFixed(3)}   ${counts.refused} of ${counts.sent} refused (${(100 * refused).toFixed(1)} %)   ${JSON.stringify(batch.schedule.learned())}`
    )
    return isReached
  }).pipe(
    Effect.provide(
      Membership.layer({ homeserver: baseUrl }).pipe(
        Layer.provide([
          Credentials.layer(Redacted.make(organiser.accessToken)),
          Layer.succeed(HttpClient.HttpClient, client)
        ])
      )
    )
  )
})

const site = Layer.effect(
  Site,
  Effect.map(Synapse, ({ baseUrl, registerUser, serverName }) =>
    Site.of({ baseUrl, serverName, register: (localpart) => registerUser({ localpart }) })
  )
)

const synapse = Synapse.layer({
  rateLimits: {
    rc_message: server.messages,
    rc_invites: { per_room: server.perRoom, per_user: server.perInvitee, per_issuer: server.perInviter }
  }
})

Effect.gen(function* () {
  yield* Console.log(
    `${acts.length} invites into ${rooms} rooms, at least ${(boundOf(acts, server) / 1000).toFixed(1)} s under these limits`
  )
  const reached = yield* Effect.all([run("told", told(server)), run("learned", Limits.learn)], {
    concurrency: "unbounded"
  })
  if (reached.includes(false))
    return yield* Effect.die(new Error("not as near, or not as often let through, as promised"))
}).pipe(
  Effect.scoped,
  Effect.provide(site.pipe(Layer.provideMerge(synapse))),
  Effect.provide([NodeServices.layer, NodeHttpClient.layerUndici]),
  NodeRuntime.runMain
)
