/** Inviting an address twice makes two invitations, so after a doubt it is not sent again. */

import { assert, describe, it } from "@effect/vitest"
import { FakeHomeserver, Faults } from "@matrix-membership/testkit"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { inMemory } from "../Stage.ts"
import { ending, garbling, person, room, seen } from "./Person.ts"

const address = { medium: "email", address: "new@example.org" }

const invited = Effect.fnUntraced(function* (
  script: ReadonlyArray<Faults.Fault>,
  proxy: ReturnType<typeof garbling> | undefined = undefined
) {
  const fake = yield* FakeHomeserver
  const roomId = yield* room({ creator: "alice" })
  const alice = yield* person("alice", {}, proxy)
  for (const fault of script) yield* fake.faults.next({ path: "/rooms/{roomId}/invite" }, fault)
  const idAccessToken = Redacted.make("identity-token")
  const end = yield* ending(alice.inviteBy3PID({ roomId, idServer: "id.example.org", idAccessToken, ...address }))
  const events = (yield* fake.timeline(roomId)).filter(({ type }) => type === "m.room.third_party_invite")
  return { ...end, events: events.length, sent: yield* seen(/\/invite$/u) }
})

const error = (errcode: string) => ({ errcode, error: "no" })
const limited = (seconds: number) => Faults.respond(429, error("M_LIMIT_EXCEEDED"), { "retry-after": `${seconds}` })

describe("an address whose invitation's answer is lost", () => {
  it.effect.each([
    { name: "the connection breaks before it is done", events: 0, fault: Faults.reset },
    { name: "time runs out before it is done", events: 0, fault: Faults.delay("1 hour") },
    { name: "a proxy answers 502 without asking", events: 0, fault: Faults.html502 },
    { name: "the server answers 503", events: 0, fault: Faults.respond(503, error("M_UNKNOWN")) },
    { name: "the server answers 500", events: 0, fault: Faults.respond(500, error("M_UNKNOWN")) },
    { name: "a portal answers 200 in HTML", events: 0, fault: Faults.respond(200, "<html>log in</html>") },
    { name: "the answer is lost", events: 1, fault: Faults.loseResponse },
    { name: "the answer breaks off", events: 1, fault: Faults.truncate() },
    { name: "time runs out after it is done", events: 1, fault: Faults.delayAnswer("1 hour") },
    { name: "a proxy answers 502 after it is done", events: 1, proxy: garbling(502, "<html>") },
    { name: "the server does it and answers 500", events: 1, proxy: garbling(500, JSON.stringify(error("M_UNKNOWN"))) },
    { name: "the server does it and answers 504", events: 1, proxy: garbling(504, "") }
  ])("is not invited again: OutcomeUnknown when $name", ({ events: expected, fault, proxy }) =>
    Effect.gen(function* () {
      const { events, sent, tag } = yield* invited(fault === undefined ? [] : [fault], proxy)
      assert.strictEqual(tag, "OutcomeUnknown")
      assert.strictEqual(sent.length, 1)
      assert.strictEqual(events, expected)
    }).pipe(inMemory)
  )

  it.effect("is not invited again: OutcomeUnknown when the server answers 202", () =>
    Effect.gen(function* () {
      const { sent, tag } = yield* invited([], garbling(202, JSON.stringify(error("M_UNKNOWN"))))
      assert.deepStrictEqual([tag, sent.length], ["OutcomeUnknown", 1])
    }).pipe(inMemory)
  )

  it.effect("after a pause that was asked for is not invited again either", () =>
    Effect.gen(function* () {
      const { events, sent, tag } = yield* invited([limited(3), Faults.loseResponse])
      assert.deepStrictEqual([tag, sent.length, events], ["OutcomeUnknown", 2, 1])
    }).pipe(inMemory)
  )
})

it.effect("an address is invited again after every pause that was asked for, and once in the end", () =>
  Effect.gen(function* () {
    const { events, sent, tag } = yield* invited([limited(3), limited(40), limited(300)])
    assert.deepStrictEqual([tag, sent.length, events], ["success", 4, 1])
    const waits = sent.slice(1).map(({ time }, nth) => time - (sent[nth]?.time ?? 0))
    for (const [nth, asked] of [3, 40, 300].entries()) assert.isAtLeast(waits[nth] ?? 0, asked * 1000)
  }).pipe(inMemory)
)

it.effect.each([
  { name: "InviteBlocked", status: 403, errcode: "M_INVITE_BLOCKED" },
  { name: "Forbidden", status: 403, errcode: "M_THREEPID_DENIED" },
  { name: "InvalidRequest", status: 400, errcode: "M_MISSING_PARAM" },
  { name: "Refused", status: 400, errcode: "M_SERVER_NOT_TRUSTED" }
])("a refused invitation of an address is $name, and no more is sent", ({ errcode, name, status }) =>
  Effect.gen(function* () {
    const { sent, tag } = yield* invited([Faults.respond(status, error(errcode))])
    assert.deepStrictEqual([tag, sent.length], [name, 1])
  }).pipe(inMemory)
)

it.effect("an invited address whose owner is known is an invited user", () =>
  Effect.gen(function* () {
    const fake = yield* FakeHomeserver
    yield* fake.bind(address, "new")
    const { events, tag } = yield* invited([])
    assert.deepStrictEqual([tag, events], ["success", 0])
  }).pipe(inMemory)
)
