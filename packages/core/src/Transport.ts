/**
 * One attempt at one request: the token goes on, the answer comes back whole and within bounds, and whatever is not a
 * success is a `MatrixError`. Everything above this file sees only typed errors, everything below is Effect's
 * `HttpClient`.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Answers from "./Answers.ts"
import type { Credentials } from "./Credentials.ts"
import * as Masquerade from "./Masquerade.ts"
import { type MatrixError, mayHaveTakenEffect, NotMatrix, Unreachable } from "./MatrixError.ts"

/** The bounds of one attempt. */
export interface Options {
  /** For one attempt, from sending to the last byte of the answer. */
  readonly timeout: Duration.Duration
  /** Bytes of an answer's body that are read before giving up. */
  readonly maxBodyBytes: number
  /** Whom to speak for unless `Masquerade.As` says otherwise. */
  readonly as?: Masquerade.Masquerade | undefined
}

/** For everything but lists of members. */
export const small: Options = { timeout: Duration.seconds(60), maxBodyBytes: 1024 * 1024 }

/** Further secrets in a request, besides the access token, that must not come back in an error. */
export const Secrets = Context.Reference<ReadonlyArray<Redacted.Redacted>>(
  "@matrix-membership/core/Transport/Secrets",
  {
    defaultValue: () => []
  }
)

/** Errors of the network and of TLS that arise before a single byte of the request is sent. */
const beforeSending = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT"
])

const neverSent = (code: string): boolean =>
  beforeSending.has(code) || /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/u.test(code)

/**
 * What the network said, innermost cause first. `HttpClientError` itself is dropped: it holds the request, and the
 * request holds the token.
 */
const explain = (cause: unknown): { readonly text: string; readonly code: string | undefined } => {
  let innermost: unknown = cause
  for (let depth = 0; depth < 8; depth++) {
    const below: unknown =
      innermost instanceof AggregateError
        ? innermost.errors[0]
        : innermost instanceof Error
          ? innermost.cause
          : undefined
    if (below === undefined) break
    innermost = below
  }
  const code = innermost instanceof Error && "code" in innermost ? String(innermost.code) : undefined
  const text = innermost instanceof Error ? innermost.message : innermost === undefined ? "" : String(innermost)
  return { text: text === "" ? (code ?? "connection failed") : text, code }
}

/** Servers and network stacks quote what they object to; secrets among it are blotted out. */
export const blotting = (secrets: ReadonlyArray<Redacted.Redacted>): Answers.Clean => {
  const texts = secrets.map(Redacted.value).filter((secret) => secret !== "")
  return (text) => texts.reduce((clean, secret) => clean.replaceAll(secret, "<redacted>"), text)
}

const unreachable = (error: HttpClientError.HttpClientError, clean: Answers.Clean): Unreachable => {
  if (error.reason._tag === "InvalidUrlError") return new Unreachable({ cause: "the URL is not valid", sent: false })
  const { code, text } = explain(error.reason.cause)
  return new Unreachable({ cause: clean(text), sent: !(code !== undefined && neverSent(code)) })
}

/** The whole body as text; fails when it is too large or breaks off. */
const read = Effect.fnUntraced(function* (
  response: HttpClientResponse.HttpClientResponse,
  limit: number,
  clean: Answers.Clean
) {
  const decoder = new TextDecoder()
  let text = ""
  let size = 0
  yield* Stream.runForEach(response.stream, (chunk) => {
    size += chunk.length
    if (size > limit) {
      return Effect.fail(new NotMatrix({ status: response.status, excerpt: `a body of more than ${limit} bytes` }))
    }
    text += decoder.decode(chunk, { stream: true })
    return Effect.void
  }).pipe(
    Effect.catchTag("HttpClientError", (error) =>
      error.reason._tag === "EmptyBodyError"
        ? Effect.void
        : // the head of the answer arrived, so the request certainly did
          Effect.fail(
            new Unreachable({ cause: clean(`the answer broke off: ${explain(error.reason.cause).text}`), sent: true })
          )
    )
  )
  return text + decoder.decode()
})

const jsonObject = (text: string): object | undefined => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * An object, and not the one of an error: proxies have been seen to turn any status into 200. A join is owed a room id,
 * and no other endpoint answers 202, so there a 202 without one is a promise and not a success.
 */
const isSuccess = (status: number, body: string): boolean => {
  if (status < 200 || status > 299) return false
  const value = jsonObject(body)
  return value !== undefined && !("errcode" in value) && (status !== 202 || "room_id" in value)
}

