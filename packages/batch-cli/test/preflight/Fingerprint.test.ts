import { assert, describe, it } from "@effect/vitest"
import { MatrixId, Membership } from "@matrix-membership/core"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import type { Plan } from "../../src/plan/Plan.ts"
import * as Fingerprint from "../../src/preflight/Fingerprint.ts"
import * as Preflight from "../../src/preflight/Preflight.ts"
import { fake, inTime, membership, plan } from "../Stage.ts"

const [attic, hall] = ["!attic:localhost", "!hall:localhost"].map((id) => MatrixId.RoomId.make(id))
const id = (name: string) => MatrixId.UserId.make(`@${name}:localhost`)

const rows = plan(
  "invite #hall:localhost @bob:localhost",
  "kick !attic:localhost @cem:localhost",
  "leave !attic:localhost",
  "join !secret:localhost",
  "invite !secret:localhost @bob:localhost"
)

const look = Effect.fnUntraced(function* (plan: Plan, accessToken: string) {
  const preflight = yield* inTime(Effect.provide(Preflight.run(plan, { concurrency: 4 }), membership(accessToken)))
  return { preflight, situation: { homeserver: "http://localhost/", digest: plan.digest } }
})

/** In somebody's name. */
const as = <A, E>(name: string, act: (membership: Membership["Service"]) => Effect.Effect<A, E>) =>
  Effect.gen(function* () {
    const { accessToken } = yield* (yield* FakeHomeserver).register(name)
    return yield* Effect.flatMap(Membership, act).pipe(Effect.provide(membership(accessToken)))
  })

/** Alice writes the state event of a room. */
const write = (roomId: string | undefined, eventType: string, content: object) =>
  Effect.gen(function* () {
    const server = yield* FakeHomeserver
    const { accessToken } = yield* server.register("alice")
    const { status } = yield* Effect.promise(() =>
      server.fetch(`http://localhost/_matrix/client/v3/rooms/${roomId}/state/${eventType}`, {
        method: "PUT",
        headers: { authorization: `Bearer ${accessToken}` },
        body: JSON.stringify(content)
      })
    )
    assert.strictEqual(status, 200)
  })

interface Later {
  readonly sender?: string
  readonly situation?: Partial<Fingerprint.Situation>
  readonly attempted?: (row: number) => boolean
}

/** What is said of a plan that was saved before `change` and is applied after it. */
const changes = <A, E, R>(change: Effect.Effect<A, E, R>, { attempted, sender = "alice", situation }: Later = {}) =>
  Effect.gen(function* () {
    const server = yield* FakeHomeserver
    const { accessToken } = yield* server.register("alice")
    yield* server.createRoom({ creator: "alice", roomId: "!hall:localhost", alias: "hall", roomVersion: "11" })
    yield* server.createRoom({ creator: "alice", roomId: "!attic:localhost", members: { cem: "join" } })
    yield* server.createRoom({ creator: "dan", roomId: "!secret:localhost", joinRule: "public" })
    const before = yield* look(rows, accessToken)
    const saved: unknown = JSON.parse(JSON.stringify(Fingerprint.make(before.preflight, before.situation, 0)))
    yield* change
    const after = yield* look(rows, (yield* server.register(sender)).accessToken)
    return Fingerprint.check(after.preflight, saved, { ...after.situation, ...situation }, attempted)
  }).pipe(Effect.provide(fake))

const theSame = (found: ReadonlyArray<string>, ...expected: ReadonlyArray<string>) =>
  assert.deepStrictEqual(found, expected)

describe("a saved plan means what it meant", () => {
  it.effect("when nothing has happened, or nothing that it is about", () =>
    Effect.gen(function* () {
      theSame(yield* changes(Effect.void))
      theSame(
        yield* changes(
          Effect.gen(function* () {
            yield* write(hall, "m.room.name", { name: "The hall" })
            yield* as("alice", ({ inviteUser }) =>
              inviteUser({ roomId: hall ?? assert.fail(), userId: id("stranger") })
            )
          })
        )
      )
    })
  )
  it.effect("when the plan itself has done what was done", () =>
    Effect.gen(function* () {
      const kicked = as("alice", ({ kick }) => kick({ roomId: attic ?? assert.fail(), userId: id("cem") }))
      theSame(yield* changes(kicked, { attempted: (row) => row === 1 }))
      assert.strictEqual((yield* changes(kicked)).length, 1)
    })
  )
  it.effect("when a room is seen that was not", () =>
    Effect.gen(function* () {
      const joined = as("alice", ({ joinRoom }) =>
        joinRoom({ roomIdOrAlias: MatrixId.RoomId.make("!secret:localhost") })
      )
      theSame(yield* changes(joined))
    })
  )
})

describe("a saved plan says that it means something else", () => {
  it.effect("when people of it stand elsewhere, each of them once", () =>
    Effect.gen(function* () {
      const left = Effect.gen(function* () {
        yield* as("cem", ({ leaveRoom }) => leaveRoom({ roomId: attic ?? assert.fail() }))
        yield* as("alice", ({ ban }) => ban({ roomId: hall ?? assert.fail(), userId: id("bob") }))
      })
      theSame(
        yield* changes(left),
        "@bob:localhost in #hall:localhost (line 2): was not in the room, is banned",
        "@cem:localhost in !attic:localhost (line 3): was joined, is not in the room"
      )
    })
  )
  it.effect("when the sender has left", () =>
    Effect.gen(function* () {
      const left = as("alice", ({ leaveRoom }) => leaveRoom({ roomId: attic ?? assert.fail() }))
      const [power, ...people] = yield* changes(left)
      assert.strictEqual(power, "!attic:localhost: its power levels are hidden now")
      theSame(
        people,
        "@alice:localhost in !attic:localhost (line 3): was joined, is hidden",
        "@cem:localhost in !attic:localhost (line 3): was joined, is hidden"
      )
    })
  )
  it.effect("when power has changed", () =>
    Effect.gen(function* () {
      const levels = { users: { [id("alice")]: 100, [id("eva")]: 50 } }
      theSame(
        yield* changes(write(hall, "m.room.power_levels", levels)),
        "#hall:localhost: its power levels have changed"
      )
    })
  )
  it.effect("when it is somebody else's token, another server, or other rows", () =>
    Effect.gen(function* () {
      theSame(
        yield* changes(Effect.void, { sender: "dan" }),
        "the plan is for @alice:localhost, and the access token is @dan:localhost's"
      )
      theSame(
        yield* changes(Effect.void, { situation: { homeserver: "http://elsewhere/" } }),
        "the plan is for http://localhost/, and this is http://elsewhere/"
      )
      theSame(
        yield* changes(Effect.void, { situation: { digest: "0" } }),
        "the rows are others than those that were saved"
      )
    })
  )
  it.effect("when it does not say how things were", () =>
    Effect.gen(function* () {
      const { accessToken } = yield* (yield* FakeHomeserver).register("alice")
      const { preflight, situation } = yield* look(plan("join !a:localhost"), accessToken)
      theSame(
        Fingerprint.check(preflight, { savedPlan: 1 }, situation),
        "the plan does not say how things were when it was saved"
      )
    }).pipe(Effect.provide(fake))
  )
})
