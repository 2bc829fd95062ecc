import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Listening } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import { inMemory, ok } from "../Stage.ts"
import { get, talk, verdict } from "../Talk.ts"

describe("a client that looks for its homeserver", () => {
  it.live("is told the address at which it found it", () =>
    Effect.gen(function* () {
      const { baseUrl } = yield* Listening
      const { body } = yield* talk("GET", "/.well-known/matrix/client", { baseUrl })
      assert.deepStrictEqual(body, { "m.homeserver": { base_url: baseUrl } })
    }).pipe(
      Effect.provide(
        Layer.merge(FetchHttpClient.layer, FakeHomeserver.layerServer).pipe(
          Layer.provideMerge(FakeHomeserver.layer({ serverName: "example.org" }))
        )
      )
    )
  )

  it.effect("finds nothing but Matrix and Synapse's own", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* talk("GET", "/.well-known/other")).headers["content-type"], "text/html")
      assert.strictEqual(verdict(yield* talk("GET", "/_synapse/admin/v1/nothing")), "404 M_UNRECOGNIZED")
      assert.strictEqual(verdict(yield* talk("GET", "/_matrix/nothing")), "404 M_UNRECOGNIZED")
    }).pipe(inMemory)
  )
})

describe("a client that has a session", () => {
  const ask = (path: string) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      return yield* get(path, (yield* fake.register("alice")).accessToken)
    })

  it.effect("is told which version a room gets that asks for none", () =>
    Effect.gen(function* () {
      const { body } = yield* ask("/capabilities")
      const fake = yield* FakeHomeserver
      const [create] = yield* fake.timeline(yield* fake.createRoom({ creator: "alice" }))
      const version = String(create?.content["room_version"])
      assert.nestedPropertyVal(body, "capabilities.m\\.room_versions.default", version)
      assert.nestedPropertyVal(body, `capabilities.m\\.room_versions.available.${version}`, "stable")
    }).pipe(inMemory)
  )

  it.effect("is told that no call is relayed", () =>
    Effect.gen(function* () {
      const { body } = yield* ask("/voip/turnServer")
      assert.deepStrictEqual(body, {})
    }).pipe(inMemory)
  )

  it.effect("is told that every push rule is off", () =>
    Effect.gen(function* () {
      const heard = yield* ask("/pushrules/")
      assert.strictEqual(verdict(heard), ok)
      assert.deepNestedInclude(heard.body, { "global.override[0].rule_id": ".m.rule.master", "global.underride": [] })
    }).pipe(inMemory)
  )
})
