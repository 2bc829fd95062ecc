import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import { type Actor, badState, forbidden, inMemory, ok, path, populated, unknown } from "../Stage.ts"
import { post, talk, verdict } from "../Talk.ts"

const memberships = ["none", "invite", "join", "leave", "ban", "knock"] as const
type Before = (typeof memberships)[number]

interface Case {
  readonly operation: string
  readonly before: Before
  readonly joinRule: string
  readonly answer: string
}

const row = (operation: string, joinRule: string, answers: ReadonlyArray<string>): ReadonlyArray<Case> =>
  memberships.map((before, index) => ({ operation, before, joinRule, answer: answers[index] ?? "missing" }))

/** Answers in the order of `memberships`. */
const table: ReadonlyArray<Case> = [
  row("invite", "invite", [ok, ok, forbidden, ok, badState, ok]),
  row("join", "public", [ok, ok, ok, ok, badState, ok]),
  row("join", "invite", [forbidden, ok, ok, forbidden, badState, forbidden]),
  row("join", "knock", [forbidden, ok, ok, forbidden, badState, forbidden]),
  row("join", "restricted", [forbidden, ok, ok, forbidden, badState, forbidden]),
  row("join", "knock_restricted", [forbidden, ok, ok, forbidden, badState, forbidden]),
  row("join", "private", [forbidden, forbidden, ok, forbidden, badState, forbidden]),
  row("knock", "knock", [ok, forbidden, forbidden, ok, badState, ok]),
  row("knock", "knock_restricted", [ok, forbidden, forbidden, ok, badState, ok]),
  row("leave", "invite", [forbidden, ok, ok, ok, forbidden, ok]),
  row("forget", "invite", [ok, unknown, unknown, ok, ok, unknown]),
  row("kick", "invite", [forbidden, ok, ok, forbidden, badState, ok]),
  row("ban", "invite", [ok, ok, ok, ok, ok, ok]),
  row("unban", "invite", [ok, badState, badState, badState, ok, badState])
].flat()

const self = ["join", "knock", "leave", "forget"]

describe("every operation from every membership, in a room the server is in", () => {
  it.effect.each(table)("$operation ($joinRule) from $before: $answer", ({ answer, before, joinRule, operation }) =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const admin = yield* fake.register("admin")
      const target = yield* fake.register("target")
      const members = before === "none" ? {} : { target: before }
      const roomId = yield* fake.createRoom({ creator: "admin", joinRule, members })
      const heard = self.includes(operation)
        ? yield* post(path(operation, roomId), target.accessToken)
        : yield* post(path(operation, roomId), admin.accessToken, { user_id: target.userId })
      assert.strictEqual(verdict(heard), answer)
      const after = { invite: "invite", join: "join", knock: "knock", ban: "ban", forget: before }[operation] ?? "leave"
      const expected = answer === ok ? after : before
      assert.strictEqual((yield* fake.membershipOf(roomId, "target")) ?? "none", expected)
    }).pipe(inMemory)
  )
})

describe("a repetition", () => {
  it.effect("of a leave succeeds after the user's own, and fails after a kick", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const leave = (body: unknown) => post(path("leave", roomId), tokens.plain, body)
      assert.deepStrictEqual([yield* leave({}), yield* leave({}), yield* leave({ reason: "bye" })].map(verdict), [
        ok,
        ok,
        forbidden
      ])
      const other = yield* fake.register("other")
      yield* post(path("kick", roomId), tokens.mod, { user_id: other.userId })
      assert.strictEqual(verdict(yield* post(path("leave", roomId), other.accessToken)), forbidden)
    }).pipe(inMemory)
  )

  it.effect("writes an event only if it says something new", () =>
    Effect.gen(function* () {
      const { fake, roomId, tokens } = yield* populated
      const ban = (actor: Actor, reason: string) =>
        post(path("ban", roomId), tokens[actor], { user_id: "@other:localhost", reason })
      const count = Effect.map(fake.timeline(roomId), (events) => events.length)
      const before = yield* count
      yield* ban("mod", "spam")
      yield* ban("mod", "spam")
      assert.strictEqual(yield* count, before + 1)
      yield* ban("mod", "more spam")
      yield* ban("admin", "more spam")
      assert.strictEqual(yield* count, before + 3)
    }).pipe(inMemory)
  )

  it.effect("of a join under rule private succeeds only while nothing changes", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const { accessToken } = yield* fake.register("bob")
      const roomId = yield* fake.createRoom({ creator: "alice", joinRule: "private", members: { bob: "join" } })
      assert.strictEqual(verdict(yield* post(path("join", roomId), accessToken)), ok)
      assert.strictEqual(verdict(yield* post(path("join", roomId), accessToken, { reason: "hello" })), forbidden)
    }).pipe(inMemory)
  )
})

