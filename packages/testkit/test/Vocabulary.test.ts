import { assert, describe, it } from "@effect/vitest"
import { Credentials, MatrixId, Membership, RetryPolicy } from "@matrix-membership/core"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import { UnexpectedMembership } from "@matrix-membership/testkit/History"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"

describe("the layer for tests", () => {
  it.effect("has the fake, its client, and credentials and operations of one user", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const membership = yield* Membership
      const roomId = yield* fake.room({ joinRule: "public" })
      yield* membership.joinRoomById({ roomId })
      yield* fake.expectMembership(roomId, "alice", "join")
      const { accessToken } = yield* Credentials
      const client = yield* HttpClient.HttpClient
      const heard = yield* client.get("http://localhost/_matrix/client/v3/joined_rooms", {
        headers: { authorization: `Bearer ${Redacted.value(yield* accessToken)}` }
      })
      assert.deepStrictEqual(yield* heard.json, { joined_rooms: [roomId] })
    }).pipe(Effect.provide(FakeHomeserver.layerTest()))
  )

  it.effect("is for the user and the server that are named, and sets core up as it is told", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const membership = yield* Membership
      yield* fake.faults.next({}, Faults.reset)
      const error = yield* Effect.flip(membership.whoami)
      assert.strictEqual(error._tag, "Unreachable")
      assert.strictEqual((yield* membership.whoami).userId, "@bob:example.org")
      assert.match(String((yield* fake.requests).at(-1)?.path), /^\/_matrix\/client\/r0\//u)
    }).pipe(
      Effect.provide(
        FakeHomeserver.layerTest({
          user: "bob",
          serverName: "example.org",
          pathVersion: "r0",
          retry: { times: 0 }
        })
      )
    )
  )

  it.effect("lets further users act in single effects", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const alice = yield* Membership
      const bob = yield* fake.user("bob")
      const roomId = yield* fake.room({ creator: "alice" })
      yield* alice.inviteUser({ roomId, userId: bob.userId })
      yield* Effect.flatMap(Membership, (membership) => membership.joinRoomById({ roomId })).pipe(
        Effect.provide(FakeHomeserver.layerUser("bob"))
      )
      yield* fake.expectMembership(roomId, "bob", "join")
    }).pipe(Effect.provide(FakeHomeserver.layerTest()))
  )
})

const failure = Effect.fnUntraced(function* (effect: Effect.Effect<void>) {
  const exit = yield* Effect.exit(effect)
  const error: unknown = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
  return error instanceof UnexpectedMembership ? error : yield* Effect.die(error)
})

describe("a membership that is not as expected", () => {
  const hall = MatrixId.RoomId.make("!hall:localhost")
  const bob = MatrixId.UserId.make("@bob:localhost")

  it.effect("fails the test with the history of the room and the requests about it", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const membership = yield* Membership
      yield* fake.room({ creator: "carol", roomId: hall, roomVersion: "11", members: { alice: "join" } })
      yield* TestClock.adjust("5 seconds")
      yield* membership.inviteUser({ roomId: hall, userId: bob, reason: "Welcome" }).pipe(Effect.ignore)
      const error = yield* failure(fake.expectMembership(hall, "bob", "invite"))
      // The test is where it failed, not the fake.
      assert.match(String(error.stack?.split("\n").find((line) => line.startsWith("    at "))), /Vocabulary\.test\.ts/u)
      assert.deepStrictEqual([error.name, error.actual, error.expected], ["AssertionError", undefined, "invite"])
      const [first, second, third, ...others] = error.message.split("\n")
      assert.deepStrictEqual(
        [first, second, third],
        [
          "@bob:localhost in !hall:localhost: expected invite, found no membership.",
          "What happened there:",
          "  1970-01-01T00:00:00.000Z @carol:localhost m.room.create"
        ]
      )
      assert.deepStrictEqual(others.slice(-3), [
        "  1970-01-01T00:00:00.000Z @alice:localhost join",
        "Requests about it:",
        "> 1970-01-01T00:00:05.000Z @alice:localhost POST /_matrix/client/v3/rooms/!hall%3Alocalhost/invite 403 M_FORBIDDEN"
      ])
    }).pipe(Effect.provideService(RetryPolicy.Override, RetryPolicy.none), Effect.provide(FakeHomeserver.layerTest()))
  )

  it.effect("shows requests that call the room by a name of it", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const membership = yield* Membership
      const roomId = yield* fake.room({ alias: "hall" })
      yield* Effect.ignore(membership.joinRoom({ roomIdOrAlias: MatrixId.RoomAlias.make("#hall:localhost") }))
      const { message } = yield* failure(fake.expectMembership(roomId, "alice", "join"))
      assert.match(message, /^> .* @alice:localhost POST \/_matrix\/client\/v3\/join\/%23hall%3Alocalhost 403/mu)
    }).pipe(Effect.provideService(RetryPolicy.Override, RetryPolicy.none), Effect.provide(FakeHomeserver.layerTest()))
  )

  it.effect("says which names nobody here has heard of", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      yield* fake.user("bob")
      yield* fake.room({ roomId: hall, roomVersion: "11" })
      const slip = yield* failure(fake.expectMembership(hall, "bop", "join"))
      assert.strictEqual(
        slip.message.split("\n")[1],
        "Nobody here is called @bop:localhost; there are @alice:localhost, @bob:localhost, @host:localhost."
      )
      const elsewhere = yield* failure(fake.expectMembership("!attic:localhost", "bob", "join"))
      assert.strictEqual(
        elsewhere.message.split("\n")[1],
        "There is no room !attic:localhost here, but !hall:localhost."
      )
    }).pipe(Effect.provide(FakeHomeserver.layerTest()))
  )

  it.effect("shows the end of a long story", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const members = Object.fromEntries(Array.from({ length: 100 }, (_, guest) => [`guest${guest}`, "join"] as const))
      const roomId = yield* fake.room({ members: { ...members, bob: "ban" } })
      const { message } = yield* failure(fake.expectMembership(roomId, "bob", undefined))
      const lines = message.split("\n")
      assert.strictEqual(lines[0], `@bob:localhost in ${roomId}: expected no membership, found ban.`)
      assert.match(String(lines[2]), /^ {2}… 6[0-9] more before$/u)
      assert.strictEqual(lines.at(-3), "> 1970-01-01T00:00:00.000Z @host:localhost ban @bob:localhost")
      assert.deepStrictEqual(lines.slice(-2), ["Requests about it:", "  nothing"])
    }).pipe(Effect.provide(FakeHomeserver.layerTest()))
  )
})
