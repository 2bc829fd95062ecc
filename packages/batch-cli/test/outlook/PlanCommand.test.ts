import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Schema from "effect/Schema"
import * as Plan from "../../src/plan/Plan.ts"
import { assertPresentable, batchCli } from "../Invocation.ts"
import { fake, inTime } from "../Stage.ts"

/** Alice, with a hall of hers that Bob is in and Cem is banned from, and an attic of Dan's. */
const setUp = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  const { accessToken } = yield* server.register("alice")
  const members = { bob: "join", cem: "ban" } as const
  yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost", alias: "hall", members, roomVersion: "11" })
  yield* server.createRoom({ creator: "dan", roomId: "!attic:localhost", members: { alice: "join" } })
  return { server, accessToken, env: { MATRIX_ACCESS_TOKEN: accessToken, MATRIX_HOMESERVER: "http://localhost" } }
})

const invites = (count: number) =>
  Array.from({ length: count }, (_, n) => `invite,#hall:localhost,@guest${n}:localhost`).join("\n")

const csv = (...rows: ReadonlyArray<string>) => ["operation,room,user", ...rows, ""].join("\n")

const mixed = csv(
  invites(30),
  "invite,#hall:localhost,@bob:localhost",
  "invite,#hall:localhost,@cem:localhost",
  "kick,#hall:localhost,@guest1:localhost",
  "kick,!attic:localhost,@dan:localhost",
  "invite,!elsewhere:localhost,@bob:localhost"
)

const look = (stdin: string, ...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { accessToken, env, server } = yield* setUp
    const ended = yield* inTime(batchCli(["plan", "-", ...args], { env, stdin }))
    assertPresentable(ended, accessToken)
    return { ...ended, requests: yield* server.requests }
  }).pipe(Effect.provide(fake))

