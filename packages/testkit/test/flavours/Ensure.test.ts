import { assert, describe, it } from "@effect/vitest"
import { MatrixId, Membership } from "@matrix-membership/core"
import { FakeHomeserver, VirtualClock } from "@matrix-membership/testkit"
import { flavours } from "@matrix-membership/testkit/flavours/All"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { memberships } from "./Cells.ts"

const bob = MatrixId.UserId.make("@bob:localhost")

const wishes = ["invite", "leave", "ban"] as const

const cases = Object.values(flavours).flatMap(({ knocks, name }) =>
  // Where nobody can knock, nobody can be turned away either.
  memberships
    .filter((before) => knocks || before !== "knock")
    .flatMap((before) =>
      wishes
        .filter((wish) => !(before === "join" && wish === "invite"))
        .map((wish) => ({ flavour: name, before, wish }))
    )
)

describe("ensure does not depend on the kind of server", () => {
  it.effect.each(cases)("$flavour: $before to $wish", ({ before, flavour, wish }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const membership = yield* Membership
      const roomId = yield* fake.room({ creator: "alice", members: before === "none" ? {} : { bob: before } })
      const ensure = membership.ensure({ roomId, userId: bob, membership: wish, unban: true })
      const isThere = before === wish || (before === "none" && wish === "leave")
      assert.strictEqual(yield* ensure, isThere ? "unchanged" : "changed")
      yield* fake.expectMembership(roomId, bob, before === "none" && wish === "leave" ? undefined : wish)
      assert.strictEqual(yield* ensure, "unchanged")
    }).pipe(Effect.provide(FakeHomeserver.layerTest({ flavour }).pipe(Layer.provideMerge(VirtualClock.layer()))))
  )
})
