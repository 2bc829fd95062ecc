/**
 * The crash test: a plan is killed with SIGKILL at random instants and begun again each time, until it is through; then
 * what happened to every member of every room, and the journal, are compared with a run that nobody disturbed.
 *
 * `node packages/batch-cli/conformance/crash/main.ts [--on fake|synapse] [--rows 2000] [--kills 200] [--seed 1]`
 */
import { readFileSync } from "node:fs"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { FakeHomeserver, Faults, Listening } from "@matrix-membership/testkit"
import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { person, Site } from "../../../testkit/conformance/operations/Site.ts"
import { Synapse } from "../../../testkit/conformance/Synapse.ts"
import * as CrashHistory from "./CrashHistory.ts"
import * as CrashPlan from "./CrashPlan.ts"
import * as CrashRun from "./CrashRun.ts"

interface Options {
  readonly on: "fake" | "synapse"
  readonly rows: number
  readonly kills: number
  readonly seed: number
}

const fail = (message: string) => Effect.die(new Error(message))

/** Two people and their rooms: the same stage for the run that is disturbed and the one that is not. */
const stage = Effect.gen(function* () {
  const organiser = yield* person("organiser")
  const host = yield* person("host")
  const make = Effect.gen(function* () {
    const halls = yield* Effect.replicateEffect(organiser.createRoom({ preset: "private_chat" }), 8)
    const open = yield* Effect.replicateEffect(
      host.createRoom({ preset: "public_chat", power_level_content_override: { invite: 0 } }),
      6
    )
    return { halls, open }
  })
  return { organiser, host, undisturbed: yield* make, disturbed: yield* make }
})

const mostFaults = { rate: 0.12, match: { method: "POST" } } as const

/** Trouble on the way, for as long as the plan is killed and begun again. */
const trouble = ({ seed }: Options) =>
  Effect.gen(function* () {
    const { faults } = yield* FakeHomeserver
    return {
      begin: faults.random({
        ...mostFaults,
        seed,
        among: [
          Faults.reset,
          Faults.loseResponse,
          Faults.loseResponse,
          Faults.truncate(),
          Faults.html502,
          Faults.rateLimited("200 millis", "body"),
          Faults.delayAnswer("50 millis")
        ]
      }),
      end: faults.clear
    }
  })

const calm = Effect.succeed({ begin: Effect.void, end: Effect.void })

