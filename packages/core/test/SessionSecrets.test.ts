/** A session shows its tokens to nobody, whichever way it is looked at and whatever has happened to it. */
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { Credentials } from "../src/Credentials.ts"
import type * as Session from "../src/Session.ts"
import { patiently } from "./Patience.ts"
import { answer, make, type Reply } from "./Wire.ts"
import { witness } from "./Witness.ts"

const secrets = ["access-0", "access-1", "refresh-0", "refresh-1"]
const given: Session.Options = {
  homeserver: new URL("https://matrix.example.org"),
  accessToken: Redacted.make("access-0"),
  refreshToken: Redacted.make("refresh-0")
}

const layer = (reply: Reply, onRefresh?: Session.Options["onRefresh"]) =>
  Credentials.layerRefreshable({ ...given, onRefresh }).pipe(
    Layer.provide(FetchHttpClient.layer),
    Layer.merge(Layer.succeed(FetchHttpClient.Fetch, make(reply).fetch))
  )

const views = (value: unknown) =>
  [
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true, showProxy: true }),
    inspect(value),
    String(value),
    JSON.stringify(value)
  ].join("\n")

const unseen = (text: string) => {
  for (const secret of secrets) assert.isFalse(text.includes(secret), `${secret} can be seen`)
}

const renewal = Effect.gen(function* () {
  const credentials = yield* Credentials
  return yield* credentials.renew(yield* credentials.accessToken)
})

it.effect("not as a service, before and after a refresh, nor as a layer or as what the layer is made of", () =>
  Effect.gen(function* () {
    const session = layer(answer(200, '{"access_token":"access-1","refresh_token":"refresh-1"}'))
    const program = Effect.gen(function* () {
      const credentials = yield* Credentials
      unseen(views(credentials))
      const token = yield* patiently(renewal)
      assert.strictEqual(Option.getOrUndefined(Option.map(token, Redacted.value)), "access-1")
      for (const value of [credentials, token, session, given, credentials.accessToken, credentials.renew])
        unseen(views(value))
    })
    const { text } = yield* witness(Effect.provide(program, session))
    unseen(text)
  })
)

it.effect("not to what stores new ones, unless it asks for their value", () =>
  Effect.gen(function* () {
    const seen: Array<string> = []
    const keep = (tokens: Session.Tokens) => Effect.sync(() => seen.push(views(tokens)))
    const onRefresh = (tokens: Session.Tokens) => Effect.andThen(keep(tokens), Effect.logInfo("renewed", tokens))
    const session = layer(answer(200, '{"access_token":"access-1","refresh_token":"refresh-1"}'), onRefresh)
    const { text } = yield* patiently(witness(Effect.provide(renewal, session)))
    assert.include(text, "<redacted>")
    unseen(text)
    unseen(seen.join("\n"))
    assert.strictEqual(seen.length, 1)
  })
)

describe("not in what a refresh comes to when the server says", () => {
  const sentBack: Reply = ({ body }) =>
    Response.json({ errcode: "M_UNKNOWN_TOKEN", error: `no such token: ${body}` }, { status: 401 })
  it.effect.each([
    { what: "the token back in a refusal", reply: sentBack },
    {
      what: "the token back in a failure",
      reply: ({ body }) => Response.json({ errcode: "M_UNKNOWN", error: `cannot store ${body}` }, { status: 503 })
    },
    { what: "the token back in a page", reply: ({ body }) => new Response(`<pre>${body}</pre>`, { status: 502 }) },
    {
      what: "the token back in a pause",
      reply: ({ body }) =>
        Response.json({ errcode: "M_LIMIT_EXCEEDED", error: body, retry_after_ms: 9e8 }, { status: 429 })
    },
    {
      what: "new ones in half a body",
      reply: answer(200, '{"access_token":"access-1","refresh_token":"refresh-1"')
    },
    {
      what: "new ones under wrong names",
      reply: answer(200, '{"accessToken":"access-1","refresh_token":{"refresh-1":true}}')
    },
    {
      what: "new ones where they should not go",
      reply: () => Response.redirect("https://elsewhere.example/?t=access-1&r=refresh-1", 302)
    }
  ] satisfies ReadonlyArray<{ what: string; reply: Reply }>)("$what", ({ reply }) =>
    Effect.gen(function* () {
      const { text } = yield* patiently(witness(Effect.provide(renewal, layer(reply))))
      unseen(text)
    })
  )

  it.effect("new ones with a failure", () =>
    Effect.gen(function* () {
      const reply = answer(503, '{"access_token":"access-1","refresh_token":"refresh-1"}')
      unseen((yield* patiently(witness(Effect.provide(renewal, layer(reply))))).text)
    })
  )
})
