/** How many joins a homeserver answers in a second. The same requests for every server. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"

export interface Server {
  readonly baseUrl: URL
  readonly register: (localpart: string) => Effect.Effect<{ readonly accessToken: string }, unknown>
}

const post = Effect.fnUntraced(function* (server: Server, path: string, accessToken: string, body: object) {
  const http = yield* HttpClient.HttpClient
  const response = yield* HttpClientRequest.post(new URL(`/_matrix/client/v3${path}`, server.baseUrl)).pipe(
    HttpClientRequest.bearerToken(accessToken),
    HttpClientRequest.bodyJsonUnsafe(body),
    http.execute
  )
  const heard: unknown = yield* response.json
  return response.status === 200 ? heard : yield* Effect.die(new Error(`${path}: ${JSON.stringify(heard)}`))
})

const roomOf = (heard: unknown): string =>
  typeof heard === "object" && heard !== null && "room_id" in heard ? String(heard.room_id) : ""

/**
 * Each of `users` joins a public room made for the round, so many of them at a time. The fastest round counts: what
 * else the machine does makes rounds slower and never faster.
 */
export const perSecond = Effect.fn("JoinRate.perSecond")(function* (
  server: Server,
  options: { readonly users: number; readonly rounds: number; readonly concurrency: number }
) {
  const owner = yield* server.register("owner")
  const names = Array.from({ length: options.users }, (_, user) => `user${user}`)
  const users = yield* Effect.forEach(names, server.register)
  let best = 0
  for (let round = 0; round < options.rounds; round++) {
    const roomId = roomOf(yield* post(server, "/createRoom", owner.accessToken, { preset: "public_chat" }))
    const [passed] = yield* Effect.timed(
      Effect.forEach(
        users,
        ({ accessToken }) => post(server, `/rooms/${encodeURIComponent(roomId)}/join`, accessToken, {}),
        { concurrency: options.concurrency, discard: true }
      )
    )
    best = Math.max(best, options.users / Duration.toSeconds(passed))
  }
  return best
})
