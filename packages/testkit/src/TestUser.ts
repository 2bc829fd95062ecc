/** A user of the fake, with core's services in hand. Loaded only where a test asks for it. */
import { Credentials } from "@matrix-membership/core/Credentials"
import * as Membership from "@matrix-membership/core/Membership"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as ApplicationServices from "./ApplicationServices.ts"
import { FakeHomeserver } from "./FakeHomeserver.ts"
import type { Service } from "./Service.ts"

/** How `Membership` speaks to the fake, which is all there is behind any address. */
export type Options = Partial<Membership.Options>

const homeserver = new URL("http://localhost")

type Speaker = Layer.Layer<Credentials | Membership.Membership, never, FakeHomeserver>

/** With a session of its own. */
export const layer = (name: string, options: Options): Speaker => withToken((fake) => fake.register(name), options)

/** With the token of a new application service. */
export const layerService = (details: ApplicationServices.Details, options: Options): Speaker =>
  withToken((fake) => fake.applicationService(details), options)

const withToken = (
  open: (fake: Service) => Effect.Effect<{ readonly accessToken: string }>,
  options: Options
): Speaker =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { accessToken } = yield* Effect.flatMap(FakeHomeserver, open)
      return Membership.Membership.layer({ homeserver, ...options }).pipe(
        Layer.provideMerge(Credentials.layer(Redacted.make(accessToken))),
        Layer.provide(FakeHomeserver.layerClient)
      )
    })
  )
