import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Credentials } from "../src/Credentials.ts"
import { witness } from "./Witness.ts"

const read = Effect.flatMap(Credentials, ({ accessToken }) => Effect.map(accessToken, Redacted.value))
const secret = "syt_secret_token"

describe("the access token", () => {
  it.effect("is what the program says", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Effect.provide(read, Credentials.layer(Redacted.make(secret))), secret)
    })
  )
  it.effect("is in MATRIX_ACCESS_TOKEN", () =>
    Effect.gen(function* () {
      const environment = ConfigProvider.layer(ConfigProvider.fromUnknown({ MATRIX_ACCESS_TOKEN: secret }))
      assert.strictEqual(yield* Effect.provide(read, Layer.provide(Credentials.layerConfig, environment)), secret)
    })
  )
  it.effect("missing there is named in the error", () =>
    Effect.gen(function* () {
      const empty = ConfigProvider.layer(ConfigProvider.fromUnknown({ PATH: "/bin" }))
      const error = yield* Effect.flip(Effect.provide(read, Layer.provide(Credentials.layerConfig, empty)))
      assert.include(String(error), "MATRIX_ACCESS_TOKEN")
    })
  )
  it.effect("is in a file, where blanks around it do not count", () =>
    Effect.gen(function* () {
      const files = FileSystem.layerNoop({
        readFileString: (path) => Effect.succeed(path === "/t" ? ` ${secret}\r\n` : "")
      })
      assert.strictEqual(yield* Effect.provide(read, Layer.provide(Credentials.layerFile("/t"), files)), secret)
    })
  )
})

it.effect("is not seen in the service, nor in what is logged of it", () =>
  Effect.gen(function* () {
    const layer = Credentials.layer(Redacted.make(secret))
    const { exit, text } = yield* witness(
      Effect.provide(
        Effect.gen(function* () {
          const credentials = yield* Credentials
          const token = yield* credentials.accessToken
          yield* Effect.logInfo("with", token, credentials)
          return yield* Effect.fail({ token, credentials })
        }),
        layer
      )
    )
    assert.isTrue(Exit.isFailure(exit))
    assert.include(text, "<redacted>")
    assert.isFalse(text.includes(secret))
  })
)
