import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as PlatformError from "effect/PlatformError"
import * as Redacted from "effect/Redacted"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"
import * as AccessToken from "../src/AccessToken.ts"

interface Places {
  readonly env?: Record<string, string>
  readonly stdin?: string
  readonly files?: Record<string, string>
}

const unreadable = (path: string, _tag: "NotFound" | "PermissionDenied" | "BadResource") =>
  Effect.fail(
    PlatformError.systemError({ _tag, module: "FileSystem", method: "readFileString", pathOrDescriptor: path })
  )

const read = (file: string | undefined, { env = {}, files = {}, stdin = "" }: Places) =>
  AccessToken.read(Option.fromUndefinedOr(file)).pipe(
    Effect.provide(
      Layer.mergeAll(
        ConfigProvider.layer(ConfigProvider.fromEnv({ env })),
        Stdio.layerTest({ stdin: Stream.succeed(new TextEncoder().encode(stdin)) }),
        FileSystem.layerNoop({
          readFileString: (path) => {
            const text = files[path]
            if (path === "secret") return unreadable(path, "PermissionDenied")
            if (path === "folder") return unreadable(path, "BadResource")
            return text === undefined ? unreadable(path, "NotFound") : Effect.succeed(text)
          }
        })
      )
    )
  )

const token = (file: string | undefined, places: Places) => Effect.map(read(file, places), Redacted.value)
const complaint = (file: string | undefined, places: Places) =>
  Effect.map(Effect.flip(read(file, places)), ({ message }) => message)

describe("the access token", () => {
  it.effect("is what the file holds, else what the environment holds", () =>
    Effect.gen(function* () {
      const places = { env: { MATRIX_ACCESS_TOKEN: "from_env" }, files: { t: "from_file" }, stdin: "from_stdin" }
      assert.strictEqual(yield* token(undefined, places), "from_env")
      assert.strictEqual(yield* token("t", places), "from_file")
      assert.strictEqual(yield* token("-", places), "from_stdin")
    })
  )
  it.effect.each([
    { name: "a newline", text: "syt_x\n" },
    { name: "CRLF", text: "syt_x\r\n" },
    { name: "blank lines and blanks", text: "\n  syt_x \n\n" },
    { name: "a byte order mark", text: "\ufeffsyt_x\r\n" }
  ])("may have $name around it", ({ text }) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* token("t", { files: { t: text } }), "syt_x")
      assert.strictEqual(yield* token("-", { stdin: text }), "syt_x")
      assert.strictEqual(yield* token(undefined, { env: { MATRIX_ACCESS_TOKEN: text } }), "syt_x")
    })
  )
  it.effect("shows nowhere it is printed", () =>
    Effect.gen(function* () {
      const read_ = yield* read(undefined, { env: { MATRIX_ACCESS_TOKEN: "syt_secret" } })
      assert.notInclude(`${read_} ${JSON.stringify(read_)}`, "syt_secret")
    })
  )
})

describe("the complaint", () => {
  it.effect("says where a token could come from when there is none", () =>
    Effect.gen(function* () {
      const text = yield* complaint(undefined, {})
      assert.include(text, "MATRIX_ACCESS_TOKEN")
      assert.include(text, "--access-token-file")
    })
  )
  it.effect.each([
    { file: "nowhere", says: "cannot read the access token from nowhere: no such file" },
    { file: "secret", says: "cannot read the access token from secret: this user may not read it" },
    { file: "folder", says: "cannot read the access token from folder: it is not a readable file" }
  ])("names the file that cannot be read: $file", ({ file, says }) =>
    Effect.map(complaint(file, {}), (text) => assert.strictEqual(text, says))
  )
  it.effect("names what is empty", () =>
    Effect.gen(function* () {
      assert.include(yield* complaint("t", { files: { t: " \r\n" } }), "t is empty")
      assert.include(yield* complaint("-", {}), "standard input is empty")
    })
  )
  it.effect.each([
    { name: "two lines", text: "syt_one\nsyt_two" },
    { name: "a header", text: "Authorization: Bearer syt_secret" },
    { name: "JSON", text: '{"access_token": "syt_secret"}' },
    { name: "a letter from beyond ASCII", text: "syt_ü" },
    { name: "a control character", text: "syt_\u001b[31m" }
  ])("about $name names the place and not what stands there", ({ text }) =>
    Effect.gen(function* () {
      const said = yield* complaint("t", { files: { t: text } })
      assert.isTrue(said.startsWith("t does not hold an access token"), said)
      assert.notInclude(said, "syt_")
    })
  )
})
