import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { Synapse } from "../Synapse.ts"

Effect.gen(function* () {
  const synapse = yield* Synapse
  const admin = yield* synapse.registerUser({ localpart: "root", admin: true })
  yield* Console.log(synapse.baseUrl.href, admin.accessToken)
  yield* Effect.never
}).pipe(Effect.provide(Synapse.layer({ refreshableAccessTokenLifetime: "4s" })), NodeRuntime.runMain)
