/**
 * Clients that others wrote, each through the same story on a real port: of the fake, or with `--synapse` of a real
 * Synapse, of whom the story is true as well. One line a client; exit code 1 if the story is not true for one of them.
 */
import { fileURLToPath } from "node:url"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { FakeHomeserver, Listening } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import jsSdk from "matrix-js-sdk/package.json" with { type: "json" }
import { Synapse } from "../Synapse.ts"
import * as Venv from "../Venv.ts"

const fileHere = (name: string) => fileURLToPath(new URL(name, import.meta.url))

const nioVersion = "0.26.0"

const nioPython = Venv.ready({
  name: `matrix-nio-${nioVersion}`,
  requirements: new URL("requirements.txt", import.meta.url)
})

/** Each is a program that takes the address, and says in a line of its own how much it found to be so. */
const strangers = [
  { name: `matrix-js-sdk ${jsSdk.version}`, runner: Effect.succeed(process.execPath), script: "MatrixJsSdk.ts" },
  { name: `matrix-nio ${nioVersion}`, runner: nioPython, script: "matrix_nio.py" }
]

/** What failed is on stdout. */
class Estranged extends Schema.TaggedError<Estranged>()("Estranged", { count: Schema.Int }) {
  override readonly [Runtime.errorExitCode] = 1
}

const say = Effect.fnUntraced(function* (text: string) {
  const stdio = yield* Stdio.Stdio
  yield* Stream.run(Stream.make(`${text}\n`), stdio.stdout())
})

const meet = Effect.fnUntraced(function* ({ name, runner, script }: (typeof strangers)[number], baseUrl: string) {
  const command = yield* runner
  const begun = yield* Clock.currentTimeMillis
  const handle = yield* ChildProcess.make(command, [fileHere(script), baseUrl], {
    stdin: "ignore",
    forceKillAfter: "2 seconds"
  })
  const lines = (yield* Stream.mkString(Stream.decodeText(handle.all))).trimEnd().split("\n")
  const code = yield* handle.exitCode
  const checks = lines.find((line) => /^\d+ checks$/u.test(line))
  const isWell = code === 0 && checks !== undefined
  const millis = (yield* Clock.currentTimeMillis) - begun
  yield* isWell
    ? say(`${name}: ${checks}, ${(millis / 1000).toFixed(1)} s`)
    : say(`${name}: failed with exit code ${code}\n${lines.slice(-40).join("\n")}`)
  return isWell
}, Effect.scoped)

/** One after the other, so that each one's time is its own. */
const meetAll = Effect.fnUntraced(function* (baseUrl: string) {
  const met = yield* Effect.forEach(strangers, (stranger) => meet(stranger, baseUrl))
  const count = met.filter((isWell) => !isWell).length
  if (count > 0) return yield* new Estranged({ count })
})

const onFake = Effect.flatMap(Listening, ({ baseUrl }) => meetAll(baseUrl)).pipe(
  Effect.provide(FakeHomeserver.layerServer.pipe(Layer.provide(FakeHomeserver.layer())))
)

const onSynapse = Effect.flatMap(Synapse, ({ baseUrl }) => meetAll(baseUrl.origin)).pipe(
  Effect.provide(Synapse.layer())
)

const command = Command.make(
  "strangers",
  {
    synapse: Flag.Boolean("synapse").pipe(
      Flag.withDescription("Let them talk to a real Synapse instead"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("strangers")(function* ({ synapse }) {
    yield* synapse ? onSynapse : onFake
  })
).pipe(Command.withDescription("Do clients that others wrote get along with the fake homeserver?"))

Command.run(command, { version: "0" }).pipe(
  Effect.tapError((error) => (error instanceof Estranged ? Effect.void : Effect.logError(error))),
  Effect.provide(Layer.mergeAll(NodeServices.layer, Layer.succeed(Logger.LogToStderr, true))),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
