/** Every operation against servers that send back all they were sent: what is left afterwards holds no token. */
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Core from "../src/index.ts"
import { RoomAlias, RoomId, UserId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import { patiently } from "./Patience.ts"
import { make, type Reply, type Sent, token } from "./Wire.ts"
import { witness } from "./Witness.ts"

const roomId = RoomId.make("!r:x")
const userId = UserId.make("@bob:x")
const identityToken = "identity-token-never-to-be-seen"
const refreshToken = "syr_refresh_never_to_be_seen"
const renewedToken = "syt_renewed_never_to_be_seen"
const secrets = [token, identityToken, refreshToken, renewedToken]

type Service = Membership["Service"]
const operations: { readonly [Name in keyof Service]: (membership: Service) => Effect.Effect<unknown, unknown> } = {
  joinRoom: (membership) => membership.joinRoom({ roomIdOrAlias: RoomAlias.make("#hall:x"), reason: "r" }),
  joinRoomById: (membership) => membership.joinRoomById({ roomId }),
  knockRoom: (membership) => membership.knockRoom({ roomIdOrAlias: roomId }),
  leaveRoom: (membership) => membership.leaveRoom({ roomId }),
  forgetRoom: (membership) => membership.forgetRoom({ roomId }),
  inviteUser: (membership) => membership.inviteUser({ roomId, userId }),
  inviteBy3PID: (membership) =>
    membership.inviteBy3PID({
      roomId,
      idServer: "id.x",
      idAccessToken: Redacted.make(identityToken),
      medium: "email",
      address: "bob@x"
    }),
  kick: (membership) => membership.kick({ roomId, userId }),
  ban: (membership) => membership.ban({ roomId, userId }),
  unban: (membership) => membership.unban({ roomId, userId }),
  getJoinedRooms: (membership) => membership.getJoinedRooms,
  getMembersByRoom: (membership) => membership.getMembersByRoom({ roomId }),
  getJoinedMembersByRoom: (membership) => membership.getJoinedMembersByRoom({ roomId }),
  getMembership: (membership) => membership.getMembership({ roomId, userId }),
  getRoomStateWithKey: (membership) =>
    membership.getRoomStateWithKey({ roomId, eventType: "m.room.name", stateKey: "" }),
  ensure: (membership) => membership.ensure({ roomId, userId, membership: "ban", unban: true }),
  getRoomIdByAlias: (membership) => membership.getRoomIdByAlias({ roomAlias: RoomAlias.make("#hall:x") }),
  whoami: (membership) => membership.whoami,
  versions: (membership) => membership.versions
}

const said = ({ body, headers, url }: Sent) => `${url} ${JSON.stringify(headers)} ${body}`
const matrix =
  (status: number, errcode: string): Reply =>
  (sent) =>
    Response.json(
      { errcode, error: said(sent), [said(sent)]: said(sent), admin_contact: said(sent), consent_uri: said(sent) },
      { status, headers: { "x-echo": encodeURIComponent(said(sent)) } }
    )

const echoes: ReadonlyArray<{ name: string; reply: Reply; except?: keyof Service }> = [
  { name: "403", reply: matrix(403, "M_FORBIDDEN") },
  { name: "403 consent", reply: matrix(403, "M_CONSENT_NOT_GIVEN") },
  { name: "403 quota", reply: matrix(403, "M_RESOURCE_LIMIT_EXCEEDED") },
  { name: "404", reply: matrix(404, "M_UNKNOWN") },
  { name: "418 of its own", reply: matrix(418, "ORG.EXAMPLE.TEAPOT") },
  { name: "429", reply: matrix(429, "M_LIMIT_EXCEEDED") },
  { name: "500", reply: matrix(500, "M_UNKNOWN") },
  { name: "502 page", reply: (sent) => new Response(`<pre>${said(sent)}</pre>`, { status: 502 }) },
  { name: "200 page", reply: (sent) => new Response(`<pre>${said(sent)}</pre>`) },
  { name: "200 of no shape at all", reply: (sent) => Response.json([said(sent)]) },
  {
    name: "200 of the wrong shape",
    reply: (sent) => Response.json({ [said(sent)]: { room_id: said(sent) } }),
    // any object is the right shape of state, which its reader gets as the server has it
    except: "getRoomStateWithKey"
  },
  {
    name: "network error",
    reply: (sent) => {
      throw new TypeError(`cannot fetch ${said(sent)}`, { cause: new Error(said(sent)) })
    }
  }
]

/** The token is refused once and renewed, so that there are four secrets; what follows is `reply`. */
const renewing =
  (reply: Reply): Reply =>
  (sent, nth) => {
    if (sent.url.endsWith("/refresh")) return Response.json({ access_token: renewedToken })
    return sent.headers["authorization"] === `Bearer ${token}`
      ? matrix(401, "M_UNKNOWN_TOKEN")(sent, nth)
      : reply(sent, nth)
  }

const homeserver = new URL("https://matrix.example.org")
const layer = (reply: Reply) => {
  const wire = make(renewing(reply))
  const credentials = Core.Credentials.layerRefreshable({
    homeserver,
    accessToken: Redacted.make(token),
    refreshToken: Redacted.make(refreshToken),
    onRefresh: (tokens) => Effect.logInfo("renewed", tokens)
  })
  const service = Membership.layer({ homeserver, pathVersion: "v3", retry: { times: 1 } }).pipe(
    Layer.provide(credentials),
    Layer.provide(FetchHttpClient.layer),
    Layer.merge(Layer.succeed(FetchHttpClient.Fetch, wire.fetch))
  )
  return { wire, service }
}

// not `notInclude`, whose complaint would print all of the text
const unseen = (text: string) => {
  for (const secret of secrets) assert.isFalse(text.includes(secret), `${secret.slice(0, 4)}… can be seen`)
}

const views = (value: unknown) =>
  [
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
    `${JSON.stringify(value)}`
  ].join("\n")

/** Metrics of this test alone. */
const own = Effect.provideServiceEffect(
  Metric.MetricRegistry,
  Effect.sync(() => new Map())
)

describe.each(Object.entries(operations))("%s", (name, use) => {
  it.effect.each(echoes.filter(({ except }) => except !== name))("shows no token of any kind: $name", ({ reply }) =>
    Effect.gen(function* () {
      const { service, wire } = layer(reply)
      const { spans, text } = yield* Effect.flatMap(Membership, use).pipe(Effect.provide(service), witness, patiently)
      unseen(text)
      unseen(views(yield* Metric.snapshot))
      // what the server was sent did hold it, or this has shown nothing
      assert.strictEqual(
        wire.sent.some((sent) => said(sent).includes(token)),
        name !== "versions"
      )
      const documented = ["operation", "room", "user", "attempts", "waited_ms"].map((key) => `matrix.${key}`)
      for (const span of spans.filter(({ name }) => name !== "program")) {
        assert.match(span.name, /^Membership\./u)
        for (const key of span.attributes.keys()) assert.include(documented, key)
      }
    }).pipe(own)
  )

  it.effect("sends no trace of us, under whatever span it runs, and tokens in their header alone", () =>
    Effect.gen(function* () {
      const { service, wire } = layer(matrix(403, "M_FORBIDDEN"))
      yield* Effect.flatMap(Membership, use).pipe(Effect.withSpan("outer"), Effect.provide(service), witness, patiently)
      const allowed = ["authorization", "content-type"]
      for (const { headers, url } of wire.sent) {
        for (const header of Object.keys(headers)) assert.include(allowed, header)
        unseen(url)
      }
    })
  )
})

describe("whatever is exported", () => {
  it.effect("shows no token, also when it has been in use", () =>
    Effect.gen(function* () {
      const { service } = layer((sent) => Response.json({ joined_rooms: [], user_id: "@me:x", said: sent.url }))
      const used = Effect.gen(function* () {
        const membership = yield* Membership
        assert.deepStrictEqual(yield* patiently(membership.getJoinedRooms), [])
        const context = yield* Effect.context<Membership>()
        for (const value of [membership, ...Object.values(membership), context, service]) unseen(views(value))
        for (const value of Object.values(Core)) unseen(views(value))
        assert.include(views(membership), "inviteBy3PID")
      })
      yield* Effect.provide(used, service)
    })
  )
})
