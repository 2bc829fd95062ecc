import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Plan from "../src/plan/Plan.ts"
import { assertPresentable, batchCli } from "./Invocation.ts"
import { fake } from "./Stage.ts"

const world = Layer.merge(fake, NodeServices.layer)

/** A hall with guests, and what stands in the environment of its owner. */
const setUp = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  const { accessToken } = yield* server.register("alice")
  yield* server.createRoom({
    creator: "alice",
    roomId: "!hall:localhost",
    alias: "#hall:localhost",
    members: { zoe: "join", bob: "join", guest: "invite", gone: "leave", troll: "ban" }
  })
  return { server, accessToken, env: { MATRIX_ACCESS_TOKEN: accessToken, MATRIX_HOMESERVER: "http://localhost" } }
})

const exported = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
  const { accessToken, env } = yield* setUp
  const ended = yield* batchCli(["export", ...args], { env })
  assertPresentable({ ...ended, stdout: ended.stdout.replaceAll("\r", "") }, accessToken)
  return ended
})

describe("export", () => {
  it.effect("writes who has joined, but for the sender, as invitations", () =>
    Effect.gen(function* () {
      const { exitCode, stderr, stdout } = yield* exported("#hall:localhost")
      assert.strictEqual(exitCode, 0)
      assert.strictEqual(
        stdout,
        "operation,room,user\r\ninvite,#hall:localhost,@bob:localhost\r\ninvite,#hall:localhost,@zoe:localhost\r\n"
      )
      assert.strictEqual(stderr, "2 rows written\n")
    }).pipe(Effect.provide(world))
  )
  it.effect("takes other memberships, other operations, another room, and the sender if asked to", () =>
    Effect.gen(function* () {
      const args = ["--membership", "join", "--membership", "ban", "--operation", "ban", "--to", "!new:localhost"]
      const { stdout } = yield* exported("!hall:localhost", ...args, "--include-self", "--format", "ndjson")
      assert.deepStrictEqual(
        stdout.trimEnd().split("\n"),
        ["alice", "bob", "troll", "zoe"].map(
          (name) => `{"operation":"ban","room":"!new:localhost","user":"@${name}:localhost"}`
        )
      )
    }).pipe(Effect.provide(world))
  )
  it.effect("only reads", () =>
    Effect.gen(function* () {
      yield* exported("#hall:localhost")
      const { requests } = yield* FakeHomeserver
      const methods = (yield* requests).map(({ method }) => method)
      assert.isAbove(methods.length, 2)
      assert.deepStrictEqual(new Set(methods), new Set(["GET"]))
    }).pipe(Effect.provide(world))
  )
  it.live("writes a new file that is a plan, and never over one that is there", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const path = `${yield* fs.makeTempDirectoryScoped()}/members.json`
      const { env } = yield* setUp
      const first = yield* batchCli(["export", "#hall:localhost", "--out", path], { env })
      assert.deepStrictEqual([first.exitCode, first.stdout], [0, ""])
      assert.include(first.stderr, `2 rows written to ${path}`)
      const plan = yield* Plan.read(path)
      assert.deepStrictEqual(
        Array.from(plan.rows, ({ user }) => String(user)),
        ["@bob:localhost", "@zoe:localhost"]
      )
      const again = yield* batchCli(["export", "#hall:localhost", "--out", path], { env })
      assert.strictEqual(again.exitCode, 2)
      assert.include(again.stderr, "is there already and is not overwritten")
    }).pipe(Effect.scoped, Effect.provide(world))
  )
  it.effect("of a room without such members writes no plan, and says so", () =>
    Effect.gen(function* () {
      const { exitCode, stderr, stdout } = yield* exported("#hall:localhost", "--membership", "knock")
      assert.deepStrictEqual([exitCode, stdout], [0, ""])
      assert.include(stderr, "nobody to be exported")
    }).pipe(Effect.provide(world))
  )
  it.effect("of a room that cannot be read names the room and the reason", () =>
    Effect.gen(function* () {
      const { exitCode, stderr, stdout } = yield* exported("#other:localhost")
      assert.deepStrictEqual([exitCode, stdout], [4, ""])
      assert.match(stderr, /the members of #other:localhost cannot be read: .*M_NOT_FOUND/u)
    }).pipe(Effect.provide(world))
  )
  it.effect.each([
    { args: ["hall:localhost"], says: "did you mean #hall:localhost?" },
    { args: ["#hall:localhost", "--to", "@bob:localhost"], says: "--to: expected a room id" },
    { args: ["#hall:localhost", "--format", "xml"], says: "--format" },
    { args: ["#hall:localhost", "--membership", "joined"], says: "--membership" },
    { args: ["#hall:localhost", "--out", "members.txt"], says: "a .csv, .json or .ndjson file" },
    { args: ["#hall:localhost", "--out", "members.csv", "--format", "json"], says: "the name of the file says csv" },
    { args: ["#hall:localhost", "--out", "/none/such/members.csv"], says: "there is no such folder" },
    { args: ["#hall:localhost", "--homeserver", "embedded"], says: "embedded" }
  ])("is wrong usage, said before anything is read: $args", ({ args, says }) =>
    Effect.gen(function* () {
      const { exitCode, stderr, stdout } = yield* exported(...args)
      assert.deepStrictEqual([exitCode, stdout], [2, ""])
      assert.include(stderr, says)
      assert.deepStrictEqual(yield* (yield* FakeHomeserver).requests, [])
    }).pipe(Effect.provide(world))
  )
})
