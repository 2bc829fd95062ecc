/** The program as it is run from a shell, but in this process: arguments in, output and exit code out. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Console from "effect/Console"
import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Sink from "effect/Sink"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import { cli } from "../src/Cli.ts"
import * as Terminal from "../src/Terminal.ts"

export interface Surroundings {
  readonly stdin?: string | Uint8Array
  readonly env?: Record<string, string>
}

export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const codeOf = <A, E>(exit: Exit.Exit<A, E>): number => {
  let code = -1
  Terminal.teardown(exit, (given) => {
    code = given
  })
  return code
}

/** Starts it as a child of the calling fibre; interrupting `fiber` is what Ctrl-C does. */
export const start = Effect.fnUntraced(function* (args: ReadonlyArray<string>, { env = {}, stdin = "" }: Surroundings) {
  const written = { stdout: "", stderr: "" }
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() }
  const append = (to: "stdout" | "stderr", chunk: string | Uint8Array) => {
    written[to] += typeof chunk === "string" ? chunk : decoders[to].decode(chunk, { stream: true })
  }
  const appended = (to: "stdout" | "stderr") => (chunk: string | Uint8Array) => Effect.sync(() => append(to, chunk))
  const sink = (to: "stdout" | "stderr") => () => Sink.forEach(appended(to))
  const lines =
    (to: "stdout" | "stderr") =>
    (...parts: ReadonlyArray<unknown>) =>
      append(to, `${parts.join(" ")}\n`)
  const streams = Stdio.layerTest({
    stdout: sink("stdout"),
    stderr: sink("stderr"),
    stdin: Stream.succeed(typeof stdin === "string" ? new TextEncoder().encode(stdin) : stdin)
  })
  const fiber = yield* Command.runWith(cli, { version: "0.0.0" })(args).pipe(
    Terminal.reported,
    Effect.provideService(Console.Console, { ...console, log: lines("stdout"), error: lines("stderr") }),
    Effect.provide(
      Layer.mergeAll(
        Terminal.presenter,
        Terminal.formatter({ colors: false }),
        ConfigProvider.layer(ConfigProvider.fromEnv({ env })),
        streams.pipe(Layer.provideMerge(NodeServices.layer))
      )
    ),
    Effect.forkChild
  )
  const end = Effect.map(Fiber.await(fiber), (exit): Ended => ({ exitCode: codeOf(exit), ...written }))
  return { fiber, end, written }
})

export const batchCli = (args: ReadonlyArray<string>, surroundings: Surroundings = {}) =>
  Effect.flatMap(start(args, surroundings), ({ end }) => end)

/** Nothing in the output that should never be seen: stack traces, control characters, secrets. */
export const assertPresentable = ({ stderr, stdout }: Ended, ...secrets: ReadonlyArray<string>) => {
  const output = stdout + stderr
  assert.notMatch(output, /^\s+at .+[:(]/mu, "a stack trace")
  assert.notMatch(output, /internal error|\(node:|\[object/u, "a defect")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  assert.notMatch(output, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u, "steers the terminal")
  for (const secret of secrets) assert.notInclude(output, secret, "a secret")
}
