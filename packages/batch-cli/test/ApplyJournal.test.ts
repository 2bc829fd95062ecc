/** The same command again: what an earlier run has settled stays so, unless it is told otherwise. */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { assertPresentable, batchCli } from "./Invocation.ts"

// disks take real time, for which this clock waits
const world = FakeHomeserver.layerClient.pipe(
  Layer.provideMerge(FakeHomeserver.layer()),
  Layer.provideMerge(NodeServices.layer),
  Layer.provideMerge(Layer.unwrap(Effect.sync(() => VirtualClock.layer())))
)

const csv = (...users: ReadonlyArray<string>) =>
  ["operation,room,user", ...users.map((user) => `invite,!hall:localhost,@${user}:localhost`)].join("\n")

/** Alice with a hall, and a folder in which `apply` applies a plan with a text. */
const setUp = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  const { accessToken } = yield* server.register("alice")
  yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost" })
  const env = { MATRIX_ACCESS_TOKEN: accessToken, MATRIX_HOMESERVER: "http://localhost" }
  const apply = Effect.fnUntraced(function* (text: string, ...flags: ReadonlyArray<string>) {
    yield* fs.writeFileString(`${folder}/plan.csv`, text)
    const before = (yield* server.requests).length
    const ended = yield* batchCli(["apply", `${folder}/plan.csv`, ...flags], { env })
    assertPresentable(ended, accessToken)
    const sent = (yield* server.requests).slice(before).flatMap(({ body, method }) => {
      const user = /@(\w+):/u.exec(JSON.stringify(body) ?? "")?.[1]
      return method === "POST" && user !== undefined ? user : []
    })
    return { ...ended, sent, stderr: ended.stderr.replaceAll(`${folder}/`, "") }
  })
  return { apply, folder, fs, server }
})

const forbidden = Faults.respond(403, { errcode: "M_FORBIDDEN", error: "no" })
const invitation = (user: string): Faults.Match => ({
  path: "/rooms/{roomId}/invite",
  where: ({ body }) => JSON.stringify(body)?.includes(`"@${user}:`) === true
})

describe("the same command again", () => {
  it.live("sends nothing, and has the same to say", () =>
    Effect.gen(function* () {
      const { apply, server } = yield* setUp
      yield* server.faults.every(invitation("bob"), forbidden)
      const first = yield* apply(csv("ann", "bob", "cem"))
      assert.deepStrictEqual([first.exitCode, [...first.sent].sort()], [1, ["ann", "bob", "cem"]])
      const second = yield* apply(csv("ann", "bob", "cem"))
      assert.deepStrictEqual([second.exitCode, second.sent], [1, []])
      assert.match(second.stdout, /done +2 .+in an earlier run\n.*failed +1 .+in an earlier run/u)
      assert.match(second.stdout, /plan\.csv:3: invite @bob:localhost .+Forbidden/u)
    }).pipe(Effect.provide(world))
  )
  it.live("with --retry-failed tries what failed, and nothing else", () =>
    Effect.gen(function* () {
      const { apply, server } = yield* setUp
      yield* server.faults.next(invitation("bob"), forbidden)
      yield* apply(csv("ann", "bob", "cem"))
      const second = yield* apply(csv("ann", "bob", "cem"), "--retry-failed")
      assert.deepStrictEqual([second.exitCode, second.sent], [0, ["bob"]])
      assert.match(second.stdout, /done +3 .+, 2 of them before\n/u)
      // and that is settled then
      assert.deepStrictEqual((yield* apply(csv("ann", "bob", "cem"), "--retry-failed")).sent, [])
    }).pipe(Effect.provide(world))
  )
  it.live("with --restart begins anew, and the old journal is kept", () =>
    Effect.gen(function* () {
      const { apply, folder, fs, server } = yield* setUp
      yield* server.faults.next(invitation("bob"), forbidden)
      yield* apply(csv("ann", "bob"))
      const second = yield* apply(csv("ann", "bob"), "--restart")
      assert.deepStrictEqual([second.exitCode, second.sent], [0, ["bob"]])
      assert.match(second.stdout, /done +1 .*\n.*unchanged +1 /u)
      assert.match(second.stderr, /the old journal is kept as .+/u)
      const journals = (yield* fs.readDirectory(folder)).filter((name) => name.includes("journal"))
      assert.strictEqual(journals.length, 2)
    }).pipe(Effect.provide(world))
  )
  it.live("with an edited plan goes on with the rows that are as they were, and says so", () =>
    Effect.gen(function* () {
      const { apply } = yield* setUp
      yield* apply(csv("ann", "bob", "cem"))
      const second = yield* apply(csv("dan", "cem", "ann"))
      assert.deepStrictEqual([second.exitCode, second.sent], [0, ["dan"]])
      assert.include(second.stderr, "the plan was edited since the last run: 2 rows go on, 1 are new, 1 are gone")
    }).pipe(Effect.provide(world))
  )
  it.live("with --no-journal knows nothing of the first, and the server tells it", () =>
    Effect.gen(function* () {
      const { apply, folder, fs } = yield* setUp
      yield* apply(csv("ann", "bob"), "--no-journal")
      const second = yield* apply(csv("ann", "bob"), "--no-journal")
      assert.match(second.stdout, /unchanged +2 /u)
      assert.deepStrictEqual(second.sent, [])
      assert.deepStrictEqual(yield* fs.readDirectory(folder), ["plan.csv"])
    }).pipe(Effect.provide(world))
  )
  it.live("after its time was up goes on, ends with 3 as long as rows are left, and 0 then", () =>
    Effect.gen(function* () {
      const { apply, server } = yield* setUp
      yield* server.faults.every({ path: "/rooms/{roomId}/invite" }, Faults.delayAnswer("10 seconds"))
      const users = Array.from({ length: 6 }, (_, n) => `guest${n}`)
      const flags = ["-c", "1", "--limits", "none", "--max-duration", "25s"]
      const first = yield* apply(csv(...users), ...flags)
      assert.strictEqual(first.exitCode, 3)
      assert.match(first.stdout, /done +3 .*\n(?:.*\n)*.*deferred +3 (?:.*\n)*.*--max-duration/u)
      const second = yield* apply(csv(...users), ...flags)
      assert.strictEqual(second.exitCode, 0, second.stdout)
      assert.deepStrictEqual([...first.sent, ...second.sent], users)
    }).pipe(Effect.provide(world))
  )
  it.live("after a halt goes on, too", () =>
    Effect.gen(function* () {
      const { apply, server } = yield* setUp
      yield* server.faults.every(invitation("guest1"), forbidden)
      const users = Array.from({ length: 6 }, (_, n) => `guest${n}`)
      const first = yield* apply(csv(...users), "-c", "1", "--halt", "1")
      assert.strictEqual(first.exitCode, 3)
      assert.include(first.stdout, "1 rows failed (--halt 1)")
      assert.deepStrictEqual(first.sent, ["guest0", "guest1"])
      // the failure of the first run is not one of the second
      const second = yield* apply(csv(...users), "-c", "1", "--halt", "1")
      assert.strictEqual(second.exitCode, 1)
      assert.deepStrictEqual(second.sent, ["guest2", "guest3", "guest4", "guest5"])
    }).pipe(Effect.provide(world))
  )
})
