/**
 * Speaking for one of an application service's users (application service API "Identity assertion", v1.19): the
 * service's own token goes in the header, the user in the query.
 */
import * as Context from "effect/Context"
import type { UserId } from "./MatrixId.ts"

export interface Masquerade {
  /** A user of the service's namespace. */
  readonly userId: UserId
  /** One of that user's devices (v1.17); needed only by requests that need a device. */
  readonly deviceId?: string | undefined
}

/**
 * Whom the requests are made for. Provide it to single effects with `Effect.provideService(Masquerade.As, …)`, or give
 * `as` to `Membership.layer` for all of them.
 */
export const As = Context.Reference<Masquerade | undefined>("@matrix-membership/core/Masquerade/As", {
  defaultValue: () => undefined
})
