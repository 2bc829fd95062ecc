/** What runs in the browser: core over the browser's own `fetch`, on a page of another origin than the homeserver's. */
import { Credentials, MatrixId, Membership } from "@matrix-membership/core"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** The one thing of the browser that is used here; the rest of this folder runs in Node, whose types have no page. */
declare const location: { readonly href: string }

const parameter = (name: string) => new URL(location.href).searchParams.get(name) ?? ""

const program = Effect.gen(function* () {
  const membership = yield* Membership
  const roomId = MatrixId.RoomId.make(parameter("room"))
  const userId = MatrixId.UserId.make(parameter("user"))
  yield* membership.inviteUser({ roomId, userId, reason: "from a browser" })
  return yield* membership.getMembership({ roomId, userId })
}).pipe(
  Effect.provide(
    Membership.layer({ homeserver: new URL(parameter("homeserver")) }).pipe(
      Layer.provide([Credentials.layer(Redacted.make(parameter("token"))), FetchHttpClient.layer])
    )
  ),
  Effect.catchCause((cause) => Effect.succeed(`failed: ${cause}`)),
  Effect.tap((result) => Effect.promise(() => fetch("/result", { method: "POST", body: result })))
)

Effect.runFork(program)
