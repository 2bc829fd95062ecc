import { assert, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Invitations from "../benchmark/Invitations.ts"

const { guests, leastHours, rounds } = Invitations

it.effect("ten hours of Synapse's default limits pass at once, and core comes back when told", () =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const rooms = yield* Invitations.all
    assert.strictEqual(rooms.length * guests.length, 1000)
    for (const roomId of rooms) for (const guest of guests) yield* fake.expectMembership(roomId, guest, "invite")

    const hours = Duration.toHours(Duration.millis(yield* Clock.currentTimeMillis))
    // Nobody could be faster, and core is hardly slower.
    assert.isAbove(leastHours, 10)
    assert.isAtLeast(hours, leastHours)
    assert.isAtMost(hours, leastHours * 1.05)

    const requests = yield* fake.requests
    const answered = (status: number) => requests.filter(({ answer }) => answer?.status === status).length
    // One question about versions; and hardly more than one refusal for each round in which there is a wait.
    assert.strictEqual(answered(200), 1 + 1000)
    assert.isAtLeast(answered(429), rounds - 5)
    assert.isAtMost(answered(429), (rounds - 5) * 1.5)
  }).pipe(Effect.provide(Invitations.layer))
)
