/** Servers that are not there, not homeservers, or not well: one message that names them, exit code 4, and no token. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { assertPresentable, batchCli, type Ended } from "./Invocation.ts"
import { listen } from "./Loopback.ts"
import { fake, inTime } from "./Stage.ts"

const stdin = "operation,room,user\ninvite,!hall:localhost,@bob:localhost\n"

const apply = (homeserver: string, accessToken = "syt_secret") =>
  batchCli(["apply", "-", "--homeserver", homeserver], { stdin, env: { MATRIX_ACCESS_TOKEN: accessToken } })

/** One message on stderr that begins with the address, and nothing else anywhere. */
const assertUnusable = (ended: Ended, address: string, says: RegExp, accessToken = "syt_secret") => {
  assert.strictEqual(ended.exitCode, 4, ended.stderr)
  assert.strictEqual(ended.stdout, "")
  const [message, ...more] = ended.stderr
    .trim()
    .replace(/^ERROR\n/u, "")
    .split("\n")
  assert.deepStrictEqual(more, [])
  assert.isTrue(message?.trim().startsWith(`${address}/: `), message)
  assert.match(message ?? "", says)
  assertPresentable(ended, accessToken)
}

/** Alice's token, and a server that answers `path` like this for ever. */
const against = Effect.fnUntraced(function* (path: string | RegExp, fault: (accessToken: string) => Faults.Fault) {
  const server = yield* FakeHomeserver
  const { accessToken } = yield* server.register("alice")
  yield* server.faults.every({ path }, fault(accessToken))
  return { accessToken, ended: yield* inTime(apply("http://localhost", accessToken)) }
})

const anything = /^/u

describe("a server that", () => {
  it.effect.each([
    { name: "is down behind a proxy", path: anything, fault: Faults.html502, says: /HTTP 502 .+502 Bad Gateway/u },
    {
      name: "is a captive portal",
      path: anything,
      fault: Faults.respond(200, "<html>Please log in</html>"),
      says: /HTTP 200 .+Please log in.+is this the base URL of a homeserver\?/u
    },
    { name: "is silent", path: anything, fault: Faults.respond(200, ""), says: /an empty body/u },
    { name: "is some other website", path: anything, fault: Faults.respond(404, "<h1>Not Found</h1>"), says: /404/u },
    { name: "breaks off its answers", path: anything, fault: Faults.truncate(5), says: /no answer.+broke/u },
    { name: "resets connections", path: anything, fault: Faults.reset, says: /no answer.+check --homeserver/u },
    { name: "never answers", path: anything, fault: Faults.delay("2 days"), says: /no complete answer within/u },
    {
      name: "does not know the token",
      path: "/account/whoami",
      fault: Faults.respond(401, { errcode: "M_UNKNOWN_TOKEN", error: "Invalid access token passed." }),
      says: /M_UNKNOWN_TOKEN: Invalid access token passed\..+get a new access token/u
    },
    {
      name: "has locked the account",
      path: "/account/whoami",
      fault: Faults.respond(401, { errcode: "M_USER_LOCKED", error: "locked", soft_logout: true }),
      says: /M_USER_LOCKED: locked \(HTTP 401\)$/u
    },
    {
      name: "asks for a long pause at once",
      path: "/account/whoami",
      fault: Faults.respond(429, { errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 3_600_000 }),
      says: /try again in 3600 s/u
    },
    {
      name: "fails when asked which rooms there are",
      path: "/joined_rooms",
      fault: Faults.respond(403, { errcode: "M_USER_SUSPENDED", error: "suspended" }),
      says: /M_USER_SUSPENDED/u
    }
  ])("$name", ({ fault, path, says }) =>
    Effect.gen(function* () {
      const { accessToken, ended } = yield* against(path, () => fault)
      assertUnusable(ended, "http://localhost", says, accessToken)
      const sent = (yield* (yield* FakeHomeserver).requests).filter(({ method }) => method !== "GET")
      assert.deepStrictEqual(sent, [])
    }).pipe(Effect.provide(fake))
  )
  it.effect("answers in another shape", () =>
    Effect.gen(function* () {
      const { accessToken, ended } = yield* against(anything, () => Faults.respond(200, { ok: true }))
      assertUnusable(ended, "http://localhost", /HTTP 200 .*versions.*; is this the base URL/u, accessToken)
    }).pipe(Effect.provide(fake))
  )
  it.effect("repeats the token", () =>
    Effect.gen(function* () {
      const { accessToken, ended } = yield* against("/account/whoami", (accessToken) =>
        Faults.respond(403, { errcode: "M_FORBIDDEN", error: `\u001b[2J\u001b]0;x\u0007no ${accessToken}` })
      )
      assertUnusable(ended, "http://localhost", /M_FORBIDDEN: .*no/u, accessToken)
    }).pipe(Effect.provide(fake))
  )
  it.effect("steers terminals with more than ESC", () =>
    Effect.gen(function* () {
      const { accessToken, ended } = yield* against("/account/whoami", (accessToken) =>
        Faults.respond(403, { errcode: "M_FORBIDDEN", error: `\u001b[2J\u001b]0;x\u0007no\r ${accessToken} \u009b31m` })
      )
      assertUnusable(ended, "http://localhost", /M_FORBIDDEN: .*no/u, accessToken)
    }).pipe(Effect.provide(fake))
  )
  it.effect("steers terminals in HTML", () =>
    Effect.gen(function* () {
      const { accessToken, ended } = yield* against("/account/whoami", (accessToken) =>
        Faults.respond(500, `<p>\u001b[31m\u202e${accessToken}</p>`)
      )
      assertUnusable(ended, "http://localhost", /HTTP 500/u, accessToken)
    }).pipe(Effect.provide(fake))
  )
  it.effect("calls the sender by a name that steers terminals", () =>
    Effect.gen(function* () {
      const { ended } = yield* against("/account/whoami", () =>
        Faults.respond(200, { user_id: "@\u001b[31mx\u009b:localhost" })
      )
      assertPresentable(ended)
      assert.include(ended.stdout, "as @")
    }).pipe(Effect.provide(fake))
  )
})

