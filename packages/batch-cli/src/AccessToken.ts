/** Where the access token comes from: a file, standard input or the environment. Never an argument: those show in `ps`. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stdio from "effect/Stdio"
import * as Stream from "effect/Stream"

export const variable = "MATRIX_ACCESS_TOKEN"

/** There is no usable token. The message never quotes what was found. */
export class AccessTokenMissing extends Schema.TaggedError<AccessTokenMissing>()("AccessTokenMissing", {
  message: Schema.String
}) {}

const missing = (message: string) => new AccessTokenMissing({ message })

/** What may stand in an HTTP header (RFC 6750 §2.1 is narrower, servers are not). */
const usable = /^[\x21-\x7e]+$/u

const check = (where: string, text: string) => {
  const token = text.trim()
  if (token === "") return Effect.fail(missing(`${where} is empty; it must hold the access token and nothing else`))
  return usable.test(token)
    ? Effect.succeed(Redacted.make(token, { label: "access token" }))
    : Effect.fail(missing(`${where} does not hold an access token: it has blanks or characters that no token has`))
}

const reasons: { readonly [reason: string]: string } = {
  NotFound: "no such file",
  PermissionDenied: "this user may not read it"
}

const fromFile = Effect.fnUntraced(function* (path: string) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.mapError(fs.readFileString(path), (error) =>
    missing(`cannot read the access token from ${path}: ${reasons[error.reason._tag] ?? "it is not a readable file"}`)
  )
  return yield* check(path, text)
})

const fromStdin = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  if (yield* stdio.stdinIsTerminal) {
    return yield* missing("a token typed here would stay on the screen; pipe it in, or put it into a file of its own")
  }
  const text = yield* Effect.mapError(Stream.mkString(Stream.decodeText(stdio.stdin)), () =>
    missing("cannot read the access token from standard input")
  )
  return yield* check("standard input", text)
})

const fromEnvironment = Effect.gen(function* () {
  const found = yield* Effect.orElseSucceed(Config.option(Config.Redacted(variable)), Option.none)
  if (Option.isSome(found)) return yield* check(variable, Redacted.value(found.value))
  return yield* missing(
    `there is no access token: set ${variable}, or name a file that holds it with --access-token-file (- for standard input)`
  )
})

/** @param file a path, `-` for standard input, or nothing for the environment */
export const read = Effect.fnUntraced(function* (file: Option.Option<string>) {
  if (Option.isNone(file)) return yield* fromEnvironment
  return yield* file.value === "-" ? fromStdin : fromFile(file.value)
})
