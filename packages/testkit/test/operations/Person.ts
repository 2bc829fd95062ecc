/** Users of the fake with core's operations in their hands, and what a test wants to know of the fake afterwards. */
import { Credentials, MatrixError, Membership } from "@matrix-membership/core"
import { RoomId, UserId } from "@matrix-membership/core/MatrixId"
import type { Options } from "@matrix-membership/core/Membership"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/testing/TestClock"
import type { RoomOptions } from "../../src/Fixture.ts"

export const idOf = (name: string) => UserId.make(`@${name}:localhost`)

/** Core's operations in the name of a user of the fake. */
export const person = Effect.fnUntraced(function* (
  name: string,
  options: Partial<Options> = {},
  through: (client: HttpClient.HttpClient) => HttpClient.HttpClient = (client) => client
) {
  const fake = yield* FakeHomeserver
  const { accessToken } = yield* fake.register(name)
  const client = through(yield* HttpClient.HttpClient)
  const context = yield* Layer.build(
    Membership.layer({ homeserver: new URL("http://localhost"), pathVersion: "v3", ...options }).pipe(
      Layer.provide([Credentials.layer(Redacted.make(accessToken)), Layer.succeed(HttpClient.HttpClient, client)])
    )
  )
  return Context.get(context, Membership)
})

export const room = (options: RoomOptions) =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    return RoomId.make(yield* fake.createRoom(options))
  })

/** A proxy that lets the first changing request through, and says something else than the server said to it. */
export const garbling = (status: number, body: string) => (client: HttpClient.HttpClient) => {
  let first = true
  return HttpClient.transform(client, (answer, request) =>
    Effect.map(answer, (heard) => {
      if (request.method !== "POST" || !first) return heard
      first = false
      return HttpClientResponse.fromWeb(request, new Response(body, { status }))
    })
  )
}

/** Bodies are read by promises, which the virtual clock does not wait for: a turn of the loop lets them settle. */
const turn = Effect.callback<void>((resume) => {
  setImmediate(() => resume(Effect.void))
})

/** An hour, in steps that are short beside every time-out, until the fiber is done. */
const within = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<A, E>) {
  for (let step = 0; step < 720 && fiber.pollUnsafe() === undefined; step++) {
    yield* TestClock.adjust("5 seconds")
    yield* turn
    yield* turn
  }
  return yield* Fiber.join(fiber)
})

/** How an operation ends when it has an hour for it: the tag of its error, or `success`. */
export const ending = <A, E extends MatrixError.MatrixError, R>(operation: Effect.Effect<A, E, R>) =>
  Effect.flatMap(started(operation), ended)

/** The operation under way, until it has nothing to do but wait. */
export const started = Effect.fnUntraced(function* <A, E extends MatrixError.MatrixError, R>(
  operation: Effect.Effect<A, E, R>
) {
  const fiber = yield* Effect.forkChild(Effect.exit(operation))
  yield* TestClock.adjust("1 millis")
  yield* turn
  return fiber
})

export const ended = Effect.fnUntraced(function* <A, E>(fiber: Fiber.Fiber<Exit.Exit<A, E>>) {
  const exit = yield* within(fiber)
  if (Exit.isSuccess(exit)) return { tag: "success", value: exit.value, error: undefined } as const
  const error: unknown = Cause.squash(exit.cause)
  return isMatrixError(error)
    ? { tag: error._tag, value: undefined, error }
    : yield* Effect.die(new Error("it ended otherwise", { cause: error }))
})

const isMatrixError = (error: unknown): error is MatrixError.MatrixError =>
  Object.values(MatrixError).some((value) => typeof value === "function" && error instanceof value)

/** What the fake saw of one path, such as `/rooms/{roomId}/kick`. */
export const seen = (path: RegExp) =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    return (yield* fake.requests).filter((request) => path.test(request.path))
  })

/** Everything that was sent and is not a read. */
export const changes = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  return (yield* fake.requests).filter(({ method }) => method !== "GET")
})

/** The memberships that were written for somebody, in order, the room's beginning left out. */
export const written = (roomId: string, name: string, from = 0) =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    const events = (yield* fake.timeline(roomId)).slice(from)
    return events
      .filter(({ stateKey, type }) => type === "m.room.member" && stateKey === idOf(name))
      .map(({ content }) => content["membership"])
  })
