/** The homeserver on its own: its flags, and its life from the line that says where it is until it is interrupted. */
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import type { Handle } from "./doors/Memory.ts"
import { FakeHomeserver } from "./FakeHomeserver.ts"
import * as Flavours from "./flavours/All.ts"
import * as RateLimits from "./RateLimits.ts"
import * as ServerName from "./ServerName.ts"
import type { Options } from "./Service.ts"
import * as Wire from "./Wire.ts"

const presets: Readonly<Record<string, RateLimits.RateLimits>> = {
  unlimited: RateLimits.unlimited,
  "synapse-defaults": RateLimits.synapseDefaults,
  "dendrite-defaults": RateLimits.dendriteDefaults
}

/** Shown as one line. */
export class NoPort extends Schema.TaggedError<NoPort>()("NoPort", { port: Schema.Int, reason: Schema.String }) {
  override readonly [Runtime.errorExitCode] = 1
  override get [CliError.userMessage]() {
    return `fake-homeserver cannot listen on port ${this.port} of 127.0.0.1: ${this.reason}`
  }
}

const reasonOf = ({ cause }: HttpServerError.ServeError): string => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
  switch (code) {
    case "EADDRINUSE":
      return "it is in use"
    case "EACCES":
      return "that is not permitted"
    default:
      return cause instanceof Error ? cause.message : String(cause)
  }
}

/** A line for each request when it is over. The query is left out, it may hold a token. */
const logged =
  (handle: Handle): Handle =>
  (request) =>
    handle(request).pipe(
      Effect.tap((delivery) =>
        Effect.logInfo(`${request.method} ${Wire.pathOf(request)} ${delivery.answer?.status ?? "reset"}`)
      ),
      Effect.tapDefect((defect) => Effect.logError(`${request.method} ${Wire.pathOf(request)} failed`, defect))
    )

export const cli = Command.make(
  "fake-homeserver",
  {
    port: Flag.Int("port").pipe(
      Flag.withDescription("Port on 127.0.0.1 (default: a free one)"),
      Flag.withDefault(0),
      Flag.filter(
        (port) => port >= 0 && port <= 65_535,
        () => "a port from 0 to 65535"
      )
    ),
    serverName: Flag.String("server-name").pipe(
      Flag.withMetavar("NAME"),
      Flag.withDescription("What user ids end in (default localhost)"),
      Flag.withDefault("localhost"),
      Flag.filter(ServerName.isServerName, () => "the name of a server, such as example.org")
    ),
    limits: Flag.Literals("limits", Object.keys(presets)).pipe(
      Flag.withDescription("Rate limits (default unlimited)"),
      Flag.withDefault("unlimited")
    ),
    flavour: Flag.Literals("flavour", Flavours.names).pipe(
      Flag.withDescription("Whose answers to give (default synapse)"),
      Flag.withDefault("synapse")
    ),
    registrationSecret: Flag.String("registration-secret").pipe(
      Flag.withMetavar("SECRET"),
      Flag.withDescription("Lets administrators register with it, as on Synapse"),
      Flag.withDefault("")
    )
  },
  Effect.fn("fake-homeserver")(function* ({ flavour, limits, port, registrationSecret, serverName }) {
    const options: Options = {
      flavour,
      ...(registrationSecret === "" ? {} : { registrationSecret }),
      limits: presets[limits] ?? RateLimits.unlimited,
      serverName,
      recordRequests: false
    }
    const fake = yield* Effect.provide(FakeHomeserver, yield* Layer.build(FakeHomeserver.layer(options)))
    const Socket = yield* Effect.promise(() => import("./doors/Socket.ts"))
    const baseUrl = yield* Effect.mapError(
      Socket.serve(logged(fake.handle), port),
      (error) => new NoPort({ port, reason: reasonOf(error) })
    )
    const stdio = yield* Stdio.Stdio
    yield* Stream.run(Stream.make(`${baseUrl}\n`), stdio.stdout())
    return yield* Effect.never
  }, Effect.scoped)
).pipe(
  Command.withDescription("A Matrix homeserver in memory, for tests, where anybody may register"),
  Command.withExamples([
    { command: "fake-homeserver --port 8008", description: "At http://127.0.0.1:8008" },
    { command: "fake-homeserver --limits synapse-defaults", description: "As slow as Synapse lets its users be" }
  ])
)
