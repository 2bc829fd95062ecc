import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"

/** What a test is told that asks for what makes no sense. */
const told = (ask: (fake: FakeHomeserver["Service"]) => Effect.Effect<unknown>) =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const exit = yield* Effect.exit(Effect.suspend(() => ask(fake)))
    return Exit.isFailure(exit) ? String(Cause.squash(exit.cause)) : "nothing"
  }).pipe(Effect.provide(FakeHomeserver.layer()))

const mistakes: ReadonlyArray<{
  readonly what: string
  readonly ask: (fake: FakeHomeserver["Service"]) => Effect.Effect<unknown>
  readonly says: string
}> = [
  {
    what: "a user id without its sigil",
    ask: (fake) => fake.user("bob:example.org"),
    says: '"bob:example.org" is neither a local part nor a user id'
  },
  {
    what: "a user id without a server",
    ask: (fake) => fake.membershipOf("!hall:localhost", "@bob"),
    says: '"@bob" is neither a local part nor a user id'
  },
  {
    what: "a nameless user",
    ask: (fake) => fake.room({ creator: "" }),
    says: '"" is neither a local part nor a user id'
  },
  {
    what: "the same room twice",
    ask: (fake) => Effect.repeat(fake.room({ roomId: "!hall:localhost" }), { times: 1 }),
    says: "There is a room !hall:localhost already"
  },
  {
    what: "a room version that there is not",
    ask: (fake) => fake.room({ roomVersion: "99" }),
    says: "There is no room version 99"
  },
  {
    what: "the end of another fake's token",
    ask: (fake) => fake.expire("syt_bob_x"),
    says: "No session of this fake has the token syt_bob_x"
  },
  {
    what: "a token that has ended before",
    ask: (fake) =>
      Effect.flatMap(fake.user("bob"), ({ accessToken }) =>
        Effect.andThen(fake.revoke(accessToken), fake.revoke(accessToken))
      ),
    says: "It has ended before, or is another fake's"
  },
  {
    what: "a fault that never comes",
    ask: (fake) => fake.faults.every({}, Faults.reset, 0),
    says: "A fault comes once or more often, which 0 is not"
  }
]

describe("a test that asks for", () => {
  it.effect.each(mistakes)("$what is told", ({ ask, says }) =>
    Effect.map(told(ask), (error) => assert.include(error, says))
  )
})

it.effect("a server that is called by no server's name does not begin", () =>
  Effect.gen(function* () {
    const exit = yield* Effect.exit(Effect.provide(FakeHomeserver, FakeHomeserver.layer({ serverName: "my server" })))
    assert.include(String(Exit.isFailure(exit) && Cause.squash(exit.cause)), '"my server" is no server')
  })
)

it.effect("two servers in one test give different tokens", () =>
  Effect.gen(function* () {
    const tokenOn = (serverName: string) =>
      Effect.provide(
        Effect.flatMap(FakeHomeserver, (fake) => fake.user("alice")),
        FakeHomeserver.layer({ serverName })
      )
    const [one, other] = [yield* tokenOn("one.test"), yield* tokenOn("other.test")]
    assert.notStrictEqual(one.accessToken, other.accessToken)
  })
)
