/** The fake as a subject, through the door without a socket. */
import { FakeHomeserver, RateLimits } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type { Limits } from "./Scenario.ts"
import { services } from "./Services.ts"
import type { Site } from "./Stages.ts"
import type { Subject } from "./Subject.ts"

/** Refusals are held back as Synapse does it: the clock of a limit goes on meanwhile. */
const limitsOf = (limits: Limits) => RateLimits.make({ ...limits, answer: RateLimits.synapseDefaults.answer })

/** What our Synapse is configured to, and what it still does although the specification has given it up. */
const asSynapse = { federates: false, tokenInQuery: true } as const

export const make = (site: Site): Effect.Effect<Subject> =>
  Effect.gen(function* () {
    const { applicationService, bind, mark, register, serverName } = yield* FakeHomeserver
    for (const { exclusive, rateLimited, sender, token, users } of site.services ? services : [])
      yield* applicationService({ sender, users: [users], exclusive, rateLimited, accessToken: token })
    return {
      title: "fake",
      baseUrl: new URL("http://fake.test"),
      serverName,
      http: yield* HttpClient.HttpClient,
      register: (localpart) => register(localpart),
      mark: ({ userId }, how) => mark(userId, { [how]: true }),
      // the fake is an identity server, too
      identityServer: serverName,
      bind,
      lanes: site.lanes
    } satisfies Subject
  }).pipe(
    Effect.provide(
      FakeHomeserver.layerClient.pipe(
        Layer.provideMerge(FakeHomeserver.layer({ limits: limitsOf(site.limits), ...asSynapse }))
      )
    )
  )
