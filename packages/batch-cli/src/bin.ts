#!/usr/bin/env node
/** The program: the command tree, the real world beneath it, and the exit code. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import manifest from "../package.json" with { type: "json" }
import { cli } from "./Cli.ts"
import * as Terminal from "./Terminal.ts"

// The first interrupt lets what is in the air come to its end; who asks twice does not want to wait.
let interrupts = 0
process.on("SIGINT", () => {
  interrupts += 1
  // on a terminal this stands behind a line that is being drawn
  const start = process.stderr.isTTY ? "\n" : ""
  if (interrupts === 1)
    process.stderr.write(`${start}stopping: waiting for the answers still due; interrupt again to leave at once\n`)
  else process.exit(130)
})

Command.run(cli, { version: manifest.version }).pipe(
  Terminal.reported,
  Effect.provide(
    Layer.mergeAll(
      Terminal.presenter,
      Terminal.formatter(),
      Layer.succeed(Logger.LogToStderr, true),
      NodeServices.layer,
      NodeHttpClient.layerUndici
    )
  ),
  NodeRuntime.runMain({ disableErrorReporting: true, teardown: Terminal.teardown })
)
