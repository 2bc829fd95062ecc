import { fileURLToPath } from "node:url"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as ChildProcess from "effect/process/ChildProcess"
import type { ChildProcessHandle } from "effect/process/ChildProcessSpawner"
import * as Stream from "effect/Stream"
import { key, talk } from "./Talk.ts"

const bin = fileURLToPath(new URL("../src/bin.ts", import.meta.url))

const started = (...flags: ReadonlyArray<string>) =>
  ChildProcess.make(process.execPath, [bin, ...flags], { stdin: "ignore", forceKillAfter: "5 seconds" })

/** The first line on stdout, without its end. */
const address = (handle: ChildProcessHandle) =>
  handle.stdout.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.runHead,
    Effect.map(Option.getOrElse(() => "nothing"))
  )

const printed = <E>(bytes: Stream.Stream<Uint8Array, E>) => Stream.mkString(Stream.decodeText(bytes))

const run = Effect.provide(Layer.merge(NodeServices.layer, FetchHttpClient.layer))

describe("fake-homeserver", () => {
  it.live("says where it is, lets anybody in there, and ends when it is told to", () =>
    Effect.gen(function* () {
      const handle = yield* started("--server-name", "example.org", "--limits", "synapse-defaults")
      const baseUrl = yield* address(handle)
      assert.match(baseUrl, /^http:\/\/127\.0\.0\.1:\d+$/u)
      const registered = yield* talk("POST", "/_matrix/client/v3/register", {
        baseUrl,
        body: { username: "alice", password: "secret", auth: { type: "m.login.dummy" } }
      })
      assert.strictEqual(key(registered, "user_id"), "@alice:example.org")
      const create = talk("POST", "/_matrix/client/v3/createRoom", {
        baseUrl,
        token: String(key(registered, "access_token"))
      })
      const statuses = yield* Effect.forEach(Array.from({ length: 11 }), () =>
        Effect.map(create, ({ status }) => status)
      )
      assert.deepStrictEqual(statuses, [...Array.from({ length: 10 }, () => 200), 429])
      yield* handle.kill({ killSignal: "SIGTERM" })
      assert.strictEqual(yield* handle.exitCode, 143)
    }).pipe(Effect.scoped, run)
  )

  it.live("says in a line that a port is in use, and the one that has it ends when it is interrupted", () =>
    Effect.gen(function* () {
      const first = yield* started()
      const { port } = new URL(yield* address(first))
      const second = yield* started("--port", port)
      const complaint = yield* printed(second.stderr)
      assert.include(complaint, `fake-homeserver cannot listen on port ${port} of 127.0.0.1: it is in use`)
      assert.notInclude(complaint, "    at ")
      assert.strictEqual(yield* second.exitCode, 1)
      yield* first.kill({ killSignal: "SIGINT" })
      assert.strictEqual(yield* first.exitCode, 130)
    }).pipe(Effect.scoped, run)
  )

  it.live.each([{ flags: ["--port", "65536"] }, { flags: ["--limits", "none"] }, { flags: ["--server-name", "a b"] }])(
    "knows no $flags, and does not begin",
    ({ flags }) =>
      Effect.gen(function* () {
        const handle = yield* started(...flags)
        assert.strictEqual(yield* printed(handle.stdout), "")
        assert.strictEqual(yield* handle.exitCode, 2)
      }).pipe(Effect.scoped, run)
  )
})
