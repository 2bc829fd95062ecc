/**
 * Plays the scenarios. Without flags: the fake against the recorded answers of Synapse. With `--synapse`: against a
 * real one, and against the record too, which must be fresh.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as Conformance from "./Conformance.ts"

/** The differences themselves are on stdout. */
class Differs extends Schema.TaggedError<Differs>()("Differs", { count: Schema.Int }) {
  override readonly [Runtime.errorExitCode] = 1
}

const command = Command.make(
  "conformance",
  {
    synapse: Flag.Boolean("synapse").pipe(
      Flag.withDescription("Start a real Synapse and compare with it"),
      Flag.withDefault(false)
    ),
    record: Flag.Boolean("record").pipe(
      Flag.withDescription("Write down what Synapse answers; implies --synapse"),
      Flag.withDefault(false)
    ),
    only: Flag.String("only").pipe(
      Flag.withDescription("Only scenarios whose name contains this"),
      Flag.withDefault("")
    ),
    every: Flag.Int("every").pipe(
      Flag.withDescription("Only each so many-th scenario, for a quick look (default 1, all of them)"),
      Flag.withDefault(1),
      Flag.withSchema(Schema.Int.check(Schema.isGreaterThan(0)))
    ),
    servers: Flag.Int("servers").pipe(
      Flag.withDescription("How many Synapses at once, each on a processor core (default 2)"),
      Flag.withDefault(2)
    )
  },
  Effect.fn("conformance")(function* (flags) {
    const stdio = yield* Stdio.Stdio
    const say = (text: string) => Stream.run(Stream.make(`${text}\n`), stdio.stdout())
    const report = yield* Conformance.run(flags)
    if (report.rendered !== "") yield* say(report.rendered)
    yield* say(`${report.scenarios} scenarios, ${report.steps} steps, ${report.differences} differences`)
    if (report.differences > 0) return yield* new Differs({ count: report.differences })
  })
).pipe(Command.withDescription("Does the fake homeserver answer as Synapse does?"))

Command.run(command, { version: "0" }).pipe(
  Effect.tapError((error) => (error instanceof Differs ? Effect.void : Effect.logError(error))),
  Effect.provide(Layer.mergeAll(NodeServices.layer, FetchHttpClient.layer, Layer.succeed(Logger.LogToStderr, true))),
  NodeRuntime.runMain({ disableErrorReporting: true })
)
