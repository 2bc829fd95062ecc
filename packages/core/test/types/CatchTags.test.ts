/** An exhaustive `catchTags` leaves nothing, and one that forgets a tag leaves just that: for the compiler, and at run. */
import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { JoinPending } from "../../src/MatrixError.ts"
import { RoomId } from "../../src/MatrixId.ts"
import { Membership } from "../../src/Membership.ts"
import { answer, layer, make, type Reply } from "../Wire.ts"

const join = Effect.flatMap(Membership, (membership) => membership.joinRoomById({ roomId: RoomId.make("!r:x") }))

const said = (error: { readonly _tag: string }) => Effect.succeed(`caught ${error._tag}`)

const butOne = {
  Forbidden: said,
  NotFound: said,
  RateLimited: said,
  Unauthorized: said,
  AccountRestricted: said,
  QuotaExceeded: said,
  InvalidRequest: said,
  Unsupported: said,
  ServerFailure: said,
  Refused: said,
  NotMatrix: said,
  Unreachable: said,
  BadState: said,
  RoomVersionUnsupported: said,
  OutcomeUnknown: said
}
const exhaustive = Effect.catchTags(join, { ...butOne, JoinPending: said })

describe("catchTags over a join", () => {
  it("with every tag leaves no error", () => {
    expectTypeOf<Effect.Error<typeof exhaustive>>().toEqualTypeOf<never>()
  })
  it("without one leaves that one", () => {
    const left = Effect.catchTags(join, butOne)
    expectTypeOf<Effect.Error<typeof left>>().toEqualTypeOf<JoinPending>()
  })
  it("with a tag that a join cannot fail with does not compile", () => {
    const tooMany = { ...butOne, JoinPending: said, InviteBlocked: said }
    // @ts-expect-error: `InviteBlocked` is not among the errors of a join
    const handled = Effect.catchTags(join, tooMany)
    expectTypeOf<Effect.Error<typeof handled>>().toEqualTypeOf<never>()
  })

  const replies: ReadonlyArray<{ readonly tag: string; readonly reply: Reply }> = [
    { tag: "Forbidden", reply: answer(403, '{"errcode":"M_FORBIDDEN"}') },
    { tag: "NotFound", reply: answer(404, '{"errcode":"M_UNKNOWN"}') },
    { tag: "RateLimited", reply: answer(429, "") },
    { tag: "Unauthorized", reply: answer(401, '{"errcode":"M_USER_LOCKED"}') },
    { tag: "AccountRestricted", reply: answer(403, '{"errcode":"M_USER_SUSPENDED"}') },
    { tag: "QuotaExceeded", reply: answer(429, '{"errcode":"M_USER_LIMIT_EXCEEDED"}') },
    { tag: "InvalidRequest", reply: answer(400, '{"errcode":"M_BAD_JSON"}') },
    { tag: "Unsupported", reply: answer(404, '{"errcode":"M_UNRECOGNIZED"}') },
    { tag: "Refused", reply: answer(400, '{"errcode":"M_UNABLE_TO_GRANT_JOIN"}') },
    { tag: "NotMatrix", reply: answer(404, "<html>") },
    { tag: "BadState", reply: answer(403, '{"errcode":"M_BAD_STATE"}') },
    { tag: "RoomVersionUnsupported", reply: answer(400, '{"errcode":"M_INCOMPATIBLE_ROOM_VERSION"}') },
    { tag: "JoinPending", reply: answer(202, '{"errcode":"M_UNKNOWN"}') },
    { tag: "Refused", reply: answer(403, '{"errcode":"M_INVITE_BLOCKED"}') }
  ]
  it.effect.each(replies)("catches $tag", ({ reply, tag }) =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Effect.provide(exhaustive, layer(make(reply))), `caught ${tag}`)
    })
  )
})