describe("plan", () => {
  it.effect("sends reads and nothing else", () =>
    Effect.map(look(mixed), ({ requests }) => {
      assert.isAbove(requests.length, 5)
      assert.deepStrictEqual(
        requests.flatMap(({ method, path }) => (method === "GET" ? [] : [`${method} ${path}`])),
        []
      )
    })
  )
  it.effect("says by room and in all what will be done, what is so already and what cannot work, and why", () =>
    Effect.map(look(mixed), ({ exitCode, stdout }) => {
      assert.strictEqual(exitCode, 1)
      assert.match(stdout, /^ +31 +1 +1 +#hall:localhost \(!hall:localhost\)$/mu)
      assert.match(stdout, /^ +0 +0 +1 +!attic:localhost$/mu)
      assert.match(
        stdout,
        /^1 × kicking takes level 50, and @alice:localhost has 0\n +stdin:35: kick @dan:localhost from !attic:localhost$/mu
      )
      assert.match(stdout, /^1 × banned; unban them first\n +stdin:33: invite @cem:localhost to #hall:localhost$/mu)
      assert.match(stdout, /^ +to do +31 +30 invite, 1 kick$/mu)
      assert.match(stdout, /^ +unchanged +1 /mu)
      assert.match(stdout, /^ +cannot work +3 /mu)
      assert.match(stdout, /^ +rows +35 +in 3 rooms$/mu)
      assert.match(stdout, /kicks and bans: 1/u)
    })
  )
  it.effect("says how long it takes under the limits, and which of them is the slowest", () =>
    Effect.gen(function* () {
      const { exitCode, stdout } = yield* look(csv(invites(310)), "--limits", "synapse-default")
      assert.strictEqual(exitCode, 0)
      // ten at once and the other 300 at 0.2 a second
      assert.match(stdout, /takes about 25 min, under synapse-default$/mu)
      assert.match(stdout, /slowest is rc_message of @alice:localhost, which 310 rows have to pass/u)
      assert.match(
        (yield* look(csv(invites(310)), "--limits", "none")).stdout,
        /no limit holds anything up, under none$/mu
      )
      assert.match(
        (yield* look(csv(invites(310)))).stdout,
        /takes about 25 min, under synapse-default, which is a guess/u
      )
    })
  )
  it.effect("says in JSON of every row what it would come to, and the sum of it", () =>
    Effect.map(look(mixed, "--json"), ({ stdout }) => {
      const Line = Schema.fromJsonString(
        Schema.Struct({
          type: Schema.Literals(["row", "summary"]),
          verdict: Schema.optionalKey(Schema.Literals(["send", "unchanged", "impossible"])),
          because: Schema.optionalKey(Schema.String),
          certain: Schema.Union([Schema.Boolean, Schema.Int]),
          impossible: Schema.optionalKey(Schema.Int),
          rows: Schema.optionalKey(Schema.Int)
        })
      )
      const lines = stdout
        .trimEnd()
        .split("\n")
        .map((line) => Schema.decodeSync(Line)(line))
      const rows = lines.filter(({ type }) => type === "row")
      assert.strictEqual(rows.length, 35)
      assert.strictEqual(rows.filter(({ verdict }) => verdict === "impossible").length, 3)
      assert.isTrue(rows.every(({ because, verdict }) => (verdict === "send") === (because === undefined)))
      const last = lines.at(-1)
      assert.deepStrictEqual(
        [lines.length, last?.type, last?.rows, last?.impossible, last?.certain],
        [36, "summary", 35, 3, 31]
      )
    })
  )
  it.effect("says what apply would refuse, all of it", () =>
    Effect.map(
      look(
        csv("kick,#hall:localhost,@bob:localhost", "kick,#hall:localhost,@alice:localhost"),
        "--protect",
        "@bob:localhost"
      ),
      ({ exitCode, stderr, stdout }) => {
        assert.strictEqual(exitCode, 2)
        assert.match(stdout, /to do +2/u)
        assert.match(stderr, /stdin:2:1: user "@bob:localhost": is protected/u)
        assert.match(stderr, /stdin:3:1: user "@alice:localhost": is the owner of the access token/u)
      }
    )
  )
})

describe("a saved plan", () => {
  const inFolder = <A, E, R>(use: (folder: string) => Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      return yield* use(yield* fs.makeTempDirectoryScoped())
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

  it.effect("holds the same rows, and is never written over another file", () =>
    inFolder(
      Effect.fnUntraced(function* (folder) {
        const fs = yield* FileSystem.FileSystem
        const path = `${folder}/saved.ndjson`
        const rows = csv(invites(2), "kick,#hall:localhost,@bob:localhost")
        assert.strictEqual((yield* look(rows, "--out", path)).exitCode, 0)
        const text = yield* fs.readFileString(path)
        yield* fs.writeFileString(`${folder}/plan.csv`, rows)
        const [saved, plan] = [yield* Plan.read(path), yield* Plan.read(`${folder}/plan.csv`)]
        assert.strictEqual(saved.digest, plan.digest)
        const again = yield* look(csv("join,#hall:localhost,"), "--out", path)
        assert.strictEqual(again.exitCode, 2)
        assert.include(again.stderr, "is there already")
        assert.deepStrictEqual(again.requests, [])
        assert.strictEqual(yield* fs.readFileString(path), text)
      })
    )
  )
  it.effect("is an .ndjson file, for a server that stays", () =>
    inFolder(
      Effect.fnUntraced(function* (folder) {
        const other = yield* look(mixed, "--out", `${folder}/saved.csv`)
        assert.deepStrictEqual([other.exitCode, other.stdout], [2, ""])
        const embedded = yield* look(mixed, "--homeserver", "embedded", "--out", `${folder}/saved.ndjson`)
        assert.strictEqual(embedded.exitCode, 2)
        assert.include(embedded.stderr, "--out: the embedded homeserver ends")
      })
    )
  )
  describe("is applied", () => {
    /** Saves a plan to kick Bob and invite a guest, lets something happen, and applies it. */
    const applied = <A, E>(meanwhile: (server: FakeHomeserver["Service"]) => Effect.Effect<A, E>, times = 1) =>
      inFolder((folder) =>
        Effect.gen(function* () {
          const { accessToken, env, server } = yield* setUp
          const stdin = csv("kick,#hall:localhost,@bob:localhost", invites(1))
          const saved = yield* inTime(batchCli(["plan", "-", "--out", `${folder}/saved.ndjson`], { env, stdin }))
          assert.strictEqual(saved.exitCode, 0, saved.stderr)
          yield* meanwhile(server)
          const apply = inTime(batchCli(["apply", `${folder}/saved.ndjson`, "--yes"], { env }))
          const ended = yield* Effect.replicateEffect(apply, times)
          for (const each of ended) assertPresentable(each, accessToken)
          const sent = (yield* server.requests).flatMap(({ method, path }) => (method === "POST" ? [path] : []))
          return { ended, sent }
        }).pipe(Effect.provide(fake))
      )
    it.effect("as it was looked at, and goes on although its own rows have changed things", () =>
      Effect.map(
        applied(() => Effect.void, 2),
        ({ ended, sent }) => {
          assert.deepStrictEqual(
            ended.map(({ exitCode, stderr }) => [exitCode, /no longer/u.test(stderr)]),
            [
              [0, false],
              [0, false]
            ]
          )
          assert.strictEqual(sent.length, 2)
        }
      )
    )
    it.effect("not at all when things have changed, and it is said what has", () =>
      Effect.map(
        applied((server) =>
          Effect.gen(function* () {
            const { accessToken } = yield* server.register("bob")
            const leave = "http://localhost/_matrix/client/v3/rooms/!hall:localhost/leave"
            const headers = { authorization: `Bearer ${accessToken}` }
            const { status } = yield* Effect.promise(() => server.fetch(leave, { method: "POST", headers, body: "{}" }))
            assert.strictEqual(status, 200)
          })
        ),
        ({ ended, sent }) => {
          const [{ exitCode, stderr } = assert.fail()] = ended
          assert.strictEqual(exitCode, 2)
          assert.match(stderr, /@bob:localhost in #hall:localhost \(line 2\): was joined, is not in the room/u)
          assert.deepStrictEqual(
            sent.filter((path) => !path.endsWith("/leave")),
            []
          )
        }
      )
    )
  })
})
