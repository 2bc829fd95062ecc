/** A terse way for tests to talk HTTP: a method, a path, a body, a token. */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"

export interface Heard {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The body as JSON, or as text where it is none. */
  readonly body: unknown
}

interface Options {
  readonly body?: unknown
  /** Sent as it is, where a body has to be malformed. */
  readonly text?: string
  readonly token?: string
  readonly baseUrl?: string
}

export const talk = Effect.fnUntraced(function* (
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  options: Options = {}
) {
  const client = yield* HttpClient.HttpClient
  const { baseUrl = "http://localhost", body, text, token } = options
  let request = HttpClientRequest.make(method)(`${baseUrl}${path}`)
  if (text !== undefined || method !== "GET")
    request = HttpClientRequest.bodyText(request, text ?? JSON.stringify(body ?? {}), "application/json")
  if (token !== undefined) request = HttpClientRequest.bearerToken(request, token)
  const response = yield* client.execute(request)
  const heard = yield* response.text
  return { status: response.status, headers: response.headers, body: parsed(heard) } satisfies Heard
})

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export const post = (path: string, token: string, body: unknown = {}) =>
  talk("POST", `/_matrix/client/v3${path}`, { token, body })

export const get = (path: string, token: string) => talk("GET", `/_matrix/client/v3${path}`, { token })

/** One key of a JSON body. */
export const key = (heard: Heard, name: string): unknown =>
  typeof heard.body === "object" && heard.body !== null ? Reflect.get(heard.body, name) : undefined

/** `403 M_FORBIDDEN`, or `200`. */
export const verdict = (heard: Heard): string =>
  [heard.status, key(heard, "errcode")].filter((part) => part !== undefined).join(" ")
