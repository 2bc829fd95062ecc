import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

const versions = HttpClientRequest.get("http://fake.test/_matrix/client/versions")

const inMemory = Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer())))

const quietly = Effect.provideService(HttpClient.TracerDisabledWhen, () => true)

const headersOf = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    yield* HttpClient.execute(request)
    return Object.keys((yield* fake.requests).at(-1)?.headers ?? {})
  })

describe("the door in memory", () => {
  it.effect("lets trace headers through as any client does, and adds none where tracing is off", () =>
    Effect.gen(function* () {
      assert.include(yield* headersOf(versions), "traceparent")
      assert.notInclude(yield* quietly(headersOf(versions)), "traceparent")
    }).pipe(inMemory)
  )

  it.effect("takes a body in pieces for the same as in one", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const body = Stream.make('{"username":"zoe",', '"password":"p","auth":{"type":"m.login.dummy"}}')
      const response = yield* HttpClientRequest.post("http://fake.test/_matrix/client/v3/register").pipe(
        HttpClientRequest.bodyStream(Stream.encodeText(body), { contentType: "application/json" }),
        HttpClient.execute,
        quietly
      )
      assert.strictEqual(response.status, 200)
      const recorded = (yield* fake.requests).map((request) => request.body)
      assert.deepStrictEqual(recorded, [{ username: "zoe", password: "p", auth: { type: "m.login.dummy" } }])
    }).pipe(inMemory)
  )

  it.effect("refuses what is no address, as a client on the network does", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(quietly(HttpClient.execute(HttpClientRequest.get("http://"))))
      assert.strictEqual(error.reason._tag, "InvalidUrlError")
    }).pipe(inMemory)
  )
})
