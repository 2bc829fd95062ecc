import { FakeHomeserver, Faults, Listening } from "@matrix-membership/testkit"
import { Effect, Layer, ManagedRuntime } from "effect"
import { afterAll, assert, test } from "vitest"
import { attendance } from "./attendance.ts"

const { dispose, runPromise } = ManagedRuntime.make(
  FakeHomeserver.layerServer.pipe(Layer.provideMerge(FakeHomeserver.layer()))
)
afterAll(dispose)

const scene = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const { baseUrl } = yield* Listening
  const { accessToken } = yield* fake.user("alice")
  const roomId = yield* fake.room({ creator: "alice", members: { bob: "join", carol: "invite" } })
  return { fake, baseUrl, accessToken, roomId }
})

test("through a fetch function that goes nowhere but to the fake", async () => {
  const { accessToken, fake, roomId } = await runPromise(scene)
  assert.strictEqual(await attendance("https://example.org", roomId, accessToken, fake.fetch), 2)
})

test("through a port, at a URL", async () => {
  const { accessToken, baseUrl, roomId } = await runPromise(scene)
  assert.strictEqual(await attendance(baseUrl, roomId, accessToken), 2)
})

test("with a homeserver that is down", async () => {
  const { accessToken, baseUrl, fake, roomId } = await runPromise(scene)
  await runPromise(fake.faults.next({}, Faults.html502))
  const failure = await attendance(baseUrl, roomId, accessToken).catch((error: unknown) => error)
  assert.include(String(failure), "502")
})
