/** What only a real server shows: tokens that expire, users of an application service, limits that are really counted. */
import { deepStrictEqual, strictEqual } from "node:assert/strict"
import { Credentials, Membership } from "@matrix-membership/core"
import { UserId } from "@matrix-membership/core/MatrixId"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import type { SynapseOptions } from "../SynapseConfig.ts"
import type { Check } from "./Checks.ts"
import { person, Site } from "./Site.ts"

export const bots = {
  id: "bots",
  as_token: "the-token-of-the-service",
  hs_token: "the-token-of-the-server",
  sender_localpart: "botkeeper",
  rate_limited: false,
  users: [{ regex: "@bot_.*", exclusive: true }]
}

/** The server that `sessions` wants. */
export const sessionOptions: SynapseOptions = {
  applicationServices: [bots],
  refreshableAccessTokenLifetime: "2s"
}

/** The server that `limits` wants. */
export const limitOptions: SynapseOptions = {
  rateLimits: {
    rc_invites: { per_issuer: { per_second: 1, burst_count: 2 } },
    rc_joins: { local: { per_second: 1, burst_count: 2 } }
  }
}

const Login = Schema.Struct({ access_token: Schema.String, refresh_token: Schema.String })

const post = Effect.fnUntraced(function* (path: string, body: object, token?: string) {
  const { baseUrl } = yield* Site
  const http = yield* HttpClient.HttpClient
  const request = HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.post(new URL(path, baseUrl)), body)
  return yield* Effect.flatMap(
    http.execute(token === undefined ? request : HttpClientRequest.bearerToken(request, token)),
    HttpClientResponse.filterStatusOk
  )
})

const serviceFor = Effect.fnUntraced(function* <E>(
  credentials: Layer.Layer<Credentials, E, HttpClient.HttpClient>,
  options: Partial<Parameters<typeof Membership.layer>[0]> = {}
) {
  const { baseUrl } = yield* Site
  const http = yield* HttpClient.HttpClient
  const layer = Membership.layer({ homeserver: baseUrl, ...options }).pipe(
    Layer.provide(credentials),
    Layer.provide(Layer.succeed(HttpClient.HttpClient, http))
  )
  return Context.get(yield* Layer.build(layer), Membership)
})

const refresh: Check = {
  name: "an expired access token is renewed once for ten callers, and the new pair is handed out",
  run: Effect.gen(function* () {
    const { baseUrl } = yield* Site
    const { userId } = yield* person("sleeper")
    const identifier = { type: "m.id.user", user: userId }
    const login = yield* post("/_matrix/client/v3/login", {
      type: "m.login.password",
      identifier,
      password: "password",
      refresh_token: true
    }).pipe(Effect.flatMap(HttpClientResponse.schemaBodyJson(Login)))
    const handedOut = yield* Ref.make<ReadonlyArray<string>>([])
    const membership = yield* serviceFor(
      Credentials.layerRefreshable({
        homeserver: baseUrl,
        accessToken: Redacted.make(login.access_token),
        refreshToken: Redacted.make(login.refresh_token),
        onRefresh: ({ accessToken }) => Ref.update(handedOut, (all) => [...all, Redacted.value(accessToken)])
      })
    )
    strictEqual((yield* membership.whoami).userId, userId)
    strictEqual((yield* Ref.get(handedOut)).length, 0)
    yield* Effect.sleep("2500 millis")
    const answers = yield* Effect.replicateEffect(membership.whoami, 10, { concurrency: 10 })
    deepStrictEqual(new Set(answers.map((me) => me.userId)), new Set([userId]))
    strictEqual((yield* Ref.get(handedOut)).length, 1)
  })
}