const crash = Effect.fn("crash")(function* <E, R>(
  options: Options,
  trouble: Effect.Effect<{ readonly begin: Effect.Effect<void>; readonly end: Effect.Effect<void> }, E, R>
) {
  const fs = yield* FileSystem.FileSystem
  const { disturbed, host, organiser, undisturbed } = yield* stage
  const directory = yield* fs.makeTempDirectoryScoped({ prefix: "crash-" })
  const filesOf = (name: string) => ({ plan: `${directory}/${name}.csv`, journal: `${directory}/${name}.ndjson` })
  const [calmFiles, files] = [filesOf("undisturbed"), filesOf("killed")]
  yield* fs.writeFileString(calmFiles.plan, CrashPlan.make(options.rows, options.seed, undisturbed))
  yield* fs.writeFileString(files.plan, CrashPlan.make(options.rows, options.seed, disturbed))
  const rows = (yield* fs.readFileString(files.plan)).trim().split("\n").length - 1

  const first = yield* CrashRun.toItsEnd(calmFiles, organiser)
  if (first.exitCode !== 0) return yield* fail(`the undisturbed run ended with ${first.exitCode}:\n${first.output}`)
  const weather = yield* trouble
  yield* weather.begin

  const next = CrashPlan.chance(options.seed + 1)
  const growth = (Number((yield* fs.stat(calmFiles.journal)).size) / (options.kills + 1)) * 1.6
  const said: Array<string> = []
  let kills = 0
  let lives = 0
  while (kills < options.kills) {
    // now and then one lives long enough to look at what its predecessors left in doubt, or dies before it has begun
    const kind = next()
    const death =
      kind < 0.05
        ? { bytes: growth, millis: 3500, rate: 4 }
        : kind < 0.15
          ? { bytes: 0, millis: next() * 900, rate: 40 }
          : { bytes: next() * growth, millis: next() * 15, rate: 40 }
    const life = yield* CrashRun.untilDeath(files, organiser, death)
    lives++
    said.push(life.output)
    if (life.wasKilled) kills++
    else if (life.exitCode === 0) break
    else if (life.exitCode !== 0) return yield* fail(`life ${lives} ended with ${life.exitCode}:\n${life.output}`)
    if (lives % 20 === 0) yield* Console.log(`${kills} kills in ${lives} lives`)
  }
  const last = yield* CrashRun.toItsEnd(files, organiser)
  said.push(first.output, last.output)
  yield* weather.end
  if (last.exitCode !== 0) return yield* fail(`the last run ended with ${last.exitCode}:\n${last.output}`)

  let members = 0
  const found: Array<string> = []
  for (const kind of ["halls", "open"] as const) {
    const reader = kind === "halls" ? organiser : host
    for (const [index, room] of disturbed[kind].entries()) {
      const one = yield* CrashHistory.read(undisturbed[kind][index] ?? "", reader)
      const other = yield* CrashHistory.read(room, reader)
      members += one.size
      found.push(...CrashHistory.differences(`${kind} ${index}`, one, other))
    }
  }
  const written = [files.journal, calmFiles.journal].map((path) => readFileSync(path, "utf8"))
  if ([...said, ...written].some((text) => text.includes(organiser.accessToken))) {
    return yield* fail("the access token is in what the tool wrote")
  }
  yield* Console.log(last.output.replaceAll(`${directory}/`, ""))
  for (const difference of found) yield* Console.log(difference)
  yield* Console.log(
    `${options.on}: ${rows} rows, ${kills} kills, ${members} members with their histories, ${found.length} differences`
  )
  if (found.length > 0) return yield* fail(`${found.length} members' histories differ`)
  if (kills < options.kills) return yield* fail(`only ${kills} of ${options.kills} kills came in time`)
})

const onFake = (options: Options) => {
  const fake = FakeHomeserver.layer({ serverName: "localhost", recordRequests: false })
  const site = Layer.effect(
    Site,
    Effect.gen(function* () {
      const { baseUrl } = yield* Listening
      const { register } = yield* FakeHomeserver
      return Site.of({ baseUrl: new URL(baseUrl), serverName: "localhost", register: (name) => register(name) })
    })
  ).pipe(Layer.provide(FakeHomeserver.layerServer))
  return crash(options, trouble(options)).pipe(Effect.provide(site.pipe(Layer.provideMerge(fake))))
}

const onSynapse = (options: Options) => {
  const site = Layer.effect(
    Site,
    Effect.map(Synapse, ({ baseUrl, registerUser, serverName }) =>
      Site.of({ baseUrl, serverName, register: (localpart) => registerUser({ localpart }) })
    )
  ).pipe(Layer.provide(Synapse.layer({})))
  return crash(options, calm).pipe(Effect.provide(site))
}

const whole = (name: string, usual: number, what: string) =>
  Flag.Int(name).pipe(Flag.withDescription(`${what} (default ${usual})`), Flag.withDefault(usual))

Command.make(
  "crash",
  {
    on: Flag.Literals("on", ["fake", "synapse"]).pipe(
      Flag.withDescription("which homeserver (default fake)"),
      Flag.withDefault("fake" as const)
    ),
    rows: whole("rows", 2000, "rows of the plan"),
    kills: whole("kills", 200, "how often it is killed"),
    seed: whole("seed", 1, "for the plan, the instants and the faults")
  },
  (options) => Effect.scoped(options.on === "fake" ? onFake(options) : onSynapse(options))
).pipe(
  Command.withDescription("Kill batch-cli at random instants and see that nothing is lost and nothing is done twice"),
  Command.run({ version: "1" }),
  Effect.provide([NodeServices.layer, NodeHttpClient.layerUndici]),
  NodeRuntime.runMain
)
