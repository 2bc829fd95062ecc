/**
 * A Python with exactly the packages of a list: a virtual environment, made on first use and kept in the workspace's
 * `.cache`.
 */
import { createHash } from "node:crypto"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

export class VenvError extends Schema.TaggedError<VenvError>()("VenvError", {
  step: Schema.Literals(["python", "install"]),
  detail: Schema.String
}) {
  override get message() {
    return `Python, ${this.step}: ${this.detail}`
  }
}

export interface Venv {
  /** Of its directory in `.cache`, such as `synapse-1.163.2`. */
  readonly name: string
  /** What is to be installed, each package with its version. */
  readonly requirements: URL
}

const advice =
  "python3 is needed, 3.10 or newer, with the modules venv and ensurepip. " +
  "On Debian and Ubuntu: apt-get install python3 python3-venv. The environment variable PYTHON names another interpreter."

const probe = "import sys, venv, ensurepip; sys.exit(0 if sys.version_info >= (3, 10) else 'Python ' + sys.version)"

/** Runs to the end; fails with what it printed when the exit code is not 0. */
const run = Effect.fnUntraced(function* (step: VenvError["step"], command: string, args: ReadonlyArray<string>) {
  const handle = yield* ChildProcess.make(command, args, { stdin: "ignore", forceKillAfter: "2 seconds" })
  const output = yield* Stream.mkString(Stream.decodeText(handle.all))
  const code = yield* handle.exitCode
  if (code === 0) return
  const detail = `${command} ${args.join(" ")} ended with ${code}\n${output.slice(-2000)}`
  return yield* new VenvError({ step, detail })
}, Effect.scoped)

const build = Effect.fnUntraced(function* (directory: string, requirements: string) {
  const files = yield* FileSystem.FileSystem
  const host = process.env["PYTHON"] ?? "python3"
  yield* run("python", host, ["-c", probe]).pipe(
    Effect.mapError((cause) => new VenvError({ step: "python", detail: `${advice}\n${cause.message}` }))
  )
  yield* files.remove(directory, { recursive: true, force: true })
  yield* files.makeDirectory(directory, { recursive: true })
  yield* run("install", host, ["-m", "venv", directory])
  yield* run("install", `${directory}/bin/python`, [
    ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", requirements],
    // the list is complete, and a package that is not on it was never tested
    "--no-deps",
    "--only-binary=:all:",
    // Python compiles what it imports; most of what is installed never is
    "--no-compile"
  ])
})

/**
 * The path of a Python that can import what is on the list. The marker is written last and names what was installed, so
 * that an interrupted installation, or one of another list, is made anew.
 */
export const ready = Effect.fnUntraced(
  function* (venv: Venv) {
    const files = yield* FileSystem.FileSystem
    const requirements = fileURLToPath(venv.requirements)
    const directory = fileURLToPath(new URL(`../../../.cache/${venv.name}`, import.meta.url))
    const marker = `${directory}/complete`
    const wanted = createHash("sha256")
      .update(yield* files.readFile(requirements))
      .digest("hex")
    const found = yield* files.readFileString(marker).pipe(Effect.orElseSucceed(() => ""))
    if (found !== wanted) {
      yield* build(directory, requirements)
      yield* files.writeFileString(marker, wanted)
    }
    return `${directory}/bin/python`
  },
  Effect.catchTag("PlatformError", (error) => new VenvError({ step: "install", detail: error.message }))
)
