/** The fake as a subject, through the door without a socket. */
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import type { Subject } from "./Subject.ts"

const layer = FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer()))

export const fake: Effect.Effect<Subject> = Effect.gen(function* () {
  const { register, serverName } = yield* FakeHomeserver
  return {
    title: "fake",
    baseUrl: new URL("http://fake.test"),
    serverName,
    http: yield* HttpClient.HttpClient,
    register: (localpart) => register(localpart),
    lanes: 4
  } satisfies Subject
}).pipe(Effect.provide(layer))
