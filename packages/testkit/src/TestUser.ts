/** A user of the fake, with core's services in hand. Loaded only where a test asks for it. */
import { Credentials } from "@matrix-membership/core/Credentials"
import * as Membership from "@matrix-membership/core/Membership"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { FakeHomeserver } from "./FakeHomeserver.ts"

/** How `Membership` speaks to the fake, which is all there is behind any address. */
export type Options = Partial<Membership.Options>

const homeserver = new URL("http://localhost")

export const layer = (
  name: string,
  options: Options
): Layer.Layer<Credentials | Membership.Membership, never, FakeHomeserver> =>
  Layer.unwrap(
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register(name)
      return Membership.Membership.layer({ homeserver, ...options }).pipe(
        Layer.provideMerge(Credentials.layer(Redacted.make(accessToken))),
        Layer.provide(FakeHomeserver.layerClient)
      )
    })
  )
