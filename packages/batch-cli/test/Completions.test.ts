/** What shells are told of the command line: that the scripts are sound, and in bash what comes of the tabulator key. */
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Stream from "effect/Stream"
import { batchCli } from "./Invocation.ts"
import { fake } from "./Stage.ts"

const world = Layer.merge(fake, NodeServices.layer)

/** The script for a shell, in a folder of its own with a plan in it. */
const script = Effect.fnUntraced(function* (shell: string) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  const { exitCode, stdout } = yield* batchCli(["--completions", shell])
  assert.strictEqual(exitCode, 0)
  const path = join(folder, `completions.${shell}`)
  yield* fs.writeFileString(path, stdout)
  yield* fs.writeFileString(join(folder, "my plan.csv"), "")
  return { folder, path }
})

const output = Effect.fnUntraced(function* (cwd: string, command: string, ...args: ReadonlyArray<string>) {
  const process = yield* ChildProcess.make(command, args, { cwd, extendEnv: true })
  const text = (bytes: typeof process.stdout) => Stream.mkString(Stream.decodeText(bytes))
  const [stdout, stderr] = yield* Effect.all([text(process.stdout), text(process.stderr)], { concurrency: 2 })
  const exitCode: number = yield* process.exitCode
  return { exitCode, stdout, stderr }
})

describe("a script", () => {
  // zsh and fish, which few machines have both of, read theirs in `.ci/run`
  it.live("for bash is one that it can read", () =>
    Effect.gen(function* () {
      const { folder, path } = yield* script("bash")
      const { exitCode, stderr } = yield* output(folder, "bash", "-n", path)
      assert.deepStrictEqual([exitCode, stderr], [0, ""])
    }).pipe(Effect.scoped, Effect.provide(world))
  )
  it.live.each(["bash", "zsh", "fish"])("for %s knows the commands and their flags", (shell) =>
    Effect.gen(function* () {
      const { stdout } = yield* batchCli(["--completions", shell])
      for (const word of ["apply", "concurrency", "export", "membership", "ndjson"]) assert.include(stdout, word)
    }).pipe(Effect.provide(world))
  )
})

/** What bash offers for the last of the words. */
const offered = (...words: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { folder, path } = yield* script("bash")
      const press = [
        `source "${path}"`,
        `COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"`,
        `_batch_cli batch-cli "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD - 1]}"`,
        `printf '%s\\n' "\${COMPREPLY[@]}"`
      ].join("\n")
      const { stderr, stdout } = yield* output(folder, "bash", "-c", press, "bash", "batch-cli", ...words)
      assert.strictEqual(stderr, "")
      return stdout.split("\n").filter((word) => word !== "")
    })
  )

describe("in bash the tabulator key", () => {
  it.live("completes commands, flags and what they may hold", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* offered("ex"), ["export"])
      assert.deepStrictEqual(yield* offered("export", "--mem"), ["--membership"])
      assert.deepStrictEqual(yield* offered("export", "--operation", "un"), ["unban"])
    }).pipe(Effect.provide(world))
  )
  it.live("completes the names of files", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* offered("export", "--out", "my"), ["my\\ plan.csv"])
    }).pipe(Effect.provide(world))
  )
})
