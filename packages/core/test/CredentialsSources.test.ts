/** Where access tokens come from, and what happens when they are not there. */
import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as PlatformError from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import { Credentials } from "../src/Credentials.ts"
import { witness } from "./Witness.ts"

const secret = "syt_secret_token"
const read = Effect.flatMap(Credentials, ({ accessToken }) => Effect.map(accessToken, Redacted.value))
const renew = Effect.flatMap(Credentials, (credentials) => credentials.renew(Redacted.make(secret)))

const environment = (variables: Record<string, string>) =>
  Layer.provide(Credentials.layerConfig, ConfigProvider.layer(ConfigProvider.fromUnknown(variables)))

/** A file system with one file, which counts how often it is read. */
const holding = (text: string) => {
  const reads = { count: 0 }
  const missing = (path: string) =>
    PlatformError.systemError({
      _tag: "NotFound",
      module: "FileSystem",
      method: "readFileString",
      pathOrDescriptor: path
    })
  const layer = FileSystem.layerNoop({
    readFileString: (path) =>
      path === "/run/token"
        ? Effect.sync(() => {
            reads.count += 1
            return text
          })
        : Effect.fail(missing(path))
  })
  return { layer, reads }
}

describe("a file", () => {
  it.effect.each(["syt_secret_token", "syt_secret_token\n", "\tsyt_secret_token \r\n\r\n", "\uFEFFsyt_secret_token"])(
    "that holds %j gives the token",
    (text) =>
      Effect.gen(function* () {
        const { layer } = holding(text)
        assert.strictEqual(
          yield* Effect.provide(read, Layer.provide(Credentials.layerFile("/run/token"), layer)),
          secret
        )
      })
  )
  it.effect("is read once, however often the token is asked for", () =>
    Effect.gen(function* () {
      const { layer, reads } = holding(secret)
      const thrice = Effect.replicateEffect(read, 3)
      yield* Effect.provide(thrice, Layer.provide(Credentials.layerFile("/run/token"), layer))
      assert.strictEqual(reads.count, 1)
    })
  )
  it.effect("that is not there is named in the error", () =>
    Effect.gen(function* () {
      const { layer } = holding(secret)
      const error = yield* Effect.flip(Effect.provide(read, Layer.provide(Credentials.layerFile("/run/tokn"), layer)))
      assert.include(error.message, "/run/tokn")
      assert.strictEqual(error.reason._tag, "NotFound")
    })
  )
  it.effect("is not seen, nor what it holds, in what the layer is", () =>
    Effect.gen(function* () {
      const { layer } = holding(secret)
      const { text } = yield* witness(
        Effect.provide(
          Effect.flatMap(Credentials, (credentials) => Effect.logInfo(credentials)),
          Layer.provide(Credentials.layerFile("/run/token"), layer)
        )
      )
      assert.isFalse(text.includes(secret))
    })
  )
})

describe("the environment", () => {
  it.effect("is asked for MATRIX_ACCESS_TOKEN alone", () =>
    Effect.gen(function* () {
      const layer = environment({ MATRIX_ACCESS_TOKEN: secret, ACCESS_TOKEN: "other" })
      assert.strictEqual(yield* Effect.provide(read, layer), secret)
    })
  )
  it.effect("without it fails, and shows nothing else that is in it", () =>
    Effect.gen(function* () {
      const { text } = yield* witness(Effect.provide(read, environment({ MATRIX_ACCES_TOKEN: secret })))
      assert.include(text, "MATRIX_ACCESS_TOKEN")
      assert.isFalse(text.includes(secret))
    })
  )
})

describe("a token that cannot be renewed", () => {
  it.effect.each([
    { source: "given", layer: Credentials.layer(Redacted.make(secret)) },
    { source: "from the environment", layer: Layer.orDie(environment({ MATRIX_ACCESS_TOKEN: secret })) },
    {
      source: "from a file",
      layer: Layer.orDie(Layer.provide(Credentials.layerFile("/run/token"), holding(secret).layer))
    }
  ])("($source) has no successor", ({ layer }) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.provide(renew, layer))._tag, "None")
    })
  )
})
