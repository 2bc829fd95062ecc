/**
 * Servers that give the access token back wherever they can: not one byte that the tool writes has it, be it to the
 * terminal, the journal, its lock, a report or a plan.
 */
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { batchCli } from "./Invocation.ts"

// disks take real time, for which this clock waits
const world = Layer.suspend(() =>
  Layer.fresh(FakeHomeserver.layerClient).pipe(
    Layer.provideMerge(Layer.fresh(FakeHomeserver.layer())),
    Layer.provideMerge(NodeServices.layer),
    Layer.provideMerge(VirtualClock.layer())
  )
)

const plan = ["invite,!hall:localhost,@bob:localhost", "kick,#hall:localhost,@cem:localhost", "join,#annex:localhost,"]

/** In JSON there are many ways to write a text. */
const escaped = (text: string) =>
  [...text].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")

const json = { "content-type": "application/json" }

/** How an answer can have the token in it. */
const answers: ReadonlyArray<{
  readonly name: string
  readonly fault: (token: string) => Faults.Fault
  readonly isQuoted?: false
}> = [
  {
    name: "in the code and all texts of a refusal",
    fault: (token) =>
      Faults.respond(403, { errcode: `M_${token}`, error: `no ${token}`, consent_uri: token, admin_contact: token })
  },
  { name: "in the text of a code that is known", fault: (token) => refusal(403, "M_FORBIDDEN", token) },
  { name: "to a token that is no longer good", fault: (token) => refusal(401, "M_UNKNOWN_TOKEN", token) },
  { name: "to an account without consent", fault: (token) => refusal(403, "M_CONSENT_NOT_GIVEN", token) },
  {
    name: "in a room version",
    fault: (token) => Faults.respond(400, { errcode: "M_INCOMPATIBLE_ROOM_VERSION", error: token, room_version: token })
  },
  {
    name: "spelled otherwise",
    fault: (token) => Faults.respond(403, `{"errcode":"M_FORBIDDEN","error":"no ${escaped(token)}"}`, json)
  },
  {
    name: "in a page of a proxy, and its headers",
    fault: (token) => Faults.respond(502, `<title>${token}</title><h1>Bearer ${token}</h1>`, { server: token })
  },
  { name: "in a page that claims success", fault: (token) => Faults.respond(200, `<h1>${token}</h1>`) },
  { name: "in JSON of no shape", fault: (token) => Faults.respond(200, `["${token}"]`, json) },
  {
    name: "in the place of what was asked for",
    fault: (token) => Faults.respond(200, { user_id: [token], x: token }),
    isQuoted: false
  },
  {
    name: "in a redirect",
    fault: (token) => Faults.respond(302, token, { location: `http://elsewhere/?access_token=${token}` }),
    isQuoted: false
  },
  {
    name: "in the wait of a limit",
    fault: (token) =>
      Faults.respond(
        429,
        { errcode: "M_LIMIT_EXCEEDED", error: token, retry_after_ms: token },
        { "retry-after": token }
      ),
    isQuoted: false
  },
  { name: "in a limit of some other kind", fault: (token) => Faults.respond(429, `<h1>${token}</h1>`), isQuoted: false }
]

const refusal = (status: number, errcode: string, token: string) =>
  Faults.respond(status, { errcode, error: `Bearer ${token} is not what I want`, soft_logout: false })

/** Which requests are answered so. */
const matches: ReadonlyArray<{ readonly name: string; readonly match: Faults.Match }> = [
  { name: "whatever it is asked", match: { path: /^/u } },
  { name: "whatever it is asked of rooms", match: { path: /\/(?:rooms|directory|joined_rooms)/u } },
  { name: "whatever it is told to do", match: { path: /^/u, where: ({ method }) => method !== "GET" } }
]

