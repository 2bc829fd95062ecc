/** The fake beside a real Synapse on this machine: joins in a second, time to start, and hours of waiting. */
import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"
import { Synapse } from "../conformance/Synapse.ts"
import * as Invitations from "./Invitations.ts"
import * as JoinRate from "./JoinRate.ts"

/** What has to be reached, by however much a busy machine slows both down. */
const goals = { timesSynapse: 20, startMillis: 5 }

const millisOf = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.map(Effect.timed(effect), ([passed]) => Duration.toMillis(passed))

const inMemory = () => FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer()))

const fakeJoins = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const server = { baseUrl: new URL("http://fake.test"), register: (name: string) => fake.register(name) }
  return yield* JoinRate.perSecond(server, { users: 200, rounds: 20, concurrency: 1 })
}).pipe((program) => Effect.provide(program, inMemory()))

/** One request at a time, and several: whichever suits Synapse better. */
const synapseJoins = Effect.gen(function* () {
  const synapse = yield* Synapse
  const server = (prefix: string): JoinRate.Server => ({
    baseUrl: synapse.baseUrl,
    register: (name) => synapse.registerUser({ localpart: `${prefix}${name}` })
  })
  const alone = yield* JoinRate.perSecond(server("a"), { users: 60, rounds: 2, concurrency: 1 })
  const together = yield* JoinRate.perSecond(server("b"), { users: 60, rounds: 2, concurrency: 8 })
  return Math.max(alone, together)
})

const onSynapse = Effect.gen(function* () {
  const [passed, synapse] = yield* Effect.timed(Layer.build(Layer.merge(Synapse.layer(), FetchHttpClient.layer)))
  return { start: Duration.toMillis(passed), joins: yield* Effect.provide(synapseJoins, synapse) }
}).pipe(Effect.scoped)

const median = (numbers: ReadonlyArray<number>): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN

/** The first in a process: most of it goes into compiling functions that nobody has called before. */
const firstStart = Effect.gen(function* () {
  const script = fileURLToPath(new URL("firstStart.ts", import.meta.url))
  const handle = yield* ChildProcess.make(process.execPath, [script])
  return Number.parseFloat(yield* Stream.mkString(Stream.decodeText(handle.stdout)))
}).pipe(Effect.scoped)

/** Several first starts, each in a process of its own, and what every further test of a process pays. */
const starts = Effect.gen(function* () {
  const first = yield* Effect.all(Array.from({ length: 9 }, () => firstStart))
  const start = Effect.suspend(() => Effect.scoped(millisOf(Layer.build(inMemory()))))
  const later = yield* Effect.all(Array.from({ length: 100 }, () => start))
  return { first: median(first), later: median(later) }
}).pipe(Effect.provide(NodeServices.layer))

const waiting = Effect.gen(function* () {
  const real = yield* Clock.Clock
  const before = real.currentTimeMillisUnsafe()
  const hours = yield* Effect.andThen(Invitations.all, Clock.currentTimeMillis).pipe(
    Effect.map((millis) => Duration.toHours(Duration.millis(millis))),
    Effect.provide(Invitations.layer)
  )
  return { hours, seconds: (real.currentTimeMillisUnsafe() - before) / 1000 }
})

const figure = (number: number) => number.toLocaleString("en", { maximumSignificantDigits: 3 })

Effect.gen(function* () {
  const start = yield* starts
  const hours = yield* waiting
  const fake = yield* fakeJoins
  const synapse = yield* onSynapse
  const times = fake / synapse.joins

  yield* Console.log(
    `joins in a second      fake ${figure(fake)}, Synapse ${figure(synapse.joins)}: ${figure(times)} times as many`
  )
  yield* Console.log(
    `start, once loaded     fake ${figure(start.first)} ms (then ${figure(start.later)} ms), Synapse ${figure(synapse.start)} ms: ${figure(synapse.start / start.first)} times as fast`
  )
  yield* Console.log(
    `1000 invitations under Synapse's limits  ${figure(hours.hours)} hours in ${figure(hours.seconds)} s: ${figure((hours.hours * 3600) / hours.seconds)} times as fast`
  )
  if (times < goals.timesSynapse) return yield* Effect.die(new Error(`below ${goals.timesSynapse} times Synapse`))
  // compiling on a machine with much else to do can take several times as long
  if (!(start.later <= goals.startMillis && start.first <= 10 * goals.startMillis))
    return yield* Effect.die(new Error(`above ${goals.startMillis} ms to start`))
}).pipe(NodeRuntime.runMain)
