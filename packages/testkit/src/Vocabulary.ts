/** The words in which tests of core's operations speak about the fake, with identifiers as core wants them. */
import { RoomId, UserId } from "@matrix-membership/core/MatrixId"
import * as Effect from "effect/Effect"
import type * as Accounts from "./Accounts.ts"
import type { RecordedRequest } from "./Exchange.ts"
import * as Fixture from "./Fixture.ts"
import * as History from "./History.ts"
import type { Membership, StateEvent } from "./rules/Event.ts"
import type * as World from "./World.ts"

/** A session whose identifier core takes. */
export interface User extends World.Session {
  readonly userId: UserId
}

export interface Vocabulary {
  /** Somebody with an account here and a session, which is a new one each time. */
  readonly user: (name: string, details?: Accounts.Details) => Effect.Effect<User>
  /** A room as a test needs it, by no rule and under no limit; made by `host` if the test does not say by whom. */
  readonly room: (options?: Partial<Fixture.RoomOptions>) => Effect.Effect<RoomId>
  /** Fails the test with the room's history unless that is the user's membership (`undefined`: none). */
  readonly expectMembership: (roomId: string, user: string, membership: Membership | undefined) => Effect.Effect<void>
}

/** What the words are made of. */
interface Fake {
  readonly world: Effect.Effect<World.World>
  readonly register: (name: string, details?: Accounts.Details) => Effect.Effect<World.Session>
  readonly createRoom: (options: Fixture.RoomOptions) => Effect.Effect<string>
  readonly membershipOf: (roomId: string, user: string) => Effect.Effect<Membership | undefined>
  readonly timeline: (roomId: string) => Effect.Effect<ReadonlyArray<StateEvent>>
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
}

export const make = (fake: Fake): Vocabulary => ({
  user: (name, details) =>
    Effect.map(fake.register(name, details), (session) => ({ ...session, userId: UserId.make(session.userId) })),
  room: (options = {}) => Effect.map(fake.createRoom({ creator: "host", ...options }), (roomId) => RoomId.make(roomId)),
  expectMembership: (roomId, user, expected) => {
    // Its text is made when it is asked for, which takes long and is mostly not needed.
    const here = new Error()
    return Effect.gen(function* () {
      const actual = yield* fake.membershipOf(roomId, user)
      if (actual === expected) return
      const world = yield* fake.world
      const userId = Fixture.userIdOf(world, user)
      const [timeline, requests] = [yield* fake.timeline(roomId), yield* fake.requests]
      const error = History.unexpected({ roomId, userId, expected, actual, world, timeline, requests })
      error.stack = `${error.name}: ${error.message}\n${callers(here.stack)}`
      return yield* Effect.die(error)
    })
  }
})

/** From the test that expects something on; test runners show the first place. */
const callers = (stack = ""): string => stack.split("\n").slice(2).join("\n")
