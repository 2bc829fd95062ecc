import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Listening } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { checks } from "../../conformance/operations/Checks.ts"
import { Site } from "../../conformance/operations/Site.ts"

const at = (baseUrl: string) =>
  Effect.map(FakeHomeserver, ({ register, serverName }) =>
    Site.of({ baseUrl: new URL(baseUrl), serverName, register: (localpart) => register(localpart) })
  )

const memory: Layer.Layer<Site | HttpClient.HttpClient> = Layer.merge(
  Layer.effect(Site, at("http://localhost")),
  FakeHomeserver.layerClient
).pipe(Layer.provide(FakeHomeserver.layer()))

const socket = Layer.merge(
  Layer.effect(
    Site,
    Effect.flatMap(Listening, ({ baseUrl }) => at(baseUrl))
  ),
  FetchHttpClient.layer
).pipe(Layer.provide(FakeHomeserver.layerServer), Layer.provide(FakeHomeserver.layer()))

describe("core's operations on the fake in memory", () => {
  it.effect.each(checks)("$name", ({ run }) => Effect.provide(run, memory))
})

describe("core's operations on the fake's real port", () => {
  it.live.each(checks)("$name", ({ run }) => Effect.provide(run, socket))
})

it("there are checks", () => assert.isAtLeast(checks.length, 9))
