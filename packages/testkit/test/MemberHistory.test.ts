import { assert, it } from "@effect/vitest"
import { Membership } from "@matrix-membership/core"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const inviteAndKick = (seed: string, faults: boolean) =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const membership = yield* Membership
    const { userId } = yield* fake.user("bob")
    const roomId = yield* fake.room({ roomId: "!hall:localhost", creator: "alice", members: { carol: "join" } })
    if (faults) yield* fake.faults.next({ path: "/rooms/{roomId}/invite" }, Faults.loseResponse)
    yield* membership.inviteUser({ roomId, userId })
    yield* membership.kick({ roomId, userId, reason: "after all" })
    return { events: yield* fake.timeline(roomId), history: yield* fake.memberHistory(roomId) }
  }).pipe(Effect.provide(FakeHomeserver.layerTest({ seed }).pipe(Layer.provideMerge(VirtualClock.layer()))))

it.effect("two runs that did the same have the same history, whatever happened on the way", () =>
  Effect.gen(function* () {
    const smooth = yield* inviteAndKick("one", false)
    const rough = yield* inviteAndKick("two", true)
    assert.notDeepEqual(rough.events, smooth.events)
    assert.deepStrictEqual(rough.history, smooth.history)
    const alice = "@alice:localhost"
    assert.deepStrictEqual(smooth.history, {
      [alice]: [{ membership: "join", sender: alice, reason: undefined }],
      "@bob:localhost": [
        { membership: "invite", sender: alice, reason: undefined },
        { membership: "leave", sender: alice, reason: "after all" }
      ],
      "@carol:localhost": [{ membership: "join", sender: "@carol:localhost", reason: undefined }]
    })
  })
)

it.effect("a room that there is not has no history", () =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    assert.deepStrictEqual(yield* fake.memberHistory("!nowhere:localhost"), {})
  }).pipe(Effect.provide(FakeHomeserver.layer()))
)
