/** Memberships that take two steps, a ban lifted and something after it, and what may come between them. */

import { assert, describe, it } from "@effect/vitest"
import type { Membership } from "@matrix-membership/core"
import type { MatrixError } from "@matrix-membership/core/MatrixError"
import type { RoomId } from "@matrix-membership/core/MatrixId"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import { inMemory } from "../Stage.ts"
import { changes, ending, idOf, person, room, written } from "./Person.ts"

const userId = idOf("bob")

/** Somebody acts as soon as a request to `path` was answered, once. */
const after = (path: string, act: () => Effect.Effect<unknown, MatrixError>) => (client: HttpClient.HttpClient) => {
  let done = false
  return HttpClient.transform(client, (answer, request) =>
    Effect.tap(answer, () => {
      if (done || !request.url.endsWith(path)) return Effect.void
      done = true
      return Effect.orDie(act())
    })
  )
}

interface Others {
  readonly bob: Membership["Service"]
  readonly carol: Membership["Service"]
}

/** alice wants bob, who is banned, to be invited. */
const invited = Effect.fnUntraced(function* (
  script: ReadonlyArray<readonly [path: string, fault: Faults.Fault]>,
  meanwhile: (roomId: RoomId, by: Others) => Effect.Effect<unknown, MatrixError> = () => Effect.void
) {
  const fake = yield* FakeHomeserver
  const roomId = yield* room({
    creator: "alice",
    joinRule: "public",
    powerLevels: { users: { "@carol:localhost": 50 } },
    members: { bob: "ban", carol: "join" }
  })
  const others = { bob: yield* person("bob"), carol: yield* person("carol") }
  const alice = yield* person(
    "alice",
    {},
    after("/unban", () => meanwhile(roomId, others))
  )
  for (const [path, fault] of script) yield* fake.faults.every({ path: `/rooms/{roomId}/${path}` }, fault)
  const { tag, value } = yield* ending(alice.ensure({ roomId, userId, membership: "invite", unban: true }))
  const sent = (yield* changes).filter(({ userId }) => userId === "@alice:localhost")
  return {
    end: value ?? tag,
    sent: sent.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)),
    events: (yield* written(roomId, "bob")).slice(1)
  }
})

const refusal = (status: number, errcode: string, fields: object = {}) =>
  Faults.respond(status, { errcode, error: "no", ...fields })

it.effect("a ban that is lifted and an invitation that follows are two events, and changed", () =>
  Effect.gen(function* () {
    const { end, events, sent } = yield* invited([])
    assert.strictEqual(end, "changed")
    assert.deepStrictEqual(sent, ["unban", "invite"])
    assert.deepStrictEqual<ReadonlyArray<unknown>>(events, ["leave", "invite"])
  }).pipe(inMemory)
)

describe("an invitation that is refused after the ban was lifted", () => {
  const refusals = [
    { tag: "InviteBlocked", fault: refusal(403, "M_INVITE_BLOCKED") },
    { tag: "Forbidden", fault: refusal(403, "M_FORBIDDEN") },
    { tag: "Refused", fault: refusal(400, "M_UNKNOWN") },
    { tag: "RateLimited", fault: refusal(429, "M_LIMIT_EXCEEDED", { retry_after_ms: 3_600_000 }) }
  ]
  for (const { fault, tag } of refusals) {
    it.effect(`is sent once: ${tag}`, () =>
      Effect.gen(function* () {
        const { end, sent } = yield* invited([["invite", fault]])
        assert.strictEqual(end, tag)
        assert.deepStrictEqual(sent, ["unban", "invite"])
      }).pipe(inMemory)
    )
  }
  it.effect("leaves the user unbanned and out", () =>
    Effect.gen(function* () {
      const { events } = yield* invited([["invite", refusal(403, "M_INVITE_BLOCKED")]])
      assert.deepStrictEqual<ReadonlyArray<unknown>>(events, ["leave"])
    }).pipe(inMemory)
  )
})

it.effect.each([
  { tag: "Forbidden", fault: refusal(403, "M_FORBIDDEN") },
  { tag: "RateLimited", fault: refusal(429, "M_LIMIT_EXCEEDED", { retry_after_ms: 3_600_000 }) },
  { tag: "AccountRestricted", fault: refusal(403, "M_USER_SUSPENDED") }
])("a ban that cannot be lifted is in the way: $tag, and no invitation is sent", ({ fault, tag }) =>
  Effect.gen(function* () {
    const { end, events, sent } = yield* invited([["unban", fault]])
    assert.strictEqual(end, tag)
    assert.deepStrictEqual(sent, ["unban"])
    assert.deepStrictEqual(events, [])
  }).pipe(inMemory)
)

describe("as soon as the ban is lifted", () => {
  it.effect("who joins is invited enough, and it has changed by us", () =>
    Effect.gen(function* () {
      const { end, events } = yield* invited([], (roomId, { bob }) => bob.joinRoomById({ roomId }))
      assert.deepStrictEqual<ReadonlyArray<unknown>>(events, ["leave", "join"])
      assert.strictEqual(end, "changed")
    }).pipe(inMemory)
  )
  it.effect("who is banned again stays banned: nobody is fought over", () =>
    Effect.gen(function* () {
      const { end, events } = yield* invited([], (roomId, { carol }) => carol.ban({ roomId, userId }))
      assert.deepStrictEqual<ReadonlyArray<unknown>>(events, ["leave", "ban"])
      assert.strictEqual(end, "BadState")
    }).pipe(inMemory)
  )
})
