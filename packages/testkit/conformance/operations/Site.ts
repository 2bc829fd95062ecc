/** A homeserver as the checks of core see it: somewhere to register users, and a way to speak for them. */
import { Credentials, Membership } from "@matrix-membership/core"
import { RoomId, UserId } from "@matrix-membership/core/MatrixId"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

export interface Account {
  readonly userId: string
  readonly accessToken: string
}

export class Site extends Context.Service<
  Site,
  {
    readonly baseUrl: URL
    readonly serverName: string
    /** A new user; names are made unique by the caller. */
    readonly register: (localpart: string) => Effect.Effect<Account, unknown>
  }
>()("@matrix-membership/testkit/conformance/Site") {}

const Created = Schema.Struct({ room_id: RoomId })

export interface Person {
  readonly userId: UserId
  readonly accessToken: string
  readonly membership: Membership["Service"]
  /** Core has no rooms to make, so this goes round it. */
  readonly createRoom: (body: object) => Effect.Effect<RoomId, unknown>
}

let people = 0

/** Somebody new, with core's operations in their name. */
export const person = Effect.fnUntraced(function* (
  name: string,
  options: Partial<Parameters<typeof Membership.layer>[0]> = {}
) {
  const site = yield* Site
  const http = yield* HttpClient.HttpClient
  const { accessToken, userId } = yield* site.register(`${name}-${people++}`)
  const context = yield* Layer.build(
    Membership.layer({ homeserver: site.baseUrl, ...options }).pipe(
      Layer.provide([Credentials.layer(Redacted.make(accessToken)), Layer.succeed(HttpClient.HttpClient, http)])
    )
  )
  const created: Person = {
    userId: UserId.make(userId),
    accessToken,
    membership: Context.get(context, Membership),
    createRoom: (body) =>
      HttpClientRequest.post(new URL("/_matrix/client/v3/createRoom", site.baseUrl)).pipe(
        HttpClientRequest.bearerToken(accessToken),
        HttpClientRequest.bodyJsonUnsafe(body),
        http.execute,
        Effect.flatMap(HttpClientResponse.filterStatusOk),
        Effect.flatMap(HttpClientResponse.schemaBodyJson(Created)),
        Effect.map(({ room_id }) => room_id)
      )
  }
  return created
})
