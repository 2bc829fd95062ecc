import { assert, describe, it } from "@effect/vitest"
import { Membership, RetryPolicy } from "@matrix-membership/core"
import { FakeHomeserver, Faults, VirtualClock } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { forbidden, inMemory, ok } from "./Stage.ts"
import { key, post, verdict } from "./Talk.ts"

const virtually = Effect.provide(VirtualClock.layer())

/** Bob, invited to a room of Alice's that has an alias, on a server to which news travels for three seconds. */
const scene = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const alice = yield* fake.user("alice")
  const bob = yield* fake.user("bob")
  const roomId = yield* fake.room({ creator: "alice", alias: "hall" })
  yield* fake.faults.every({}, Faults.inviteLag("3 seconds"))
  const invite = post(`/rooms/${roomId}/invite`, alice.accessToken, { user_id: bob.userId })
  return { fake, alice, bob, roomId, invite }
})

describe("an invite that has not been heard of yet", () => {
  it.effect.each(["/rooms/{}/join", "/join/{}", "/join/%23hall%3Alocalhost"])("is no good for %s", (path) =>
    Effect.gen(function* () {
      const { bob, fake, invite, roomId } = yield* scene
      assert.strictEqual(verdict(yield* invite), ok)
      const join = post(path.replace("{}", roomId), bob.accessToken)
      assert.strictEqual(verdict(yield* join), forbidden)
      yield* Effect.sleep("2999 millis")
      assert.strictEqual(verdict(yield* join), forbidden)
      yield* fake.expectMembership(roomId, "bob", "invite")
      yield* Effect.sleep("1 millis")
      assert.strictEqual(verdict(yield* join), ok)
      yield* fake.expectMembership(roomId, "bob", "join")
    }).pipe(inMemory, virtually)
  )

  it.effect("hinders nobody else, and nothing else", () =>
    Effect.gen(function* () {
      const { alice, bob, invite, roomId } = yield* scene
      yield* invite
      assert.strictEqual(verdict(yield* post(`/join/${roomId}`, alice.accessToken)), ok)
      assert.strictEqual(verdict(yield* post(`/rooms/${roomId}/leave`, bob.accessToken)), ok)
      yield* post(`/rooms/${roomId}/invite`, alice.accessToken, { user_id: "@carol:localhost" })
      assert.strictEqual(verdict(yield* post("/join/!elsewhere:localhost", bob.accessToken)), "404 M_UNKNOWN")
    }).pipe(inMemory, virtually)
  )

  it.effect("may look otherwise, and only for so many joins", () =>
    Effect.gen(function* () {
      const { bob, fake, invite, roomId } = yield* scene
      yield* fake.faults.clear
      const unheard = Faults.respond(404, { errcode: "M_UNKNOWN", error: "No such room." })
      yield* fake.faults.next({}, Faults.inviteLag("1 hour", unheard))
      yield* invite
      assert.strictEqual(verdict(yield* post(`/join/${roomId}`, bob.accessToken)), "404 M_UNKNOWN")
      assert.strictEqual(verdict(yield* post(`/join/${roomId}`, bob.accessToken)), ok)
      const told = (yield* fake.requests).map(({ fault }) => fault?._tag)
      assert.deepStrictEqual(told, [undefined, "InviteLag", undefined])
    }).pipe(inMemory, virtually)
  )

  it.effect("is got over by trying again", () =>
    Effect.gen(function* () {
      const { bob, fake, invite, roomId } = yield* scene
      yield* invite
      const join = Effect.flatMap(Membership, (membership) => membership.joinRoomById({ roomId }))
      yield* join.pipe(
        Effect.retry(Schedule.spaced("1 second")),
        Effect.provide(FakeHomeserver.layerUser("bob", { retry: { times: 0 } }))
      )
      assert.strictEqual(yield* Clock.currentTimeMillis, 3000)
      yield* fake.expectMembership(roomId, bob.userId, "join")
    }).pipe(inMemory, virtually)
  )
})

describe("a join that goes on in the background", () => {
  it.effect("is answered with 202 and no room id, and comes about later", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.user("alice")
      const roomId = yield* fake.room({ joinRule: "public" })
      yield* fake.faults.next({ path: "/join/{roomIdOrAlias}" }, Faults.pending("20 seconds"))
      const heard = yield* post(`/join/${roomId}`, accessToken)
      assert.strictEqual(verdict(heard), "202 M_UNKNOWN")
      assert.isUndefined(key(heard, "room_id"))
      yield* fake.expectMembership(roomId, "alice", undefined)
      yield* Effect.sleep("20001 millis")
      yield* fake.expectMembership(roomId, "alice", "join")
    }).pipe(inMemory, virtually)
  )

  it.effect("is not taken for done by core", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const membership = yield* Membership
      const roomId = yield* fake.room({ joinRule: "public" })
      yield* fake.faults.next({ method: "POST" }, Faults.pending("20 seconds"))
      const error = yield* Effect.flip(membership.joinRoom({ roomIdOrAlias: roomId }))
      assert.strictEqual(error._tag, "JoinPending")
    }).pipe(
      Effect.provideService(RetryPolicy.Override, RetryPolicy.none),
      Effect.provide(FakeHomeserver.layerTest()),
      virtually
    )
  )
})
