/** Operations under the limits of real servers: all succeed in the end, and none comes back sooner than it was told. */

import { assert, describe, it } from "@effect/vitest"
import type { MatrixError } from "@matrix-membership/core/MatrixError"
import type { RoomId } from "@matrix-membership/core/MatrixId"
import type { Options } from "@matrix-membership/core/Membership"
import { FakeHomeserver, RateLimits } from "@matrix-membership/testkit"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ending, idOf, person, room } from "./Person.ts"

interface Exchange {
  /** Requests with the same key are attempts at the same thing. */
  readonly key: string
  readonly sentAt: number
  readonly answeredAt: number
  readonly status: number
  /** Milliseconds that a 429 asked for: in whole seconds in the header, exactly in the body. */
  readonly told: number
}

/** What goes over the line, with times. */
const listening = (heard: Array<Exchange>) => (client: HttpClient.HttpClient) =>
  HttpClient.transform(client, (answer, request) =>
    Effect.gen(function* () {
      const sentAt = yield* Clock.currentTimeMillis
      const response = yield* answer
      const { body } = request
      const text = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : ""
      const told = response.status === 429 ? Math.max(...(yield* waits(response))) : 0
      const answeredAt = yield* Clock.currentTimeMillis
      heard.push({ key: `${request.url} ${text}`, sentAt, answeredAt, status: response.status, told })
      return response
    })
  )

const waits = (response: { readonly headers: object; readonly json: Effect.Effect<unknown, unknown> }) =>
  Effect.map(Effect.orDie(response.json), (body) => [
    Number(Reflect.get(response.headers, "retry-after") ?? 0) * 1000,
    Number(Reflect.get(Object(body), "retry_after_ms") ?? 0)
  ])

/** Every refused request that was sent again was sent when it was time; there were some. */
const punctual = (heard: ReadonlyArray<Exchange>) => {
  const gaps = heard.flatMap((refused, nth) => {
    const again = heard.slice(nth + 1).find(({ key }) => key === refused.key)
    return refused.status !== 429 || again === undefined
      ? []
      : [{ told: refused.told, waited: again.sentAt - refused.answeredAt }]
  })
  assert.isAbove(gaps.length, 0)
  for (const { told, waited } of gaps) assert.isAtLeast(waited, told)
}

const under = (limits: RateLimits.RateLimits) =>
  Effect.provide(FakeHomeserver.layerClient.pipe(Layer.provideMerge(FakeHomeserver.layer({ limits }))))

const names = (count: number) => Array.from({ length: count }, (_, nth) => `user${nth}`)
const patient: Options["retry"] = { times: 50, budget: "3 hours", longestWait: "1 hour" }

/** How many ended with each tag. */
const tally = (ends: ReadonlyArray<{ readonly tag: string }>) =>
  Object.fromEntries([...Map.groupBy(ends, ({ tag }) => tag)].map(([tag, all]) => [tag, all.length]))

const forms = [
  { form: "header and body", answer: { retryAfterHeader: true, retryAfterMs: true } },
  { form: "header alone", answer: { retryAfterHeader: true, retryAfterMs: false } },
  { form: "body alone", answer: { retryAfterHeader: false, retryAfterMs: true } }
]

describe.each(forms)("with the wait in $form", ({ answer }) => {
  const limits = RateLimits.make({ answer }, RateLimits.synapseDefaults)

  it.effect("thirty users are invited by one", () =>
    Effect.gen(function* () {
      const heard: Array<Exchange> = []
      const fake = yield* FakeHomeserver
      const alice = yield* person("alice", { retry: patient }, listening(heard))
      const roomId = yield* room({ creator: "alice" })
      const ends = yield* Effect.forEach(
        names(30),
        (name) => ending(alice.inviteUser({ roomId, userId: idOf(name), reason: "welcome" })),
        { concurrency: 5 }
      )
      assert.deepStrictEqual(tally(ends), { success: 30 })
      for (const name of names(30)) assert.strictEqual(yield* fake.membershipOf(roomId, name), "invite")
      punctual(heard)
    }).pipe(under(limits))
  )

  it.effect("one user is invited to eight rooms, of which five are free and each other takes over five minutes", () =>
    Effect.gen(function* () {
      const heard: Array<Exchange> = []
      const alice = yield* person("alice", { retry: patient }, listening(heard))
      const rooms = yield* Effect.forEach(names(8), () => room({ creator: "alice" }))
      const ends = yield* Effect.forEach(rooms, (roomId) => ending(alice.inviteUser({ roomId, userId: idOf("bob") })))
      assert.deepStrictEqual(tally(ends), { success: 8 })
      assert.isAbove(Math.max(...heard.map(({ told }) => told)), 300_000)
      punctual(heard)
    }).pipe(under(limits))
  )
})