const masquerade: Check = {
  name: "an application service acts for its users, and for nobody else",
  run: Effect.gen(function* () {
    const { serverName } = yield* Site
    const userId = UserId.make(`@bot_a:${serverName}`)
    yield* post(
      "/_matrix/client/v3/register",
      { type: "m.login.application_service", username: "bot_a" },
      bots.as_token
    )
    const membership = yield* serviceFor(Credentials.layer(Redacted.make(bots.as_token)), { as: { userId } })
    strictEqual((yield* membership.whoami).userId, userId)
    const alice = yield* person("alice")
    const roomId = yield* alice.createRoom({ preset: "public_chat" })
    yield* membership.joinRoomById({ roomId })
    strictEqual(yield* alice.membership.getMembership({ roomId, userId }), "join")
    const stranger = yield* serviceFor(Credentials.layer(Redacted.make(bots.as_token)), {
      as: { userId: alice.userId }
    })
    strictEqual((yield* Effect.flip(stranger.whoami))._tag, "Forbidden")
  })
}

export const sessions: ReadonlyArray<Check> = [refresh, masquerade]

interface Sent {
  readonly path: string
  readonly body: string
  readonly at: number
  /** When the server would have it come back, where it refused. */
  readonly until: number | undefined
}

const Refusal = Schema.Struct({ retry_after_ms: Schema.Number })

/** A client that writes down what it sends and when it was told to come back. */
const watched = (http: HttpClient.HttpClient, log: Ref.Ref<ReadonlyArray<Sent>>): HttpClient.HttpClient =>
  HttpClient.transform(
    http,
    Effect.fnUntraced(function* (exchange, request) {
      const at = yield* Clock.currentTimeMillis
      const response = yield* exchange
      const back = yield* Clock.currentTimeMillis
      const { retry_after_ms = undefined } =
        response.status === 429 ? yield* Effect.orDie(HttpClientResponse.schemaBodyJson(Refusal)(response)) : {}
      const until = retry_after_ms === undefined ? undefined : back + retry_after_ms
      const body = request.body._tag === "Uint8Array" ? new TextDecoder().decode(request.body.body) : ""
      yield* Ref.update(log, (all) => [...all, { path: request.url, body, at, until }])
      return response
    })
  )

const early = (log: ReadonlyArray<Sent>): ReadonlyArray<Sent> =>
  [...Map.groupBy(log, ({ body, path }) => `${path} ${body}`).values()].flatMap((sends) => {
    const inOrder = sends.toSorted((one, other) => one.at - other.at)
    return inOrder.filter((sent, index) => sent.at < (inOrder[index - 1]?.until ?? 0))
  })

/** Runs `act` over a watched client: the limit must have been met, and no request been early. */
const patient = (name: string, act: Check["run"]): Check => ({
  name,
  run: Effect.gen(function* () {
    const log = yield* Ref.make<ReadonlyArray<Sent>>([])
    const http = yield* HttpClient.HttpClient
    yield* Effect.provideService(act, HttpClient.HttpClient, watched(http, log))
    const sent = yield* Ref.get(log)
    strictEqual(
      sent.some(({ until }) => until !== undefined),
      true,
      "the limit was never met"
    )
    deepStrictEqual(early(sent), [])
  })
})

const five = [1, 2, 3, 4, 5]

export const limits: ReadonlyArray<Check> = [
  patient(
    "five invitations over the inviter's limit all succeed, none before its time",
    Effect.gen(function* () {
      const alice = yield* person("alice")
      const roomId = yield* alice.createRoom({ preset: "private_chat" })
      const guests = yield* Effect.forEach(five, () => person("guest"))
      yield* Effect.forEach(guests, ({ userId }) => alice.membership.inviteUser({ roomId, userId }), {
        concurrency: "unbounded"
      })
      const invited = yield* alice.membership.getMembersByRoom({ roomId, membership: "invite" })
      strictEqual(invited.length, five.length)
    })
  ),
  patient(
    "five joins over the joiner's limit all succeed, none before its time",
    Effect.gen(function* () {
      const alice = yield* person("alice")
      const bob = yield* person("bob")
      const rooms = yield* Effect.forEach(five, () => alice.createRoom({ preset: "public_chat" }))
      yield* Effect.forEach(rooms, (roomId) => bob.membership.joinRoomById({ roomId }), { concurrency: "unbounded" })
      strictEqual((yield* bob.membership.getJoinedRooms).length, five.length)
    })
  )
]
