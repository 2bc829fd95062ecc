/** Synapse as a subject. What marks an account goes through its admin API. */
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as IdentityServer from "./IdentityServer.ts"
import type { Mark } from "./Scenario.ts"
import { services } from "./Services.ts"
import type { Site } from "./Stages.ts"
import type { Account, Subject } from "./Subject.ts"
import { Synapse } from "./Synapse.ts"
import { SynapseError } from "./SynapseError.ts"

type Call = readonly [method: "POST" | "PUT", path: string, body: object]

const admin = (user: string, mark: Exclude<Mark, "blocksInvites">): Call => {
  switch (mark) {
    case "unlimited":
      return ["POST", `/v1/users/${user}/override_ratelimit`, { messages_per_second: 0, burst_count: 0 }]
    case "suspended":
      return ["PUT", `/v1/suspend/${user}`, { suspend: true }]
    case "locked":
      return ["PUT", `/v2/users/${user}`, { locked: true }]
    case "shadowBanned":
      return ["POST", `/v1/users/${user}/shadow_ban`, {}]
  }
}

/** In the scope it is made in. */
const make = Effect.fnUntraced(function* (identityServer: IdentityServer.IdentityServer, site: Site) {
  const synapse = yield* Synapse.make({
    rateLimits: { ...site.limits },
    trusted: identityServer.certificate,
    applicationServices: (site.services ? services : []).map(
      ({ exclusive, name, rateLimited, sender, token, users }) => ({
        id: name,
        as_token: token,
        hs_token: `${token}-back`,
        sender_localpart: sender,
        rate_limited: rateLimited,
        users: [{ regex: users, exclusive }]
      })
    )
  })
  const http = yield* HttpClient.HttpClient
  const administrator = yield* synapse.registerUser({ localpart: "administrator", admin: true })

  const send = Effect.fnUntraced(function* (token: string, [method, path, body]: Call) {
    const response = yield* HttpClientRequest.make(method)(`${synapse.baseUrl.origin}${path}`).pipe(
      HttpClientRequest.bearerToken(token),
      HttpClientRequest.bodyJsonUnsafe(body),
      http.execute
    )
    if (response.status >= 300) {
      const detail = `${method} ${path}: ${response.status} ${yield* response.text}`
      return yield* new SynapseError({ step: "register", detail })
    }
  })

  const mark = (account: Account, how: Mark) => {
    const user = encodeURIComponent(account.userId)
    if (how === "blocksInvites") {
      const path = `/_matrix/client/v3/user/${user}/account_data/m.invite_permission_config`
      return send(account.accessToken, ["PUT", path, { default_action: "block" }])
    }
    const [method, path, body] = admin(user, how)
    return send(administrator.accessToken, [method, `/_synapse/admin${path}`, body])
  }

  const subject: Subject = {
    title: "Synapse",
    baseUrl: synapse.baseUrl,
    serverName: synapse.serverName,
    http,
    register: (localpart) => synapse.registerUser({ localpart }),
    mark,
    identityServer: identityServer.name,
    bind: identityServer.bind,
    lanes: site.lanes
  }
  return subject
})

/** Makes homeservers that share an identity server, which lasts as long as the scope. */
export const maker = Effect.map(IdentityServer.make, (identityServer) => (site: Site) => make(identityServer, site))