describe("over a real connection", () => {
  it.live("a refused one is named", () =>
    Effect.gen(function* () {
      const { close, url } = yield* listen(() => undefined)
      close()
      assertUnusable(yield* apply(url), url, /connect ECONNREFUSED 127\.0\.0\.1:\d+; check --homeserver/u)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
  it.live("a host that does not resolve is named", () =>
    Effect.gen(function* () {
      const ended = yield* apply("https://matrix.invalid")
      assertUnusable(ended, "https://matrix.invalid", /matrix\.invalid; check --homeserver and the network/u)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
  it.live("TLS where there is none is named", () =>
    Effect.gen(function* () {
      const { url } = yield* listen(() => undefined)
      const secure = url.replace("http:", "https:")
      assertUnusable(yield* apply(secure), secure, /no answer from the homeserver/u)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
  it.live("one that is cut within an answer is named", () =>
    Effect.gen(function* () {
      const { url } = yield* listen((_, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": 100 })
        response.write('{"versions":["v1.1', () => response.destroy())
      })
      assertUnusable(yield* apply(url), url, /no answer from the homeserver: the answer broke off/u)
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
  it.live("a redirect to another origin is not followed, so that the token goes nowhere else", () =>
    Effect.gen(function* () {
      const elsewhere = yield* listen((_, response) => response.end('{"user_id":"@alice:localhost"}'))
      const { url, visits } = yield* listen(({ url: path }, response) => {
        if (path === "/_matrix/client/versions") response.end('{"versions":["v1.12"]}')
        else response.writeHead(307, { location: `${elsewhere.url}${path}` }).end()
      })
      assertUnusable(yield* apply(url), url, /HTTP 307 .+a redirect to http:\/\/127\.0\.0\.1:\d+, not followed/u)
      assert.deepStrictEqual(elsewhere.visits, [])
      const asked = visits.filter(({ authorization }) => authorization !== undefined)
      assert.deepStrictEqual(asked, [{ path: "/_matrix/client/v3/account/whoami", authorization: "Bearer syt_secret" }])
    }).pipe(Effect.provide(NodeHttpClient.layerUndici))
  )
})
