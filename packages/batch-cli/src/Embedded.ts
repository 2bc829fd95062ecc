/**
 * A homeserver in this process, made from the plan itself, so that a plan can be tried out without anybody's server. It
 * is the testkit's, on a loopback port. What the plan takes for granted is there: its rooms and the people in them, and
 * whoever acts has the power to.
 */
import { FakeHomeserver, Listening } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type Seed, seed } from "./EmbeddedSeed.ts"
import type { Plan } from "./plan/Plan.ts"

export { type Seed, seed } from "./EmbeddedSeed.ts"

const verbatim = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

/** Fills an empty server; gives the access token of the sender, or of the service that acts for many. */
export const furnish = Effect.fnUntraced(function* ({ actors, moderators, rooms, sender, serverName }: Seed) {
  const fake = yield* FakeHomeserver
  const host = `@host:${serverName}`
  const { accessToken } =
    actors.length === 0
      ? yield* fake.register(sender)
      : yield* fake.applicationService({ sender, users: actors.map((actor) => `${verbatim(actor)}$`) })
  yield* Effect.forEach(actors, (actor) => fake.register(actor), { discard: true })
  const levels = Object.fromEntries(moderators.map((moderator) => [moderator, 50]))
  yield* Effect.forEach(
    rooms,
    ({ isClosed, members, name }) =>
      fake.createRoom({
        ...(name.startsWith("#") ? { alias: name } : { roomId: name }),
        // somebody stays, so that who leaves can come back
        creator: host,
        joinRule: isClosed ? "knock" : "public",
        powerLevels: { invite: 0, users: { ...levels, [sender]: 90, [host]: 100 } },
        members: { ...members, [host]: "join" }
      }),
    { discard: true }
  )
  return Redacted.make(accessToken)
})

/** Starts the server for as long as the scope lasts. */
export const start = Effect.fnUntraced(function* (plan: Plan) {
  const world = seed(plan)
  const context = yield* Layer.build(
    FakeHomeserver.layerServer.pipe(Layer.provideMerge(FakeHomeserver.layer({ serverName: world.serverName })))
  )
  return yield* Effect.gen(function* () {
    const { baseUrl } = yield* Listening
    return { baseUrl: new URL(baseUrl), accessToken: yield* furnish(world) }
  }).pipe(Effect.provide(context))
})
