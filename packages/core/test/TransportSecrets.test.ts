/** The access token goes into one header of a request, and shows up nowhere else, whatever servers and networks do. */
import { inspect } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import { RoomId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import { answer, layer, make, type Reply, streamed, token } from "./Wire.ts"
import { witness } from "./Witness.ts"

const roomId = RoomId.make("!r:x")
type Use = (membership: Membership["Service"]) => Effect.Effect<unknown, unknown>
const leave: Use = (membership) => membership.leaveRoom({ roomId })
const join: Use = (membership) => membership.joinRoomById({ roomId })

const observed = (use: Use, reply: Reply, accessToken = token) =>
  witness(Effect.flatMap(Membership, use).pipe(Effect.provide(layer(make(reply), {}, accessToken))))

// not `notInclude`, whose complaint would print all of the text
const unseen = (text: string, secret: string) => assert.isFalse(text.includes(secret), "the secret can be seen")

/** Each fails, and `shows` proves that what stood around the token was kept. */
interface Echo {
  readonly name: string
  readonly use?: Use
  readonly reply: Reply
  readonly shows: string
}

const thrown =
  (error: unknown): Reply =>
  () => {
    throw error
  }

const echoes: ReadonlyArray<Echo> = [
  {
    name: "the text of an error",
    reply: answer(401, `{"errcode":"M_UNKNOWN_TOKEN","error":"Unrecognised access token ${token}, sorry"}`),
    shows: "Unrecognised access token"
  },
  { name: "a code", reply: answer(400, `{"errcode":"${token}","error":"Odd"}`), shows: "Odd" },
  {
    name: "the address of the terms",
    reply: answer(403, `{"errcode":"M_CONSENT_NOT_GIVEN","consent_uri":"https://x/consent?t=${token}&v=1"}`),
    shows: "https://x/consent"
  },
  {
    name: "the addresses of a quota",
    reply: answer(403, `{"errcode":"M_USER_LIMIT_EXCEEDED","info_uri":"i-${token}","admin_contact":"a-${token}"}`),
    shows: "M_USER_LIMIT_EXCEEDED"
  },
  {
    name: "a room version",
    use: join,
    reply: answer(400, `{"errcode":"M_INCOMPATIBLE_ROOM_VERSION","room_version":"${token}"}`),
    shows: "M_INCOMPATIBLE_ROOM_VERSION"
  },
  { name: "a page of HTML", reply: answer(502, `<pre>authorization: Bearer ${token}</pre>`), shows: "authorization" },
  { name: "a page for a 429", reply: answer(429, `<pre>Bearer ${token} is too fast</pre>`), shows: "too fast" },
  {
    name: "headers",
    reply: answer(302, "", {
      location: `https://elsewhere.example/?access_token=${token}`,
      "retry-after": token,
      "www-authenticate": `Bearer ${token}`
    }),
    shows: "elsewhere.example"
  },
  { name: "a success of the wrong shape", use: join, reply: answer(200, `{"room_id":"${token}"}`), shows: "room_id" },
  {
    name: "a key of a success of the wrong shape",
    use: (membership) => membership.getJoinedMembersByRoom({ roomId }),
    reply: answer(200, `{"joined":{"@${token}:x":7}}`),
    shows: "joined"
  },
  { name: "a success that is no JSON", use: join, reply: answer(200, `Hello ${token}`), shows: "Hello" },
  {
    name: "an error of the network",
    reply: thrown(new TypeError(`bad header "Bearer ${token}"`)),
    shows: "bad header"
  },
  {
    name: "what an error of the network was caused by",
    reply: thrown(
      new TypeError("fetch failed", {
        cause: new AggregateError([
          Object.assign(new Error(`cannot send ${token}`), { code: "ECONNRESET", headers: { authorization: token } })
        ])
      })
    ),
    shows: "cannot send"
  },
  {
    name: "an error in the middle of an answer",
    reply: () => new Response(streamed(['{"a":'], (controller) => controller.error(new Error(`cut off at ${token}`)))),
    shows: "cut off"
  }
]

describe("a token sent back in", () => {
  for (const { name, reply, shows, use = leave } of echoes) {
    it.effect(`${name} is not seen`, () =>
      Effect.gen(function* () {
        const { exit, text } = yield* observed(use, reply)
        assert.isTrue(Exit.isFailure(exit))
        assert.include(text, shows)
        unseen(text, token)
      })
    )
  }

  const escaped = [
    { name: "a JSON text with \\/ for a slash", secret: "abc/def+ghi", written: String.raw`abc\/def+ghi` },
    { name: "a JSON text with \\u escapes", secret: "syt_secret", written: String.raw`\u0073yt_\u0073ecret` },
    { name: "a JSON text with a quote in it", secret: 'abc"def', written: String.raw`abc\"def` }
  ]
  for (const { name, secret, written } of escaped) {
    it.effect(`${name} is not seen`, () =>
      Effect.gen(function* () {
        const reply = answer(401, `{"errcode":"M_UNKNOWN_TOKEN","error":"Unrecognised ${written}!"}`)
        const { text } = yield* observed(leave, reply, secret)
        assert.include(text, "Unrecognised")
        unseen(text, secret)
      })
    )
  }
})

it.effect("a token that no header can hold is refused without being shown", () =>
  Effect.gen(function* () {
    const secret = "abc\ndef"
    const wire = make(answer(200, "{}"))
    const { exit, text } = yield* witness(
      Effect.flatMap(Membership, leave).pipe(Effect.provide(layer(wire, {}, secret)))
    )
    assert.isTrue(Exit.isFailure(exit))
    assert.strictEqual(wire.sent.length, 0)
    unseen(text, secret)
    unseen(text, String.raw`abc\ndef`)
  })
)

it.effect("a success is data, and stays as it is even where it holds the token", () =>
  Effect.gen(function* () {
    const { exit } = yield* observed(join, answer(200, '{"room_id":"!room:example.org"}'), "room")
    assert.deepStrictEqual<unknown>(exit, Exit.succeed("!room:example.org"))
  })
)

it.effect("the identity server's token is not seen either", () =>
  Effect.gen(function* () {
    const secret = "identity-token-never-to-be-seen"
    const reply: Reply = ({ body }) =>
      Response.json({ errcode: "M_BAD_JSON", error: `Cannot use ${body}` }, { status: 400 })
    const { exit, text } = yield* observed(
      (membership) =>
        membership.inviteBy3PID({
          roomId,
          idServer: "id.example.org",
          idAccessToken: Redacted.make(secret),
          medium: "email",
          address: "bob@example.org"
        }),
      reply
    )
    assert.isTrue(Exit.isFailure(exit))
    assert.include(text, "Cannot use")
    unseen(text, secret)
  })
)

it.effect("the service itself shows no token", () =>
  Effect.gen(function* () {
    const membership = yield* Membership
    for (const text of [inspect(membership, { depth: 20, showHidden: true }), JSON.stringify(membership)]) {
      assert.include(text, "whoami")
      unseen(text, token)
    }
  }).pipe(Effect.provide(layer(make(answer(200, "{}")))))
)

describe("spans", () => {
  it.effect("one for each operation, with what it was about; the client's own is not made", () =>
    Effect.gen(function* () {
      const { spans, text } = yield* observed(leave, answer(200, "{}"))
      assert.deepStrictEqual(
        spans.map(({ name }) => name),
        ["program", "Membership.leaveRoom"]
      )
      assert.strictEqual(spans[1]?.attributes.get("matrix.room"), "!r:x")
      unseen(text, token)
    })
  )
  it.effect("leave no trace in the headers", () =>
    Effect.gen(function* () {
      const wire = make(answer(200, "{}"))
      yield* witness(Effect.flatMap(Membership, leave).pipe(Effect.provide(layer(wire))))
      assert.deepStrictEqual(Object.keys(wire.sent[0]?.headers ?? {}).sort(), ["authorization", "content-type"])
    })
  )
})
