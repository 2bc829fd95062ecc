/** A room to act in, and the words that tests about memberships share. */
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export const inMemory = Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer())))

export const ok = "200"
export const forbidden = "403 M_FORBIDDEN"
export const badState = "403 M_BAD_STATE"
export const unknown = "400 M_UNKNOWN"

export const path = (operation: string, roomId: string) =>
  operation === "knock" ? `/knock/${encodeURIComponent(roomId)}` : `/rooms/${encodeURIComponent(roomId)}/${operation}`

/** A room with an administrator, a moderator of 50 and plain members; every level as Synapse sets it. */
export const populated = Effect.gen(function* () {
  const fake = yield* FakeHomeserver
  const token = (name: string) => Effect.map(fake.register(name), (session) => session.accessToken)
  const tokens = { admin: yield* token("admin"), mod: yield* token("mod"), plain: yield* token("plain") }
  const outsider = yield* token("outsider")
  const roomId = yield* fake.createRoom({
    creator: "admin",
    powerLevels: { users: { "@mod:localhost": 50, "@peer:localhost": 50 } },
    members: { mod: "join", peer: "join", plain: "join", other: "join", banned: "ban", gone: "leave" }
  })
  return { fake, roomId, tokens: { ...tokens, outsider } }
})

export type Actor = "admin" | "mod" | "plain" | "outsider"
