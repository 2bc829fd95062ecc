import { it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import { Effect } from "effect"
import { welcome } from "./welcome.ts"

it.effect("welcomes Bob to the hall", () =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    yield* fake.room({ alias: "#hall:example.org", joinRule: "public", powerLevels: { invite: 0 } })

    const roomId = yield* welcome

    yield* fake.expectMembership(roomId, "alice", "join")
    yield* fake.expectMembership(roomId, "@bob:example.org", "invite")
  }).pipe(Effect.provide(FakeHomeserver.layerTest({ user: "alice" })))
)