it.effect("a user joins and leaves twenty rooms", () =>
  Effect.gen(function* () {
    const heard: Array<Exchange> = []
    const fake = yield* FakeHomeserver
    const bob = yield* person("bob", { retry: patient }, listening(heard))
    const rooms = yield* Effect.forEach(names(20), () => room({ creator: "alice", joinRule: "public" }))
    const both = (roomId: RoomId): Effect.Effect<unknown, MatrixError> =>
      Effect.andThen(bob.joinRoomById({ roomId }), bob.leaveRoom({ roomId }))
    const ends = yield* Effect.forEach(rooms, (roomId) => ending(both(roomId)))
    assert.deepStrictEqual(tally(ends), { success: 20 })
    for (const roomId of rooms) assert.strictEqual(yield* fake.membershipOf(roomId, "bob"), "leave")
    punctual(heard)
  }).pipe(under(RateLimits.synapseDefaults))
)

it.effect("Dendrite's slots hold up nobody for long", () =>
  Effect.gen(function* () {
    const heard: Array<Exchange> = []
    const alice = yield* person("alice", {}, listening(heard))
    const roomId = yield* room({ creator: "alice" })
    const ends = yield* Effect.forEach(names(20), (name) => ending(alice.inviteUser({ roomId, userId: idOf(name) })), {
      concurrency: "unbounded"
    })
    assert.deepStrictEqual(tally(ends), { success: 20 })
    punctual(heard)
  }).pipe(under(RateLimits.dendriteDefaults))
)

it.effect("eight addresses are invited once each, though a limit stands before each of the last", () =>
  Effect.gen(function* () {
    const heard: Array<Exchange> = []
    const fake = yield* FakeHomeserver
    const alice = yield* person("alice", { retry: patient }, listening(heard))
    const roomId = yield* room({ creator: "alice" })
    const ends = yield* Effect.forEach(names(8), (name) =>
      ending(
        alice.inviteBy3PID({
          roomId,
          idServer: "id.example.org",
          idAccessToken: Redacted.make("identity-token"),
          medium: "email",
          address: `${name}@example.org`
        })
      )
    )
    assert.deepStrictEqual(tally(ends), { success: 8 })
    const events = (yield* fake.timeline(roomId)).filter(({ type }) => type === "m.room.third_party_invite")
    assert.strictEqual(events.length, 8)
    punctual(heard)
  }).pipe(under(RateLimits.synapseDefaults))
)

it.effect("the default policy gives up a wait of more than six minutes, and says when to come back", () =>
  Effect.gen(function* () {
    const alice = yield* person("alice")
    const rooms = yield* Effect.forEach(names(6), () => room({ creator: "alice" }))
    const ends = yield* Effect.forEach(rooms, (roomId) => ending(alice.inviteUser({ roomId, userId: idOf("bob") })))
    const last = ends.at(-1)?.error
    assert.strictEqual(last?._tag, "RateLimited")
    assert.isTrue(last?._tag === "RateLimited" && last.retryAfter !== undefined)
    assert.deepStrictEqual(tally(ends.slice(0, 5)), { success: 5 })
  }).pipe(under(RateLimits.make({ rc_invites: { per_user: { per_second: 0.001, burst_count: 5 } } })))
)
