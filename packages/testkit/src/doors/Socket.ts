/** The way in for everybody: a real server on a port of the loopback interface. */
import { createServer, ServerResponse } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Delivery } from "../Exchange.ts"
import type { Handle } from "./Memory.ts"

/** The base URL, such as `http://127.0.0.1:43211`, on a free port by default. The server stops with the scope, open requests and all. */
export const serve = Effect.fnUntraced(function* (handle: Handle, port = 0) {
  const node = createServer()
  const server = yield* NodeHttpServer.make(() => node, { host: "127.0.0.1", port })
  // The server runs requests uninterruptibly unless told otherwise, and then a client that hangs up is not noticed.
  const app = Effect.interruptible(
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const body = yield* Effect.orDie(request.text)
      const delivery = yield* handle({
        method: request.method,
        target: request.url,
        headers: { ...request.headers },
        body
      })
      return yield* delivery._tag === "Answer" && delivery.cutAt === undefined
        ? Effect.succeed(whole(delivery))
        : broken(request, delivery)
    })
  )
  yield* server.serve(app)
  // Otherwise a connection kept alive by a client would hold up the end.
  yield* Effect.addFinalizer(() => Effect.sync(() => node.closeAllConnections()))
  const address = node.address()
  if (address === null || typeof address === "string") return yield* Effect.die(new Error("no port was given"))
  return `http://127.0.0.1:${address.port}`
})

const whole = ({ answer }: Extract<Delivery, { _tag: "Answer" }>): HttpServerResponse.HttpServerResponse => {
  const { body, headers, status } = answer
  if (status === 204) return HttpServerResponse.empty({ status, headers })
  return HttpServerResponse.text(body, { status, headers, contentType: headers["content-type"] })
}

/** Destroys the socket, after some of the answer where there is one. Nothing is left to answer then. */
const broken = (request: HttpServerRequest.HttpServerRequest, delivery: Delivery): Effect.Effect<never> =>
  Effect.andThen(
    Effect.sync(() => {
      const { socket } = NodeHttpServerRequest.toIncomingMessage(request)
      const response = NodeHttpServerRequest.toServerResponse(request)
      if (delivery._tag === "Reset" || !(response instanceof ServerResponse)) return socket.destroy()
      const { answer, cutAt } = delivery
      const bytes = Buffer.from(answer.body)
      response.writeHead(answer.status, { ...answer.headers, "content-length": bytes.length })
      return response.write(bytes.subarray(0, cutAt), () => socket.destroy())
    }),
    Effect.never
  )
