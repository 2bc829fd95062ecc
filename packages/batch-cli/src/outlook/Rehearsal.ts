/**
 * `rehearse`: the run as it would be, against a server in this process on a clock that jumps over every wait. It is the
 * same runner and the same schedule as in earnest; only the server is made from the plan, and time costs nothing.
 */
import { Credentials, Membership } from "@matrix-membership/core"
import { FakeHomeserver, RateLimits, VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Batch from "../Batch.ts"
import * as Embedded from "../Embedded.ts"
import { ofCounts, StoppedEarly, Unusable, wrongUsage } from "../ExitCode.ts"
import * as Identity from "../Identity.ts"
import * as Output from "../Output.ts"
import * as Pace from "../Pace.ts"
import * as Plan from "../plan/Plan.ts"
import * as Preflight from "../preflight/Preflight.ts"
import * as Progress from "../report/Progress.ts"
import * as Stop from "../run/Stop.ts"
import * as Limits from "../schedule/Limits.ts"
import * as PlanCommandTime from "./PlanCommandTime.ts"
import * as RehearsalReport from "./RehearsalReport.ts"

export interface Options extends Pace.Pace {
  readonly plan: string
  readonly json: boolean
}

/** The limits of the server: what is not said of them is as Synapse has it by default. */
const serverLimits = (given: Limits.Limits): RateLimits.RateLimits => {
  const { rc_invites, rc_joins, slots, ...others } = Limits.over(Limits.synapseDefault, given)
  const { answer } = slots == null ? RateLimits.synapseDefaults : RateLimits.dendriteDefaults
  return {
    ...RateLimits.unlimited,
    rc_message: others.rc_message ?? undefined,
    rc_invites: {
      per_room: rc_invites?.per_room ?? undefined,
      per_user: rc_invites?.per_user ?? undefined,
      per_issuer: rc_invites?.per_issuer ?? undefined
    },
    rc_joins: { local: rc_joins?.local ?? undefined, remote: rc_joins?.remote ?? undefined },
    rc_joins_per_room: others.rc_joins_per_room ?? undefined,
    rc_third_party_invite: others.rc_third_party_invite ?? undefined,
    slots: slots ?? undefined,
    answer
  }
}

/** Everything but the printing, in virtual time. */
const perform = Effect.fnUntraced(function* (options: Options, plan: Plan.Plan, limits: Limits.Limits) {
  const preflight = yield* Preflight.run(plan, options)
  const least = PlanCommandTime.least(preflight, Limits.over(Limits.synapseDefault, limits))
  const startedAt = yield* Clock.currentTimeMillis
  const batch = yield* Batch.prepare(plan, preflight, { limits, maxRate: Option.getOrUndefined(options.maxRate) })
  const { concurrency, maxWait, patience } = options
  const stop = yield* Batch.run(batch, {
    concurrency,
    maxWait,
    patience,
    halt: Option.getOrUndefined(options.halt),
    maxDuration: Option.getOrUndefined(options.maxDuration),
    identity: yield* Identity.open(Option.none(), plan, true)
  })
  const endedAt = yield* Clock.currentTimeMillis
  const account = Batch.account(batch, { homeserver: "a server made from the plan", startedAt, endedAt }, stop)
  return { account, stop, ...least }
})

/** The server, a client of it in this process, and the clock beneath both. */
const stage = (plan: Plan.Plan, limits: Limits.Limits, now: number) => {
  const world = Embedded.seed(plan)
  const flavour = limits.slots == null ? "synapse" : "dendrite"
  // layers are shared wherever they are provided, and this server is nobody else's
  const server = Layer.fresh(FakeHomeserver.layerClient).pipe(
    Layer.provideMerge(
      FakeHomeserver.layer({
        serverName: world.serverName,
        limits: serverLimits(limits),
        flavour,
        recordRequests: false
      })
    )
  )
  const client = Layer.unwrap(
    Effect.map(Embedded.furnish(world), (accessToken) =>
      Membership.layer({ homeserver: new URL("http://localhost") }).pipe(Layer.provide(Credentials.layer(accessToken)))
    )
  )
  return client.pipe(Layer.provideMerge(server), Layer.provideMerge(VirtualClock.layer({ start: now })))
}

/** Fails with the error whose exit code tells how it would go. */
export const run = Effect.fn("Rehearsal.run")(function* (options: Options) {
  const plan = yield* Effect.mapError(Plan.read(options.plan), wrongUsage)
  const limits = yield* Pace.readLimits(options.limits)
  yield* Progress.note(`rehearsing ${plan.rows.size} rows …`)
  const rehearsed = yield* perform(options, plan, limits).pipe(
    Effect.provide(stage(plan, limits, yield* Clock.currentTimeMillis)),
    Effect.mapError((error) =>
      error._tag === "PlanInvalid"
        ? wrongUsage(error)
        : error._tag === "WrongUsage"
          ? error
          : new Unusable({ message: error.message })
    )
  )
  const { account, stop } = rehearsed
  const isTerminal = yield* (yield* Stdio.Stdio).stdoutIsTerminal
  const rehearsal = { ...rehearsed, limits: options.limits }
  yield* Output.printLines(
    options.json ? RehearsalReport.json(rehearsal) : RehearsalReport.lines(rehearsal, { isTerminal })
  )
  if (stop !== undefined) return yield* new StoppedEarly({ message: Stop.reason(stop) })
  const error = ofCounts(account.ledger.counts)
  if (error !== undefined) return yield* error
})
