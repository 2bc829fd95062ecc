import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stdio from "effect/Stdio"
import * as Target from "../src/Target.ts"
import { plan } from "./Stage.ts"

interface Given {
  readonly homeserver?: string
  readonly accessTokenFile?: string
  readonly env?: Record<string, string>
}

const open = ({ accessTokenFile, env = {}, homeserver }: Given) =>
  Target.open(
    {
      homeserver: Option.fromUndefinedOr(homeserver),
      accessTokenFile: Option.fromUndefinedOr(accessTokenFile)
    },
    plan("join !hall:x")
  ).pipe(
    Effect.map(({ baseUrl }) => baseUrl.href),
    Effect.provide(
      Layer.mergeAll(
        ConfigProvider.layer(ConfigProvider.fromEnv({ env })),
        Stdio.layerTest({}),
        FileSystem.layerNoop({ readFileString: () => Effect.succeed("syt_file") })
      )
    )
  )

const token = { MATRIX_ACCESS_TOKEN: "syt_secret" }

describe("the homeserver", () => {
  it.effect("is the one named by the flag, else the one named by the environment", () =>
    Effect.gen(function* () {
      const env = { ...token, MATRIX_HOMESERVER: "https://env.example.org/" }
      assert.strictEqual(yield* open({ env }), "https://env.example.org/")
      assert.strictEqual(yield* open({ env, homeserver: "https://flag.example.org" }), "https://flag.example.org/")
    })
  )
  it.effect("may be behind a path", () =>
    Effect.map(open({ env: token, homeserver: "https://example.org/matrix/" }), (url) =>
      assert.strictEqual(url, "https://example.org/matrix/")
    )
  )
  it.live("may be embedded, which takes no token", () =>
    Effect.map(Effect.scoped(open({ homeserver: "embedded" })), (url) =>
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/u)
    )
  )
})

describe("wrong usage", () => {
  const wrong = (given: Given) =>
    Effect.map(Effect.flip(Effect.scoped(open(given))), (error) => {
      assert.strictEqual(error._tag, "WrongUsage")
      return error.message
    })

  it.effect("is to name none, and the ways to name one are told", () =>
    Effect.gen(function* () {
      const message = yield* wrong({ env: token })
      for (const way of ["--homeserver", "MATRIX_HOMESERVER", "embedded"]) assert.include(message, way)
    })
  )
  it.effect.each([
    { homeserver: "matrix.example.org" },
    { homeserver: "" },
    { homeserver: "example.org:8448" },
    { homeserver: "ftp://example.org" },
    { homeserver: "https://example.org/#/room" }
  ])("is $homeserver, which is no base URL", ({ homeserver }) =>
    Effect.map(wrong({ env: token, homeserver }), (message) => assert.match(message, /^--homeserver: expected a URL/u))
  )
  it.effect.each([
    { homeserver: "https://alice:PASSWORD@example.org" },
    { homeserver: "https://example.org/?access_token=PASSWORD" }
  ])("is a secret in the URL, and it is not repeated: $homeserver", ({ homeserver }) =>
    Effect.map(wrong({ env: token, homeserver }), (message) => assert.notInclude(message, "PASSWORD"))
  )
  it.effect("is a token for the embedded homeserver", () =>
    Effect.map(wrong({ homeserver: "embedded", accessTokenFile: "t" }), (message) =>
      assert.include(message, "--access-token-file")
    )
  )
})

it.effect("without a token nothing can be used", () =>
  Effect.map(Effect.flip(Effect.scoped(open({ homeserver: "https://example.org" }))), (error) => {
    assert.strictEqual(error._tag, "Unusable")
    assert.include(error.message, "MATRIX_ACCESS_TOKEN")
  })
)
