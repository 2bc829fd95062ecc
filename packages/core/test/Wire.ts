/**
 * A homeserver reduced to a `fetch`: what was sent is kept as it was sent, what is answered is literal. Core is tested
 * through Effect's own `FetchHttpClient` on top of it, so that the wire is all there is between the two.
 */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Credentials } from "../src/Credentials.ts"
import { Membership, type Options } from "../src/Membership.ts"

export interface Sent {
  readonly method: string
  readonly url: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly redirect: string | undefined
  readonly cache: string | undefined
  /** Aborted when the client gives up. */
  readonly signal: AbortSignal
}

/** Answers the `nth` request, counted from 0. What it throws is what `fetch` throws. */
export type Reply = (sent: Sent, nth: number) => Response | Promise<Response>

export interface Wire {
  readonly sent: ReadonlyArray<Sent>
  readonly fetch: typeof globalThis.fetch
}

export const make = (reply: Reply): Wire => {
  const sent: Array<Sent> = []
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const request: Sent = {
      method: init.method ?? "GET",
      url: String(input),
      headers: Object.fromEntries(new Headers(init.headers)),
      body: await new Response(init.body ?? null).text(),
      redirect: init.redirect,
      cache: init.cache,
      signal: init.signal ?? new AbortController().signal
    }
    sent.push(request)
    return reply(request, sent.length - 1)
  }
  return { sent, fetch }
}

/** A fixed answer, new for every request. */
export const answer =
  (status: number, body: string | null, headers: Record<string, string> = {}): Reply =>
  () =>
    new Response(body, { status, headers })

/** A `fetch` that hangs until it is aborted. */
export const silence: Reply = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)))

/** A body that gives `pieces` and then does as `end` says. */
export const streamed = (
  pieces: Iterable<string>,
  end: (controller: ReadableStreamDefaultController<Uint8Array>) => void,
  onCancel: () => void = () => {}
) => {
  const iterator = pieces[Symbol.iterator]()
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const { done, value } = iterator.next()
      if (done === true) return end(controller)
      controller.enqueue(new TextEncoder().encode(value))
    },
    cancel: onCancel
  })
}

/** Replies one after the other; the last one again and again. */
export const inTurn =
  (...replies: ReadonlyArray<Reply>): Reply =>
  (sent, nth) => {
    const reply = replies[Math.min(nth, replies.length - 1)]
    if (reply === undefined) throw new Error("nothing to reply")
    return reply(sent, nth)
  }

export const token = "syt_YWxpY2U_NeverToBeSeen_1aBcD"

/** `Membership` over this wire: one attempt and `v3` paths unless said otherwise. */
export const layer = (wire: Wire, options: Partial<Options> = {}, accessToken = token) =>
  Membership.layer({
    homeserver: new URL("https://matrix.example.org"),
    pathVersion: "v3",
    retry: { times: 0 },
    ...options
  }).pipe(
    Layer.provide([Credentials.layer(Redacted.make(accessToken)), FetchHttpClient.layer]),
    Layer.merge(Layer.succeed(FetchHttpClient.Fetch, wire.fetch))
  )

/** The requests that `use` makes of a server which says `success` to everything. */
export const requests = Effect.fnUntraced(function* <A, E>(
  use: (membership: Membership["Service"]) => Effect.Effect<A, E>,
  success: string,
  options: Partial<Options> = {}
) {
  const wire = make(answer(200, success))
  const value = yield* Effect.flatMap(Membership, use).pipe(Effect.provide(layer(wire, options)))
  return { value, sent: wire.sent }
})
