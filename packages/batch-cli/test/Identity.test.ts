import { assert, describe, it } from "@effect/vitest"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Identity from "../src/Identity.ts"
import { planOf } from "./Stage.ts"

const byAddress = planOf([
  { operation: "join", room: "!hall:localhost" },
  { operation: "invite", room: "!hall:localhost", address: "ann@example.org" }
])
const byName = planOf([{ operation: "invite", room: "!hall:localhost", user: "@ann:localhost" }])

const open = (host: string | undefined, token: string | undefined, plan = byAddress, isEmbedded = false) =>
  Identity.open(Option.fromNullishOr(host), plan, isEmbedded).pipe(
    Effect.provide(
      ConfigProvider.layer(ConfigProvider.fromEnv({ env: token === undefined ? {} : { [Identity.variable]: token } }))
    )
  )

describe("an identity server", () => {
  it.effect("is not needed by a plan without addresses, whatever is said of one", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* open(undefined, undefined, byName))
      assert.isUndefined(yield* open("vector.im", "secret", byName))
    })
  )
  it.effect("is named by the flag, and its token by the environment, without what a file put around it", () =>
    Effect.gen(function* () {
      const server = yield* open("vector.im:8448", " secret\n")
      assert.strictEqual(server?.host, "vector.im:8448")
      assert.strictEqual(Redacted.value(server?.accessToken ?? Redacted.make("")), "secret")
    })
  )
  it.effect("comes with the embedded homeserver", () =>
    Effect.gen(function* () {
      assert.isDefined(yield* open(undefined, undefined, byAddress, true))
    })
  )
  it.effect.each([
    {
      name: "that nobody named",
      host: undefined,
      token: "secret",
      says: /^plan\.csv:3: this row invites by an address.+--identity-server/u
    },
    { name: "without a token", host: "vector.im", token: undefined, says: /no access token for vector\.im/u },
    { name: "with a blank token", host: "vector.im", token: "  ", says: /no access token for vector\.im/u },
    { name: "with a scheme", host: "https://vector.im", token: "secret", says: /expected host\[:port\]/u },
    { name: "with a path", host: "vector.im/_matrix", token: "secret", says: /expected host\[:port\]/u },
    { name: "with a name and a password", host: "ann:pw@vector.im", token: "secret", says: /expected host\[:port\]/u }
  ])("$name is refused", ({ host, says, token }) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(open(host, token))
      assert.strictEqual(error._tag, "WrongUsage")
      assert.match(error.message, says)
      assert.notMatch(error.message, /secret|pw@/u)
    })
  )
})
