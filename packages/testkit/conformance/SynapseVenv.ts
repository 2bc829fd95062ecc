/**
 * The Python that Synapse runs in: a virtual environment with exactly the packages of `requirements.txt`, made on
 * first use and kept in the workspace's `.cache`.
 */
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"
import { SynapseError } from "./SynapseError.ts"

export const version = "1.163.2"

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url))
const directory = fileURLToPath(new URL(`../../../.cache/synapse-${version}`, import.meta.url))
const python = `${directory}/bin/python`
const marker = `${directory}/complete`

const advice =
  "Synapse needs python3, 3.10 or newer, with the modules venv and ensurepip. " +
  "On Debian and Ubuntu: apt-get install python3 python3-venv. The environment variable PYTHON names another interpreter."

/** Runs to the end and gives what it printed; fails with that when the exit code is not 0. */
const run = Effect.fnUntraced(function* (step: SynapseError["step"], command: string, args: ReadonlyArray<string>) {
  const handle = yield* ChildProcess.make(command, args, { stdin: "ignore", forceKillAfter: "2 seconds" })
  const output = yield* Stream.mkString(Stream.decodeText(handle.all))
  const code = yield* handle.exitCode
  if (code !== 0) {
    const detail = `${command} ${args.join(" ")} ended with ${code}\n${output.slice(-2000)}`
    return yield* new SynapseError({ step, detail })
  }
  return output
}, Effect.scoped)

const probe = "import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 10) else 'Python ' + sys.version)"

const build = Effect.fnUntraced(function* () {
  const files = yield* FileSystem.FileSystem
  const host = process.env["PYTHON"] ?? "python3"
  yield* run("python", host, ["-c", probe]).pipe(
    Effect.mapError((cause) => new SynapseError({ step: "python", detail: `${advice}\n${cause.message}` }))
  )
  yield* files.remove(directory, { recursive: true, force: true })
  yield* files.makeDirectory(directory, { recursive: true })
  yield* run("install", host, ["-m", "venv", directory])
  yield* run("install", python, [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements],
    // the list is complete, and a package that is not on it was never tested
    "--no-deps",
    "--only-binary=:all:",
    // Python compiles what it imports; most of what is installed never is
    "--no-compile"
  ])
})

/**
 * The path of a Python that can `import synapse`. The marker is written last and names what was installed, so that an
 * interrupted installation, or one of another list, is made anew.
 */
export const ready = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const wanted = createHash("sha256")
    .update(yield* files.readFile(requirements))
    .digest("hex")
  const found = yield* files.readFileString(marker).pipe(Effect.orElseSucceed(() => ""))
  if (found !== wanted) {
    yield* build()
    yield* files.writeFileString(marker, wanted)
  }
  return python
}).pipe(Effect.catchTag("PlatformError", (error) => new SynapseError({ step: "install", detail: error.message })))
