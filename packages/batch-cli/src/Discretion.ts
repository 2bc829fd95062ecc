/**
 * Ids that a server makes up are shown, reported and exported as they are. One that has the access token in it is no id:
 * it would carry the token into files that are passed on.
 */
import { MatrixError, Membership } from "@matrix-membership/core"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** The same operations, but for answers that would give the token away. */
export const layer = (accessToken: Redacted.Redacted) =>
  Layer.effect(
    Membership,
    Effect.map(Membership, (membership) => {
      const secret = Redacted.value(accessToken)
      const refuse = Effect.fail(
        new MatrixError.NotMatrix({ status: 200, excerpt: "an id in the answer has the access token in it" })
      )
      const discreet = <A>(answer: A, ids: (answer: A) => ReadonlyArray<string>) =>
        ids(answer).some((id) => id.includes(secret)) ? refuse : Effect.succeed(answer)
      return Membership.of({
        ...membership,
        whoami: Effect.flatMap(membership.whoami, (whoami) => discreet(whoami, ({ userId }) => [userId])),
        getRoomIdByAlias: (request) =>
          Effect.flatMap(membership.getRoomIdByAlias(request), (roomId) => discreet(roomId, (id) => [id])),
        getMembersByRoom: (request) =>
          Effect.flatMap(membership.getMembersByRoom(request), (members) =>
            discreet(members, (events) => events.map((event) => event.state_key))
          )
      })
    })
  )
