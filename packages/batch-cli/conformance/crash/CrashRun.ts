/** The tool as a process of its own, which can be killed at any instant. */
import { fileURLToPath } from "node:url"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"
import { type Account, Site } from "../../../testkit/conformance/operations/Site.ts"

const bin = fileURLToPath(new URL("../../src/bin.ts", import.meta.url))

export interface Files {
  readonly plan: string
  readonly journal: string
}

const command = Effect.fnUntraced(function* (
  { journal, plan }: Files,
  sender: Account,
  ...pace: ReadonlyArray<string>
) {
  const { baseUrl } = yield* Site
  const parameters = [
    "apply",
    plan,
    "--journal",
    journal,
    "--homeserver",
    baseUrl.href,
    "--yes",
    "--max-removals",
    "1000000"
  ]
  return ChildProcess.make(process.execPath, [bin, ...parameters, "--limits", "none", ...pace], {
    env: { MATRIX_ACCESS_TOKEN: sender.accessToken },
    extendEnv: true,
    stdin: "ignore"
  })
})

/** To its own end. Gives its exit code and all it said. */
export const toItsEnd = Effect.fnUntraced(function* (files: Files, sender: Account) {
  const handle = yield* yield* command(files, sender)
  const output = yield* Stream.mkString(Stream.decodeText(handle.all))
  return { output, exitCode: yield* handle.exitCode }
}, Effect.scoped)

const sizeOf = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  return yield* Effect.match(fs.stat(path), { onFailure: () => 0, onSuccess: ({ size }) => Number(size) })
})

export interface Death {
  /** Once the journal has grown by so many bytes, */
  readonly bytes: number
  /** and so many milliseconds more have passed. */
  readonly millis: number
  /** Requests a second until then, so that many lives find something to do. */
  readonly rate: number
}

/** Until its death, or its end if that comes first. Gives whether it was killed, and all it said. */
export const untilDeath = Effect.fnUntraced(function* (files: Files, sender: Account, { bytes, millis, rate }: Death) {
  const before = yield* sizeOf(files.journal)
  const handle = yield* yield* command(files, sender, "--max-rate", String(rate))
  let output = ""
  const reading = yield* handle.all.pipe(
    Stream.decodeText,
    Stream.runForEach((text) => Effect.sync(() => (output += text))),
    Effect.forkScoped
  )
  const began = yield* Clock.currentTimeMillis
  while (yield* handle.isRunning) {
    // a life that has nothing left to write ends by itself, or at last here
    const isOld = (yield* Clock.currentTimeMillis) - began > 15_000
    if (isOld || (yield* sizeOf(files.journal)) >= before + bytes) break
    yield* Effect.sleep("2 millis")
  }
  yield* Effect.sleep(millis)
  const alive = yield* handle.isRunning
  if (alive) yield* Effect.exit(handle.kill({ killSignal: "SIGKILL" }))
  const exit = yield* Effect.exit(handle.exitCode)
  yield* Effect.timeoutOption(Fiber.await(reading), "1 second")
  return { wasKilled: alive, exitCode: Exit.isSuccess(exit) ? exit.value : undefined, output }
}, Effect.scoped)