/** Alice with two rooms, and a folder with a plan for them. */
const setUp = Effect.gen(function* () {
  const server = yield* FakeHomeserver
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped()
  const { accessToken } = yield* server.register("alice")
  yield* server.createRoom({
    creator: "alice",
    roomId: "!hall:localhost",
    alias: "#hall:localhost",
    members: { cem: "join" }
  })
  yield* server.createRoom({ creator: "host", alias: "#annex:localhost", joinRule: "public" })
  yield* fs.writeFileString(`${folder}/plan.csv`, ["operation,room,user", ...plan].join("\n"))
  const files = Effect.gen(function* () {
    const names = yield* fs.readDirectory(folder)
    return yield* Effect.forEach(names, (name) =>
      Effect.map(fs.readFileString(`${folder}/${name}`), (text) => [name, text] as const)
    )
  })
  const env = { MATRIX_ACCESS_TOKEN: accessToken, MATRIX_HOMESERVER: "http://localhost" }
  const tool = (...args: ReadonlyArray<string>) => batchCli(args, { env })
  const reports = ["csv", "json", "html"].flatMap((format) => ["--report", `${folder}/report.${format}`])
  const everything = Effect.gen(function* () {
    const at = `${folder}/plan.csv`
    const pace = ["--patience", "2s", "--max-wait", "5s", "--max-duration", "20s"]
    return [
      yield* tool("plan", at, "--out", `${folder}/saved.ndjson`),
      yield* tool("plan", at, "--json"),
      yield* tool("apply", at, "--yes", ...pace, ...reports),
      yield* tool("apply", at, "--yes", "--retry-failed", "--json", ...pace),
      yield* tool("status", `${at}.journal.ndjson`),
      yield* tool("status", `${at}.journal.ndjson`, "--json"),
      yield* tool("status", `${at}.journal.ndjson`, "--failed", "--out", `${folder}/again.csv`),
      yield* tool("export", "#hall:localhost", "--out", `${folder}/members.csv`),
      yield* tool("export", "!hall:localhost")
    ]
  })
  return { accessToken, env, everything, files, folder, server }
})

describe("the access token is in nothing that is written", () => {
  for (const { match, name: when } of matches) {
    for (const { fault, isQuoted = true, name: how } of answers) {
      it.live(`when a server, ${when}, gives it back ${how}`, () =>
        Effect.gen(function* () {
          const { accessToken, everything, files, server } = yield* setUp
          yield* server.faults.every(match, fault(accessToken))
          const runs = yield* everything
          const written = yield* files
          for (const { stderr, stdout } of runs) assert.notInclude(stdout + stderr, accessToken)
          for (const [name, text] of written) assert.notInclude(text, accessToken, name)
          if (isQuoted) assert.include(runs.map(({ stderr, stdout }) => stdout + stderr).join(), "redacted")
        }).pipe(Effect.provide(world))
      )
    }
  }

  it.live.each([
    {
      name: "for the name of its owner",
      path: "/account/whoami",
      body: (token: string) => ({ user_id: `@${token}:x` })
    },
    {
      name: "for the id of a room",
      path: /\/directory\/room\//u,
      body: (token: string) => ({ room_id: `!${token}:x`, servers: [] })
    },
    {
      name: "among the members of a room",
      path: /\/members$/u,
      body: (token: string) => ({
        chunk: [
          {
            type: "m.room.member",
            event_id: "$1",
            room_id: "!hall:localhost",
            sender: `@${token}:x`,
            state_key: `@${token}:x`,
            origin_server_ts: 1,
            content: { membership: "join" }
          }
        ]
      })
    }
  ])("when a server gives it $name", ({ body, path }) =>
    Effect.gen(function* () {
      const { accessToken, everything, files, server } = yield* setUp
      yield* server.faults.every({ path }, Faults.respond(200, body(accessToken)))
      const runs = yield* everything
      for (const { stderr, stdout } of runs) assert.notInclude(stdout + stderr, accessToken)
      for (const [name, text] of yield* files) assert.notInclude(text, accessToken, name)
      assert.include(
        runs.map(({ stderr, stdout }) => stderr + stdout).join(),
        "an id in the answer has the access token in it"
      )
    }).pipe(Effect.provide(world))
  )

  it.live("nor is that of the identity server, which the homeserver has been told", () =>
    Effect.gen(function* () {
      const { env, files, folder, server } = yield* setUp
      const fs = yield* FileSystem.FileSystem
      const secret = "identity_secret"
      yield* fs.writeFileString(
        `${folder}/mail.csv`,
        "operation,room,user,address\ninvite,!hall:localhost,,ann@example.org\nban,!hall:localhost,@cem:localhost,\n"
      )
      yield* server.faults.every({ method: "POST" }, refusal(403, "M_FORBIDDEN", secret))
      const { stderr, stdout } = yield* batchCli(
        ["apply", `${folder}/mail.csv`, "--yes", "--identity-server", "id.example.org", "--json"],
        { env: { ...env, MATRIX_IDENTITY_ACCESS_TOKEN: secret } }
      )
      assert.isAtLeast((stdout.match(/<redacted>/gu) ?? []).length, 2, stdout + stderr)
      assert.notInclude(stdout + stderr, secret)
      for (const [name, text] of yield* files) assert.notInclude(text, secret, name)
    }).pipe(Effect.provide(world))
  )
})
