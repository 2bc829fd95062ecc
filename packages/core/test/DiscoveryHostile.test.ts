/** What servers may publish that they should not, and what is never done because of it. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Discovery from "../src/Discovery.ts"
import { ServerName, UserId } from "../src/MatrixId.ts"
import { patiently } from "./Patience.ts"
import { answer, make, type Reply, silence, streamed, type Wire } from "./Wire.ts"
import { witness } from "./Witness.ts"

const discover = (wire: Wire, subject: ServerName | UserId = ServerName.make("example.org")) =>
  Discovery.discover(subject).pipe(
    Effect.provide(FetchHttpClient.layer),
    Effect.provideService(FetchHttpClient.Fetch, wire.fetch)
  )

const versions = answer(200, '{"versions":["v1.12"]}')

/** A `.well-known` file, and a homeserver behind whatever address it names. */
const publishing =
  (file: Reply, homeserver: Reply = versions): Reply =>
  (sent, nth) =>
    (sent.url.includes("/.well-known/") ? file : homeserver)(sent, nth)

const ending = (wire: Wire) =>
  patiently(Effect.match(discover(wire), { onFailure: ({ _tag }): string => _tag, onSuccess: () => "found" }))

const naming = (base: unknown) => JSON.stringify({ "m.homeserver": { base_url: base } })
const endless = () =>
  new Response(
    streamed(
      (function* () {
        while (true) yield "x".repeat(64 * 1024)
      })(),
      () => {}
    )
  )

describe("a file", () => {
  it.effect.each([
    { what: "that is elsewhere", file: answer(301, "", { location: "https://elsewhere.example/well-known" }) },
    { what: "that is null", file: answer(200, "null") },
    { what: "that is a list", file: answer(200, "[]") },
    { what: "that is a text", file: answer(200, '"https://matrix.example.org"') },
    { what: "whose homeserver is null", file: answer(200, '{"m.homeserver":null}') },
    { what: "whose homeserver is a text", file: answer(200, '{"m.homeserver":"https://matrix.example.org"}') },
    { what: "whose address is null", file: answer(200, naming(null)) },
    { what: "whose address is a list", file: answer(200, naming(["https://matrix.example.org"])) },
    { what: "with two documents", file: answer(200, `${naming("https://a.x")}${naming("https://b.x")}`) },
    { what: "that breaks off", file: answer(200, naming("https://a.x").slice(0, -2)) },
    { what: "without an end", file: endless },
    { what: "that never comes", file: silence },
    { what: "for which a token is wanted", file: answer(401, '{"errcode":"M_MISSING_TOKEN"}') },
    { what: "that comes too often", file: answer(429, "", { "retry-after": "1" }) }
  ])("$what is FAIL_PROMPT, after one request", ({ file }) =>
    Effect.gen(function* () {
      const wire = make(publishing(file))
      assert.strictEqual(yield* ending(wire), "DiscoveryPrompt")
      assert.strictEqual(wire.sent.length, 1)
    })
  )

  it.effect.each(["text/plain", "application/octet-stream", "application/json; charset=utf-8"])(
    "served as %s is read all the same",
    (type) =>
      Effect.gen(function* () {
        const wire = make(publishing(answer(200, naming("https://matrix.example.org"), { "content-type": type })))
        assert.strictEqual(yield* ending(wire), "found")
      })
  )
})

describe("an address", () => {
  it.effect.each([
    "",
    " ",
    "matrix.example.org",
    "//matrix.example.org",
    "/matrix",
    "ftp://matrix.example.org",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "https://",
    "https://alice@matrix.example.org",
    "https://alice:secret@matrix.example.org",
    "https://matrix.example.org?x=1",
    "https://matrix.example.org#x"
  ])("%j is FAIL_ERROR, and nothing is sent there", (base) =>
    Effect.gen(function* () {
      const wire = make(publishing(answer(200, naming(base))))
      assert.strictEqual(yield* ending(wire), "DiscoveryError")
      assert.strictEqual(wire.sent.length, 1)
    })
  )

  it.effect.each([
    { base: "https://matrix.example.org", asked: "https://matrix.example.org/_matrix/client/versions" },
    { base: "https://matrix.example.org/", asked: "https://matrix.example.org/_matrix/client/versions" },
    { base: "https://example.org/matrix/", asked: "https://example.org/matrix/_matrix/client/versions" },
    { base: "http://localhost:8008", asked: "http://localhost:8008/_matrix/client/versions" },
    { base: "https://[2001:db8::1]:8448", asked: "https://[2001:db8::1]:8448/_matrix/client/versions" }
  ])("$base is asked at $asked", ({ asked, base }) =>
    Effect.gen(function* () {
      const wire = make(publishing(answer(200, naming(base))))
      assert.strictEqual(yield* ending(wire), "found")
      assert.deepStrictEqual(
        wire.sent.slice(1).map(({ url }) => url),
        [asked]
      )
    })
  )

  it.effect.each([
    { what: "sends us on", reply: answer(302, "", { location: "https://elsewhere.example/" }) },
    { what: "knows no versions", reply: answer(404, '{"errcode":"M_UNRECOGNIZED"}') },
    { what: "answers with nothing", reply: answer(200, "{}") },
    { what: "never answers", reply: silence },
    { what: "never stops answering", reply: endless }
  ])("of a server that $what is FAIL_ERROR", ({ reply }) =>
    Effect.gen(function* () {
      const wire = make(publishing(answer(200, naming("https://matrix.example.org")), reply))
      assert.strictEqual(yield* ending(wire), "DiscoveryError")
      assert.strictEqual(wire.sent.length, 2)
    })
  )

  it.effect("with a password in it is not shown, however it is complained of", () =>
    Effect.gen(function* () {
      const file = answer(200, naming("https://alice:hunter2@matrix.example.org"))
      const { text } = yield* patiently(witness(discover(make(publishing(file)))))
      assert.include(text, "DiscoveryError")
      assert.isFalse(text.includes("hunter2"), "the password can be seen")
    })
  )
})

it.effect("nothing that is sent carries a token, a cookie, a user or a trace", () =>
  Effect.gen(function* () {
    const identity = { "m.identity_server": { base_url: "https://id.example.org" } }
    const file = answer(200, JSON.stringify({ "m.homeserver": { base_url: "https://a.x" }, ...identity }))
    const wire = make(publishing(file))
    yield* patiently(witness(discover(wire, UserId.make("@alice:example.org"))))
    assert.strictEqual(wire.sent.length, 3)
    for (const { headers, method, redirect, url } of wire.sent) {
      assert.deepStrictEqual([method, redirect, Object.keys(headers)], ["GET", "manual", []])
      assert.notInclude(url, "alice")
    }
  })
)
