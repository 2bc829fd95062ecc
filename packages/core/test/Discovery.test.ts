/** From a server name to a homeserver, with the specification's three outcomes. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Discovery from "../src/Discovery.ts"
import { ServerName, UserId } from "../src/MatrixId.ts"
import { answer, make, type Reply, type Wire } from "./Wire.ts"

const wellKnown = '{"m.homeserver":{"base_url":"https://matrix.example.org/"}}'
const versions = answer(200, '{"versions":["v1.12"]}')

/** Answers by the path that is asked for. */
const serving =
  (pages: Readonly<Record<string, Reply>>): Reply =>
  (sent, nth) =>
    (pages[new URL(sent.url).pathname] ?? answer(404, "<html>not here</html>"))(sent, nth)

const discovered = (wire: Wire, subject: ServerName | UserId = ServerName.make("example.org")) =>
  Discovery.discover(subject).pipe(
    Effect.provide(FetchHttpClient.layer),
    Effect.provideService(FetchHttpClient.Fetch, wire.fetch)
  )

const published = (body: string, others: Readonly<Record<string, Reply>> = {}) =>
  serving({ "/.well-known/matrix/client": answer(200, body), "/_matrix/client/versions": versions, ...others })

const failure = (reply: Reply) => Effect.map(Effect.flip(discovered(make(reply))), (error) => error._tag)

describe("the file is looked for", () => {
  it.effect.each([
    { subject: ServerName.make("example.org"), host: "example.org" },
    { subject: ServerName.make("example.org:8448"), host: "example.org" },
    { subject: ServerName.make("[2001:db8::1]:8448"), host: "[2001:db8::1]" },
    { subject: ServerName.make("[2001:db8::1]"), host: "[2001:db8::1]" },
    { subject: UserId.make("@alice:example.org:8448"), host: "example.org" }
  ])("at $host for $subject, over HTTPS and without a token", ({ host, subject }) =>
    Effect.gen(function* () {
      const wire = make(published(wellKnown))
      yield* discovered(wire, subject)
      assert.strictEqual(wire.sent[0]?.url, `https://${host}/.well-known/matrix/client`)
      assert.isTrue(wire.sent.every(({ headers }) => headers["authorization"] === undefined))
    })
  )
})

describe("found", () => {
  it.effect("the homeserver is asked whether it is one", () =>
    Effect.gen(function* () {
      const wire = make(published(wellKnown))
      const { homeserver, identityServer } = yield* discovered(wire)
      assert.strictEqual(homeserver.href, "https://matrix.example.org/")
      assert.strictEqual(identityServer, undefined)
      assert.deepStrictEqual(
        wire.sent.map(({ url }) => url),
        ["https://example.org/.well-known/matrix/client", "https://matrix.example.org/_matrix/client/versions"]
      )
    })
  )
  it.effect("with an identity server, which is asked too", () =>
    Effect.gen(function* () {
      const body =
        '{"m.homeserver":{"base_url":"https://a.x/p"},"m.identity_server":{"base_url":"https://id.x"},"other":1}'
      const wire = make(
        published(body, { "/p/_matrix/client/versions": versions, "/_matrix/identity/v2": answer(200, "{}") })
      )
      const { homeserver, identityServer } = yield* discovered(wire)
      assert.deepStrictEqual([homeserver.href, identityServer?.href], ["https://a.x/p", "https://id.x/"])
    })
  )
})

describe("IGNORE", () => {
  it.effect("when nothing is published", () =>
    Effect.map(failure(answer(404, "<html>")), (tag) => assert.strictEqual(tag, "DiscoveryIgnored"))
  )
})

describe("FAIL_PROMPT", () => {
  it.effect.each([
    { when: "the server answers anything else", reply: answer(500, "<html>") },
    { when: "it answers 204", reply: answer(204, null) },
    { when: "the body is empty", reply: published("") },
    { when: "the body is HTML", reply: published("<html>home page</html>") },
    { when: "there is no homeserver in it", reply: published("{}") },
    { when: "there is no address in it", reply: published('{"m.homeserver":{}}') },
    { when: "the address is not a text", reply: published('{"m.homeserver":{"base_url":7}}') },
    {
      when: "an identity server has no address",
      reply: published('{"m.homeserver":{"base_url":"https://a.x"},"m.identity_server":{}}')
    },
    {
      when: "there is no answer",
      reply: (): Response => {
        throw new TypeError("fetch failed", { cause: new Error("self-signed certificate") })
      }
    }
  ])("when $when", ({ reply }) => Effect.map(failure(reply), (tag) => assert.strictEqual(tag, "DiscoveryPrompt")))
})

describe("FAIL_ERROR", () => {
  const identity = (base: string) =>
    `{"m.homeserver":{"base_url":"https://a.x"},"m.identity_server":{"base_url":"${base}"}}`
  it.effect.each([
    { when: "the address is not a URL", reply: published('{"m.homeserver":{"base_url":"matrix.example.org"}}') },
    { when: "the address is of another kind", reply: published('{"m.homeserver":{"base_url":"ftp://x"}}') },
    {
      when: "nothing answers there",
      reply: published(wellKnown, { "/_matrix/client/versions": answer(502, "<html>") })
    },
    {
      when: "what answers there is no homeserver",
      reply: published(wellKnown, { "/_matrix/client/versions": answer(200, "<html>") })
    },
    {
      when: "its answer has the wrong shape",
      reply: published(wellKnown, { "/_matrix/client/versions": answer(200, '{"versions":"v1.1"}') })
    },
    { when: "the identity server's address is not a URL", reply: published(identity("id.x")) },
    {
      when: "the identity server is none",
      reply: published(identity("https://id.x"), { "/_matrix/identity/v2": answer(404, "{}") })
    }
  ])("when $when", ({ reply }) => Effect.map(failure(reply), (tag) => assert.strictEqual(tag, "DiscoveryError")))
})
