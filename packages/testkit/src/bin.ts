#!/usr/bin/env node
/** The program: the command, the real world beneath it, and the exit code. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as CliError from "effect/cli/CliError"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Runtime from "effect/Runtime"
import manifest from "../package.json" with { type: "json" }
import { cli } from "./Cli.ts"

/** Wrong usage: the complaint and where help is, on stderr. By default all of the help would go to stdout. */
const presenter = CliOutput.layerPresenter({
  present: (event) =>
    event._tag === "InvalidInvocation"
      ? Effect.gen(function* () {
          const formatter = yield* CliOutput.Formatter
          yield* Console.error(formatter.formatErrors(event.errors))
          yield* Console.error(`Try "${event.commandPath.join(" ")} --help".`)
        })
      : CliOutput.defaultPresenter.present(event)
})

// Whoever waits for the program wants to know which signal ended it.
let interrupted = 130
process.once("SIGTERM", () => {
  interrupted = 143
})

/** The error's own code; 2 for wrong usage; 130 or 143 when a signal came; 1 otherwise. */
const teardown: Runtime.Teardown = (exit, onExit) => {
  if (Exit.isFailure(exit) && Cause.hasInterruptsOnly(exit.cause)) return onExit(interrupted)
  const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
  return CliError.isCliError(error) && error._tag === "ShowHelp" && error.errors.length > 0
    ? onExit(2)
    : Runtime.defaultTeardown(exit, onExit)
}

Command.run(cli, { version: manifest.version }).pipe(
  Effect.tapCause((cause) =>
    Cause.hasInterruptsOnly(cause) || !Runtime.getErrorReported(Cause.squash(cause))
      ? Effect.void
      : Effect.logError(cause)
  ),
  Effect.provide(Layer.mergeAll(presenter, Layer.succeed(Logger.LogToStderr, true), NodeServices.layer)),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown })
)
