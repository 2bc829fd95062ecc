/** The way in without a socket: an `HttpClient` that runs the fake in the caller's fibre, and so on the caller's clock. */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import type { Delivery } from "../Exchange.ts"
import type * as Wire from "../Wire.ts"

export type Handle = (request: Wire.Request) => Effect.Effect<Delivery>

type Answered = Effect.Effect<HttpClientResponse.HttpClientResponse, HttpClientError.HttpClientError>

/** The host of a URL means nothing here: every request reaches the one fake. */
export const make = (handle: Handle): HttpClient.HttpClient => {
  const traced = HttpClient.make((request, url) => send(handle, request, url))
  return HttpClient.makeWith<never, never, HttpClientError.HttpClientError, never>(
    Effect.flatMap((request) =>
      Effect.withFiber((fiber): Answered => {
        const isQuiet = fiber.getRef(Tracer.DisablePropagation) || fiber.getRef(HttpClient.TracerDisabledWhen)(request)
        // Without a span there is nothing that Effect's own way could add, and signals and finalizers take long to make.
        const url = isQuiet ? HttpClientRequest.toUrl(request) : Option.none()
        return Option.isSome(url) ? send(handle, request, url.value) : traced.execute(request)
      })
    ),
    Effect.succeed
  )
}

const send = (handle: Handle, request: HttpClientRequest.HttpClientRequest, url: URL): Answered =>
  Effect.gen(function* () {
    const body = yield* bodyOf(request)
    // A real request never answers without giving others a turn, and neither does this one.
    yield* Effect.yieldNow
    const delivery = yield* handle({
      method: request.method,
      target: `${url.pathname}${url.search}`,
      headers: { ...request.headers },
      body
    })
    return yield* delivery._tag === "Reset" ? Effect.fail(broken(request)) : Effect.succeed(received(request, delivery))
  })

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()]

const bodyOf = (request: HttpClientRequest.HttpClientRequest): Effect.Effect<string> => {
  const { body } = request
  if (body._tag === "Empty") return Effect.succeed("")
  return body._tag === "Uint8Array"
    ? Effect.sync(() => decoder.decode(body.body))
    : Effect.orDie(HttpServerRequest.fromClientRequest(request).text)
}

const broken = (request: HttpClientRequest.HttpClientRequest): HttpClientError.HttpClientError =>
  new HttpClientError.HttpClientError({
    reason: new HttpClientError.TransportError({ request, description: "the connection was reset" })
  })

const received = (
  request: HttpClientRequest.HttpClientRequest,
  { answer, cutAt }: Extract<Delivery, { _tag: "Answer" }>
): HttpClientResponse.HttpClientResponse => {
  const { headers, status } = answer
  const bytes = encoder.encode(answer.body)
  const options = { status, headers, contentType: headers["content-type"] }
  const response =
    cutAt === undefined
      ? HttpServerResponse.uint8Array(bytes, options)
      : HttpServerResponse.stream(
          Stream.concat(
            Stream.succeed(bytes.slice(0, cutAt)),
            Stream.fail(new Error("the connection broke within the body"))
          ),
          options
        )
  return HttpServerResponse.toClientResponse(response, { request })
}
