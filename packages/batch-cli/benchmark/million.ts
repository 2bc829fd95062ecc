/**
 * A million rows, checked and applied by the program as people start it, against a server in a process of its own. Of
 * all but a few rows it is so already, as in a plan that is applied again: what is measured is the tool and not the
 * server. Each command's peak of memory is its own.
 * `node packages/batch-cli/benchmark/million.ts`, with `ROWS` and `TO_SEND` in the environment for other sizes.
 */
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { createWriteStream } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { pipeline } from "node:stream/promises"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { FakeHomeserver, Listening } from "@matrix-membership/testkit"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** What each command may take at most. */
const goals = { mebibytes: 700 }

const Sizes = Config.all({
  rows: Config.Int("ROWS").pipe(Config.withDefault(1_000_000)),
  toSend: Config.Int("TO_SEND").pipe(Config.withDefault(1000))
})

const rowsOfRoom = 10_000
const room = (index: number) => `#room${Math.floor(index / rowsOfRoom)}:localhost`
const user = (index: number) => `@user${index}:localhost`

/** The first rows of the plan are left to be sent, and everybody else has their invitation. */
const server = Effect.gen(function* () {
  const { rows, toSend } = yield* Sizes
  const fake = yield* FakeHomeserver
  const { baseUrl } = yield* Listening
  const { accessToken } = yield* fake.register("organiser")
  for (let first = 0; first < rows; first += rowsOfRoom) {
    const members: Record<string, "invite"> = {}
    for (let n = Math.max(first, toSend); n < Math.min(rows, first + rowsOfRoom); n++) members[user(n)] = "invite"
    yield* fake.createRoom({ alias: room(first), creator: "@organiser:localhost", members })
  }
  yield* Console.log(JSON.stringify({ baseUrl, accessToken }))
  return yield* Effect.never
}).pipe(
  Effect.provide(FakeHomeserver.layerServer.pipe(Layer.provideMerge(FakeHomeserver.layer({ recordRequests: false })))),
  Effect.scoped
)

const lines = function* (rows: number) {
  yield "operation,room,user,reason\n"
  for (let n = 0; n < rows; n++) yield `invite,${room(n)},${user(n)},Welcome to the conference\n`
}

/** Loaded before the program: its last words are its peak. */
const lastWords = "process.on('exit',()=>process.stderr.write('\\nPEAK '+process.resourceUsage().maxRSS+'\\n'))"

interface Taken {
  readonly seconds: number
  readonly mebibytes: number
  readonly code: number | null
  readonly said: string
}

const bin = join(import.meta.dirname, "../src/bin.ts")

const take = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>>) =>
  Effect.callback<Taken>((resume) => {
    const began = performance.now()
    const child = execFile(
      process.execPath,
      ["--import", `data:text/javascript,${encodeURIComponent(lastWords)}`, bin, ...args],
      { env: { ...process.env, ...env }, maxBuffer: 1 << 30 },
      (_, stdout, stderr) => {
        const peak = Number(/PEAK (\d+)/.exec(stderr)?.[1] ?? Number.NaN)
        const seconds = (performance.now() - began) / 1000
        const said = `${stderr.replace(/PEAK.*/, "")}${stdout}`.trim()
        resume(Effect.succeed({ seconds, mebibytes: peak / 1024, code: child.exitCode, said }))
      }
    )
  })

const started = Effect.acquireRelease(
  Effect.sync(() =>
    spawn(process.execPath, ["--max-old-space-size=12000", import.meta.filename, "server"], {
      stdio: ["ignore", "pipe", "inherit"]
    })
  ),
  (child) => Effect.sync(() => child.kill("SIGKILL"))
)

const compare = Effect.gen(function* () {
  const { rows } = yield* Sizes
  const folder = yield* Effect.acquireRelease(
    Effect.promise(() => mkdtemp(join(tmpdir(), "million-"))),
    (path) => Effect.promise(() => rm(path, { recursive: true }))
  )
  const plan = join(folder, "plan.csv")
  yield* Effect.promise(() => pipeline(lines(rows), createWriteStream(plan)))
  const child = yield* started
  const [said] = yield* Effect.promise(() => once(createInterface({ input: child.stdout }), "line"))
  const { accessToken, baseUrl } = JSON.parse(String(said))
  const env = { MATRIX_HOMESERVER: String(baseUrl), MATRIX_ACCESS_TOKEN: String(accessToken) }
  let missed = false
  for (const [name, args] of [
    ["check", ["check", plan]],
    ["plan", ["plan", plan, "--limits", "none"]],
    ["apply", ["apply", plan, "--limits", "none", "--report", join(folder, "report.html")]],
    ["apply again", ["apply", plan, "--limits", "none"]],
    ["status", ["status", `${plan}.journal.ndjson`]]
  ] as const) {
    const { code, mebibytes, said, seconds } = yield* take(args, env)
    missed ||= code !== 0 || !(mebibytes <= goals.mebibytes)
    yield* Console.log(
      `${name}: ${rows} rows in ${seconds.toFixed(1)} s and ${mebibytes.toFixed(0)} MiB, exit code ${code}`
    )
    if (code !== 0) yield* Console.log(said.slice(-2000))
  }
  if (missed) return yield* Effect.die(new Error(`more than ${goals.mebibytes} MiB at the peak, or a run that failed`))
})

NodeRuntime.runMain(process.argv[2] === "server" ? server : Effect.scoped(compare))
