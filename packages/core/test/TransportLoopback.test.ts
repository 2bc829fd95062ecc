/** The same promises over a real socket and Node's own `fetch`, on loopback. */
import * as Http from "node:http"
import { assert, describe, it } from "@effect/vitest"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Credentials } from "../src/Credentials.ts"
import type { MatrixError } from "../src/MatrixError.ts"
import { RoomId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"

const roomId = RoomId.make("!r:x")
const token = "syt_loopback_token"

/** A server for as long as the scope lasts. */
const listening = (handler: Http.RequestListener) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly url: URL; readonly server: Http.Server }>((resume) => {
      const server = Http.createServer(handler)
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" && address !== null ? address.port : 0
        resume(Effect.succeed({ server, url: new URL(`http://127.0.0.1:${port}`) }))
      })
    }),
    ({ server }) =>
      Effect.callback<void>((resume) => {
        server.closeAllConnections()
        server.close(() => resume(Effect.void))
      })
  )

const forgetting = (homeserver: URL): Effect.Effect<void, MatrixError> =>
  Effect.flatMap(Membership, (membership) => membership.forgetRoom({ roomId })).pipe(
    Effect.provide(
      Membership.layer({ homeserver, pathVersion: "v3", retry: { times: 0 } }).pipe(
        Layer.provide([Credentials.layer(Redacted.make(token)), FetchHttpClient.layer])
      )
    )
  )

const outcome = (error: MatrixError) => [error._tag, error._tag === "Unreachable" && error.sent]

describe("over a socket", () => {
  it.live("a request arrives as it was meant", () =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const { url } = yield* listening((request, response) => {
        let body = ""
        request.on("data", (chunk) => {
          body += chunk
        })
        request.on("end", () => {
          seen.push([request.method, request.url, request.headers.authorization, request.headers["content-type"], body])
          response.end("{}")
        })
      })
      yield* forgetting(url)
      assert.deepStrictEqual(seen, [
        ["POST", "/_matrix/client/v3/rooms/!r%3Ax/forget", `Bearer ${token}`, "application/json", "{}"]
      ])
    })
  )

  it.live.each([301, 302, 303, 307, 308])(
    "a %i to another origin is not followed, and the token does not get there",
    (status) =>
      Effect.gen(function* () {
        const strangers: Array<string | undefined> = []
        const elsewhere = yield* listening((request, response) => {
          strangers.push(request.headers.authorization)
          response.end("{}")
        })
        const { url } = yield* listening((_, response) => {
          response.writeHead(status, { location: `${elsewhere.url}?access_token=${token}` }).end()
        })
        const error = yield* Effect.flip(forgetting(url))
        assert.deepStrictEqual([error._tag, error._tag === "NotMatrix" && error.status], ["NotMatrix", status])
        assert.include(error.message, elsewhere.url.origin)
        assert.deepStrictEqual(strangers, [])
      })
  )

  it.live("a redirect to another path of the same server is not followed either", () =>
    Effect.gen(function* () {
      let requests = 0
      const { url } = yield* listening((_, response) => {
        requests += 1
        response.writeHead(307, { location: "/elsewhere" }).end()
      })
      assert.strictEqual((yield* Effect.flip(forgetting(url)))._tag, "NotMatrix")
      assert.strictEqual(requests, 1)
    })
  )

  it.live("a closed port is Unreachable, and nothing was sent", () =>
    Effect.gen(function* () {
      const { url } = yield* Effect.scoped(listening(() => {}))
      const error = yield* Effect.flip(forgetting(url))
      assert.deepStrictEqual(outcome(error), ["Unreachable", false])
      assert.include(error.message, "ECONNREFUSED")
    })
  )

  it.live("a connection reset before the answer is Unreachable, and may have taken effect", () =>
    Effect.gen(function* () {
      const { url } = yield* listening((request) => request.socket.destroy())
      assert.deepStrictEqual(outcome(yield* Effect.flip(forgetting(url))), ["Unreachable", true])
    })
  )

  it.live("an answer shorter than it says is Unreachable, and may have taken effect", () =>
    Effect.gen(function* () {
      const { url } = yield* listening((_, response) => {
        response.writeHead(200, { "content-length": "100" })
        response.write("{", () => response.socket?.destroy())
      })
      assert.deepStrictEqual(outcome(yield* Effect.flip(forgetting(url))), ["Unreachable", true])
    })
  )

  it.live("something that does not speak HTTP is Unreachable", () =>
    Effect.gen(function* () {
      const { server, url } = yield* listening(() => {})
      server.on("connection", (socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n"))
      assert.strictEqual((yield* Effect.flip(forgetting(url)))._tag, "Unreachable")
    })
  )

  it.live("an interrupt closes the connection", () =>
    Effect.gen(function* () {
      const arrived = yield* Deferred.make<void>()
      const closed = yield* Deferred.make<void>()
      const { url } = yield* listening((request) => {
        Deferred.doneUnsafe(arrived, Effect.void)
        request.socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
      })
      const fiber = yield* Effect.forkChild(forgetting(url))
      yield* Deferred.await(arrived)
      yield* Fiber.interrupt(fiber)
      yield* Deferred.await(closed)
    })
  )
})
