import { assert, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { inMemory } from "./Stage.ts"
import { get, talk, verdict } from "./Talk.ts"

it.effect("a deactivated account is in no room any more, and nobody logs in to it or takes its name", () =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const bob = yield* fake.register("bob", { password: "secret" })
    const hall = yield* fake.room({ members: { bob: "join" } })
    const attic = yield* fake.room({ members: { bob: "invite" } })
    const cellar = yield* fake.room({ members: { bob: "ban" } })
    yield* fake.deactivate("bob")

    yield* fake.expectMembership(hall, "bob", "leave")
    yield* fake.expectMembership(attic, "bob", "leave")
    yield* fake.expectMembership(cellar, "bob", "ban")
    assert.strictEqual(verdict(yield* get("/account/whoami", bob.accessToken)), "401 M_UNKNOWN_TOKEN")
    const identifier = { type: "m.id.user", user: "bob" }
    for (const password of ["secret", "another"]) {
      const body = { type: "m.login.password", identifier, password }
      const heard = yield* talk("POST", "/_matrix/client/v3/login", { body })
      assert.strictEqual(verdict(heard), "403 M_USER_DEACTIVATED")
    }
    const body = { username: "bob", password: "mine", auth: { type: "m.login.dummy" } }
    assert.strictEqual(verdict(yield* talk("POST", "/_matrix/client/v3/register", { body })), "400 M_USER_IN_USE")
  }).pipe(inMemory)
)
