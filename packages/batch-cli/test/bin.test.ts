/** What only the real process can show: exit codes, signals, and pipes. */
import { fileURLToPath } from "node:url"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, Listening } from "@matrix-membership/testkit"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { assertPresentable } from "./Invocation.ts"

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const bin = path("../src/bin.ts")
const examples = path("../../../examples")

const world = FakeHomeserver.layerServer.pipe(
  Layer.provideMerge(FakeHomeserver.layer()),
  Layer.provideMerge(NodeServices.layer)
)

const text = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>) => Stream.mkString(Stream.decodeText(bytes))

interface Surroundings {
  readonly env?: Record<string, string>
  readonly stdin?: string
}

/** Starts a program. Nothing of this process's environment that the tool reads is handed on. */
const start = Effect.fnUntraced(function* (
  command: string,
  args: ReadonlyArray<string>,
  { env = {}, stdin = "" }: Surroundings = {}
) {
  const handle = yield* ChildProcess.make(command, args, {
    env: { MATRIX_ACCESS_TOKEN: undefined, MATRIX_HOMESERVER: undefined, ...env },
    extendEnv: true,
    stdin: Stream.succeed(new TextEncoder().encode(stdin))
  })
  const output = yield* Effect.forkChild(
    Effect.all([text(handle.stdout), text(handle.stderr)], { concurrency: "unbounded" })
  )
  const end = Effect.gen(function* () {
    const exitCode: number = yield* handle.exitCode
    const [stdout, stderr] = yield* Fiber.join(output)
    return { exitCode, stdout, stderr }
  })
  return { pid: handle.pid, end }
})

const run = Effect.fnUntraced(function* (args: ReadonlyArray<string>, surroundings?: Surroundings) {
  const { end } = yield* start(process.execPath, [bin, ...args], surroundings)
  return yield* end
}, Effect.scoped)

/** Alice's token and a file with twenty invitations to her hall, to which the server does `fault`. */
const setUp = Effect.fnUntraced(function* (fault: Faults.Fault) {
  const fs = yield* FileSystem.FileSystem
  const server = yield* FakeHomeserver
  const { baseUrl } = yield* Listening
  const { accessToken } = yield* server.register("alice")
  yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost" })
  const arrived = yield* Deferred.make<void>()
  yield* server.faults.every(
    {
      path: "/rooms/{roomId}/invite",
      where: () => {
        Deferred.doneUnsafe(arrived, Effect.void)
        return true
      }
    },
    fault
  )
  const plan = `${yield* fs.makeTempDirectoryScoped()}/plan.csv`
  const rows = Array.from({ length: 20 }, (_, n) => `invite,!hall:localhost,@guest${n}:localhost`)
  yield* fs.writeFileString(plan, ["operation,room,user", ...rows].join("\n"))
  return { accessToken, args: ["apply", plan, "--homeserver", baseUrl], arrived, server }
})

const interrupt = (pid: number) => Effect.sync(() => process.kill(pid, "SIGINT"))

describe.concurrent("the process", { timeout: 60_000 }, () => {
  it.live("ends with 1 when rows failed", () =>
    Effect.gen(function* () {
      const ended = yield* run(["apply", `${examples}/with-failures.csv`, "--homeserver", "embedded"])
      assert.strictEqual(ended.exitCode, 1, ended.stderr)
      assert.match(
        ended.stderr,
        /with-failures\.csv:\d+: invite .+: cannot work: @organiser:example\.org is not in the room/u
      )
      assert.match(ended.stdout, /not attempted +3 /u)
      assertPresentable(ended)
    }).pipe(Effect.provide(world))
  )
  it.live("ends with 2 when it is held wrong, and stdout stays empty", () =>
    Effect.gen(function* () {
      const ended = yield* run(["apply", "plan.csv", "--homserver", "embedded"])
      assert.deepStrictEqual([ended.exitCode, ended.stdout], [2, ""])
      assert.include(ended.stderr, "--homeserver")
      assertPresentable(ended)
    }).pipe(Effect.provide(world))
  )
  it.live("ends with 4 when the token is not known, which it takes from standard input", () =>
    Effect.gen(function* () {
      const { args } = yield* setUp(Faults.reset)
      const ended = yield* run([...args, "--access-token-file", "-"], { stdin: "syt_secret\n" })
      assert.deepStrictEqual([ended.exitCode, ended.stdout], [4, ""])
      assert.include(ended.stderr, "M_UNKNOWN_TOKEN")
      assertPresentable(ended, "syt_secret")
    }).pipe(Effect.provide(world))
  )
  it.live("goes on when the reader of its output has gone, says nothing about it, and ends with 0", () =>
    Effect.gen(function* () {
      const script = '"$0" "$1" apply "$2" --homeserver embedded --json | head -n 1; echo "$PIPESTATUS"'
      const { end } = yield* start("bash", ["-c", script, process.execPath, bin, `${examples}/onboarding.csv`])
      const { stderr, stdout } = yield* end
      assert.match(stdout, /^\{"type":"row"[^\n]+\}\n0\n$/u)
      assert.match(stderr, /^(?:\d+\/217 [^\n]*\n)+$/u)
    }).pipe(Effect.provide(world))
  )
  it.live("interrupted in a long wait ends at once with 130 and its summary", () =>
    Effect.gen(function* () {
      const limited = Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 300_000 })
      const { accessToken, args, arrived } = yield* setUp(limited)
      const { end, pid } = yield* start(process.execPath, [bin, ...args], { env: { MATRIX_ACCESS_TOKEN: accessToken } })
      yield* Deferred.await(arrived)
      yield* interrupt(pid)
      const ended = yield* end
      assert.strictEqual(ended.exitCode, 130, ended.stderr)
      assert.match(ended.stdout, /not attempted +20 .*\n.*rows +20 .*\n(?:.*\n)*.*interrupted/u)
      assertPresentable(ended, accessToken)
    }).pipe(Effect.provide(world))
  )
  it.live("interrupted twice does not wait for what is in the air", () =>
    Effect.gen(function* () {
      const { accessToken, args, arrived } = yield* setUp(Faults.delay("1 hour"))
      const { end, pid } = yield* start(process.execPath, [bin, ...args], { env: { MATRIX_ACCESS_TOKEN: accessToken } })
      yield* Deferred.await(arrived)
      // two signals at once may arrive as one
      const again = Effect.repeat(interrupt(pid), Schedule.spaced("50 millis"))
      const ended = yield* Effect.raceFirst(end, Effect.andThen(again, Effect.never))
      assert.strictEqual(ended.exitCode, 130)
      assertPresentable(ended, accessToken)
    }).pipe(Effect.provide(world))
  )
})
