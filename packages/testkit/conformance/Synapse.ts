/**
 * A real Synapse on loopback, for as long as a scope lasts: started from the pinned packages, with an empty database
 * in memory, and ended with the scope however that ends.
 */

import { createHmac, randomBytes } from "node:crypto"
import * as Net from "node:net"
import * as NodeServices from "@effect/platform-node/NodeServices"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as ChildProcess from "effect/process/ChildProcess"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as SynapseConfig from "./SynapseConfig.ts"
import { SynapseError } from "./SynapseError.ts"
import * as SynapseVenv from "./SynapseVenv.ts"

export interface NewUser {
  readonly localpart: string
  /** Default `"password"`. */
  readonly password?: string
  /** Whether the account may use the admin API. Default no. */
  readonly admin?: boolean
}

const Registered = Schema.Struct({ user_id: Schema.String, access_token: Schema.String, device_id: Schema.String })
const Nonce = Schema.Struct({ nonce: Schema.String })

/** A server that ends itself when our end of the pipe closes, so that it cannot outlive a killed test run. */
const program = `
import os, signal, sys, threading
def watch():
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
from synapse.app.homeserver import main
main()
`

const keptLines = 2000

const freePort = Effect.callback<number>((resume) => {
  const server = Net.createServer()
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})

const start = Effect.fnUntraced(function* (options: SynapseConfig.SynapseOptions) {
  const files = yield* FileSystem.FileSystem
  const python = yield* SynapseVenv.ready
  const directory = yield* files.makeTempDirectoryScoped({ prefix: "synapse-" })
  const place = { directory, port: yield* freePort, secret: randomBytes(16).toString("hex") }
  const seed = randomBytes(32).toString("base64").replaceAll("=", "")
  yield* files.writeFileString(`${directory}/homeserver.yaml`, SynapseConfig.homeserver(options, place))
  yield* files.writeFileString(`${directory}/log.yaml`, SynapseConfig.logging(options))
  yield* files.writeFileString(`${directory}/signing.key`, `ed25519 a_key ${seed}\n`)
  yield* Effect.forEach(options.applicationServices ?? [], (service, index) =>
    files.writeFileString(SynapseConfig.servicePath(place, index), SynapseConfig.applicationService(service))
  )
  const handle = yield* ChildProcess.make(python, ["-c", program, "-c", `${directory}/homeserver.yaml`], {
    cwd: directory,
    stdin: { stream: Stream.never, endOnDone: false },
    env: options.trusted === undefined ? {} : { SSL_CERT_FILE: options.trusted },
    extendEnv: true,
    forceKillAfter: "5 seconds"
  })
  const lines: Array<string> = []
  const collected = yield* handle.all.pipe(
    Stream.decodeText,
    Stream.splitLines,
    Stream.runForEach((line) =>
      Effect.sync(() => {
        lines.push(line)
        if (lines.length > keptLines) lines.shift()
      })
    ),
    Effect.ignore,
    Effect.forkScoped
  )
  return { place, handle, lines, collected }
})

/** A running homeserver and what tests need of its administration. */
export class Synapse extends Context.Service<
  Synapse,
  {
    /** `http://127.0.0.1:PORT` */
    readonly baseUrl: URL
    readonly serverName: string
    readonly pid: number
    /** Through the shared-secret endpoint: not rate-limited, and the only way to make an admin. */
    readonly registerUser: (
      user: NewUser
    ) => Effect.Effect<
      { readonly userId: string; readonly accessToken: string; readonly deviceId: string },
      SynapseError
    >
    /** The last lines the server printed, oldest first. */
    readonly log: Effect.Effect<ReadonlyArray<string>>
  }
>()("testkit/conformance/Synapse") {
  static readonly make = Effect.fnUntraced(function* (options: SynapseConfig.SynapseOptions = {}) {
    const http = yield* HttpClient.HttpClient
    const { place, handle, lines, collected } = yield* start(options)
    const baseUrl = new URL(`http://127.0.0.1:${place.port}`)
    const failed = (reason: string) =>
      new SynapseError({ step: "start", detail: `${reason}; its last lines:\n${lines.slice(-30).join("\n")}` })

    const ended = handle.exitCode.pipe(
      // what it said last may still be in the pipe
      Effect.tap(Effect.timeoutOption(Fiber.await(collected), "1 second")),
      Effect.orElseSucceed(() => "an unknown code"),
      Effect.flatMap((code) => failed(`it ended with ${code}`))
    )
    yield* http.get(new URL("/_matrix/client/versions", baseUrl)).pipe(
      Effect.filterOrFail(
        (response) => response.status === 200,
        (response) => response.status
      ),
      Effect.retry(Schedule.spaced("50 millis")),
      Effect.raceFirst(ended),
      Effect.timeoutOrElse({
        duration: "60 seconds",
        orElse: () => Effect.fail(failed("no answer within 60 seconds"))
      }),
      Effect.mapError((error) => (error instanceof SynapseError ? error : failed(String(error))))
    )

    const registration = HttpClientRequest.post(new URL("/_synapse/admin/v1/register", baseUrl))
    const registerUser = Effect.fn("Synapse.registerUser")(
      function* ({ admin = false, localpart, password = "password" }: NewUser) {
        const { nonce } = yield* http
          .get(registration.url)
          .pipe(Effect.flatMap(HttpClientResponse.schemaBodyJson(Nonce)))
        const mac = createHmac("sha1", place.secret)
          .update([nonce, localpart, password, admin ? "admin" : "notadmin"].join("\0"))
          .digest("hex")
        const answer = yield* registration.pipe(
          HttpClientRequest.bodyJsonUnsafe({ nonce, username: localpart, password, admin, mac }),
          http.execute
        )
        if (answer.status !== 200) {
          return yield* new SynapseError({ step: "register", detail: `${answer.status} ${yield* answer.text}` })
        }
        const { access_token, device_id, user_id } = yield* HttpClientResponse.schemaBodyJson(Registered)(answer)
        return { userId: user_id, accessToken: access_token, deviceId: device_id }
      },
      Effect.mapError((error) =>
        error._tag === "SynapseError" ? error : new SynapseError({ step: "register", detail: error.message })
      )
    )

    return Synapse.of({
      baseUrl,
      serverName: options.serverName ?? SynapseConfig.defaultServerName,
      pid: handle.pid,
      registerUser,
      log: Effect.sync(() => [...lines])
    })
  })

  /** Installs on first use (about a minute), starts in about two seconds. */
  static readonly layer = (options: SynapseConfig.SynapseOptions = {}): Layer.Layer<Synapse, SynapseError> =>
    Layer.effect(this, this.make(options)).pipe(
      Layer.catchTag("PlatformError", (error) =>
        Layer.effect(this, Effect.fail(new SynapseError({ step: "start", detail: error.message })))
      ),
      Layer.provide([NodeServices.layer, FetchHttpClient.layer])
    )
}