describe("bodies", () => {
  const answers = (operation: string, bodies: Readonly<Record<string, string>>) =>
    Object.entries(bodies).map(([text, answer]) => ({ operation, text, answer }))
  const missing = "400 M_MISSING_PARAM"
  const notJson = "400 M_NOT_JSON"
  const badJson = "400 M_BAD_JSON"
  const lenient = { "": ok, "{}": ok, null: ok, "{": notJson, "[]": badJson }
  const strict = { "": missing, "{}": missing, null: missing, "{": notJson, "[]": badJson }
  const noId = "400 M_INVALID_PARAM"
  const broken = "500 M_UNKNOWN"

  it.effect.each([
    ...answers("invite", strict),
    ...answers("invite", { '{"user_id":"bob"}': noId, '{"user_id":{}}': noId, '{"user_id":1}': broken }),
    ...answers("leave", { '{"reason":"\\ud800"}': broken, '{"third_party_signed":7}': broken }),
    ...answers("kick", strict),
    ...answers("ban", strict),
    ...answers("unban", strict),
    ...answers("join", lenient),
    ...answers("leave", lenient),
    ...answers("knock", { "": notJson, "{": notJson, "[]": badJson, "{}": forbidden }),
    ...answers("forget", { "": unknown, "{": unknown })
  ])("$operation with $text: $answer", ({ answer, operation, text }) =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const to = `/_matrix/client/v3${path(operation, roomId)}`
      assert.strictEqual(verdict(yield* talk("POST", to, { token: tokens.plain, text })), answer)
    }).pipe(inMemory)
  )

  it.effect.each([
    { what: "a reason that fills an event", body: { reason: "x".repeat(64_000) }, answer: ok },
    { what: "a reason that no event holds", body: { reason: "x".repeat(66_000) }, answer: "413 M_TOO_LARGE" },
    { what: "a user id of 256 bytes", body: { user_id: `@${"x".repeat(245)}:localhost` }, answer: "413 M_TOO_LARGE" },
    { what: "a user id of 255 bytes", body: { user_id: `@${"x".repeat(244)}:localhost` }, answer: ok }
  ])("with $what: $answer", ({ answer, body }) =>
    Effect.gen(function* () {
      const { roomId, tokens } = yield* populated
      const heard = yield* post(path("invite", roomId), tokens.mod, { user_id: "@new:localhost", ...body })
      assert.strictEqual(verdict(heard), answer)
    }).pipe(inMemory)
  )

  it.effect("of /join go into the event whole, of /rooms/…/join the reason alone", () =>
    Effect.gen(function* () {
      const fake = yield* FakeHomeserver
      const bob = yield* fake.register("bob")
      const carol = yield* fake.register("carol")
      const roomId = yield* fake.createRoom({ creator: "alice", joinRule: "public" })
      const body = { reason: "hello", extra: 1 }
      yield* post(`/join/${encodeURIComponent(roomId)}`, bob.accessToken, body)
      yield* post(path("join", roomId), carol.accessToken, body)
      const [whole, reason] = (yield* fake.timeline(roomId)).slice(-2)
      assert.deepStrictEqual(whole?.content, { ...body, membership: "join", displayname: "bob" })
      assert.deepStrictEqual(reason?.content, { reason: "hello", membership: "join", displayname: "carol" })
    }).pipe(inMemory)
  )
})
