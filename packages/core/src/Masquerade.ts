/**
 * Speaking for one of an application service's users (application service API "Identity assertion", v1.19): the
 * service's own token goes in the header, the user in the query.
 *
 * ```ts
 * import { Masquerade, type MatrixId, Membership } from "@matrix-membership/core"
 * import { Effect } from "effect"
 *
 * export const joinAs = (userId: MatrixId.UserId, roomId: MatrixId.RoomId) =>
 *   Effect.gen(function* () {
 *     const membership = yield* Membership
 *     return yield* membership.joinRoomById({ roomId })
 *   }).pipe(Effect.provideService(Masquerade.As, { userId }))
 * ```
 */
import * as Context from "effect/Context"
import type { UserId } from "./MatrixId.ts"

/** Whom to speak for. */
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