// Our own span says what happened in Matrix's terms; the client's would carry URLs, and its headers leave the house.
const quiet = Effect.fnUntraced(function* (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest
) {
  const init = yield* Effect.serviceOption(FetchHttpClient.RequestInit)
  return yield* client.execute(request).pipe(
    Effect.provideService(FetchHttpClient.RequestInit, {
      ...Option.getOrElse(init, () => ({})),
      // a token must never follow a redirect to somebody else
      redirect: "manual"
    }),
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )
})

/** Status, headers and body of any answer at all, within bounds. */
const exchange = Effect.fnUntraced(function* (
  client: HttpClient.HttpClient,
  { maxBodyBytes, timeout }: Pick<Options, "maxBodyBytes" | "timeout">,
  request: HttpClientRequest.HttpClientRequest,
  clean: Answers.Clean
) {
  return yield* Effect.gen(function* () {
    const response = yield* Effect.mapError(quiet(client, request), (error) => unreachable(error, clean))
    return { status: response.status, headers: response.headers, body: yield* read(response, maxBodyBytes, clean) }
  }).pipe(
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () =>
        Effect.fail(new Unreachable({ cause: `no complete answer within ${Duration.format(timeout)}`, sent: true }))
    })
  )
})

/** Any page, without a token: what is not Matrix's client-server API. */
export const page = (client: HttpClient.HttpClient, request: HttpClientRequest.HttpClientRequest) =>
  exchange(client, small, request, blotting([]))

const attempt = Effect.fnUntraced(function* (
  client: HttpClient.HttpClient,
  options: Options,
  token: Redacted.Redacted | undefined,
  request: HttpClientRequest.HttpClientRequest
) {
  const as = (yield* Masquerade.As) ?? options.as
  const clean = blotting([...(yield* Secrets), ...(token === undefined ? [] : [token])])
  const answer = yield* exchange(client, options, addressed(request, token, as), clean)
  if (isSuccess(answer.status, answer.body)) {
    // read once and in full: what decodes it does not meet the network again
    const init = { status: 200, headers: { "content-type": "application/json" } }
    return HttpClientResponse.fromWeb(request, new Response(answer.body, init))
  }
  return yield* Answers.classify(answer, yield* Clock.currentTimeMillis, clean)
})

/** With the token in the header, and nowhere else, and the user spoken for in the query. */
const addressed = (
  request: HttpClientRequest.HttpClientRequest,
  token: Redacted.Redacted | undefined,
  as: Masquerade.Masquerade | undefined
) => {
  if (token === undefined) return request
  const authorised = HttpClientRequest.bearerToken(request, token)
  return as === undefined
    ? authorised
    : HttpClientRequest.appendUrlParams(authorised, {
        user_id: as.userId,
        ...(as.deviceId === undefined ? {} : { device_id: as.deviceId })
      })
}

/** What befell the renewal says nothing about the request, which the server has refused. */
const unrenewed = (error: MatrixError): MatrixError =>
  mayHaveTakenEffect(error)
    ? new Unreachable({ cause: `the access token could not be renewed: ${error.message}`, sent: false })
    : error

/** The same request once more when the token was refused and there is another. A locked account has no use for one. */
const renewing = Effect.fnUntraced(function* (
  client: HttpClient.HttpClient,
  options: Options,
  credentials: Credentials["Service"],
  request: HttpClientRequest.HttpClientRequest
) {
  const token = yield* credentials.accessToken
  return yield* Effect.catchTag(attempt(client, options, token, request), "Unauthorized", (refused) =>
    refused.errcode !== "M_UNKNOWN_TOKEN"
      ? Effect.fail(refused)
      : Effect.flatMap(
          Effect.mapError(credentials.renew(token), unrenewed),
          Option.match({
            onNone: () => Effect.fail(refused),
            onSome: (renewed) => attempt(client, options, renewed, request)
          })
        )
  )
})

/** `client` with our rules: requests go out quietly and bounded, and failures are typed. */
const ruled = (
  send: (
    request: HttpClientRequest.HttpClientRequest
  ) => Effect.Effect<HttpClientResponse.HttpClientResponse, MatrixError>
): HttpClient.HttpClient.With<MatrixError> =>
  HttpClient.makeWith<never, never, MatrixError, never>(Effect.flatMap(send), Effect.succeed)

/** For requests that carry no access token. */
export const anonymous = (client: HttpClient.HttpClient, options: Options) =>
  ruled((request) => attempt(client, options, undefined, request))

/** For requests that carry one, renewed once where it is refused and can be renewed. */
export const authorised = (client: HttpClient.HttpClient, options: Options, credentials: Credentials["Service"]) =>
  ruled((request) => renewing(client, options, credentials, request))
