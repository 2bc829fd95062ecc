import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { RoomId } from "../../src/MatrixId.ts"
import { requests } from "../Wire.ts"

const roomId = RoomId.make("!r:x")

const members = (chunk: string) =>
  Effect.map(
    requests((membership) => membership.getMembersByRoom({ roomId }), `{"chunk":${chunk}}`),
    ({ value }) => value
  )

const event = (user: string, content: string) =>
  `{"type":"m.room.member","room_id":"!r:x","event_id":"$${user}","origin_server_ts":1700000000000,` +
  `"sender":"@alice:x","state_key":"${user}","content":${content},"unsigned":{"age":5}}`

describe("a member event", () => {
  it.effect("tells who did what to whom, and why", () =>
    Effect.gen(function* () {
      const [member, ...others] = yield* members(
        `[${event("@bob:x", '{"membership":"ban","reason":"spam","displayname":"Bob","avatar_url":null}')}]`
      )
      assert.strictEqual(others.length, 0)
      assert.strictEqual(member?.sender, "@alice:x")
      assert.strictEqual(member?.state_key, "@bob:x")
      assert.strictEqual(member?.content.membership, "ban")
      assert.strictEqual(member?.content.reason, "spam")
      assert.strictEqual(member?.content.displayname, "Bob")
      assert.strictEqual(member?.origin_server_ts, 1_700_000_000_000)
    })
  )

  it.effect.each(["@:x", "@Ünï cøde!:x:8448", "@a/b:[2001:db8::1]"])("may be of a historical user id: %s", (user) =>
    Effect.map(members(`[${event(user, '{"membership":"join"}')}]`), ([member]) =>
      assert.strictEqual(member?.state_key, user)
    )
  )

  // profiles are what other people's servers write, and not checked on the way
  it.effect.each([
    '{"membership":"join","displayname":5}',
    '{"membership":"join","avatar_url":{"url":"mxc://x/y"}}',
    '{"membership":"join","reason":["none"]}',
    '{"membership":"join","displayname":false,"org.example":{"a":[1]}}'
  ])("with an odd profile does not hide the others: %s", (content) =>
    Effect.gen(function* () {
      const found = yield* members(`[${event("@odd:x", content)},${event("@bob:x", '{"membership":"join"}')}]`)
      assert.deepStrictEqual(
        found.map(({ content, state_key }) => [state_key, content.membership]),
        [
          ["@odd:x", "join"],
          ["@bob:x", "join"]
        ]
      )
    })
  )

  it.effect.each([event("@bob:x", "{}"), event("@z:a_b", '{"membership":"join"}'), '"not an event"'])(
    "that is none does not hide the others: %s",
    (odd) =>
      Effect.map(members(`[${odd},${event("@carol:x", '{"membership":"join"}')}]`), (read) =>
        assert.deepStrictEqual(
          read.map(({ state_key }) => state_key),
          ["@carol:x"]
        )
      )
  )
})

it.effect("a list may be longer than other answers", () =>
  Effect.gen(function* () {
    const one = event("@bob:x", `{"membership":"join","displayname":"${"x".repeat(900)}"}`)
    const found = yield* members(`[${Array.from({ length: 3000 }, () => one).join(",")}]`)
    assert.strictEqual(found.length, 3000)
  })
)
