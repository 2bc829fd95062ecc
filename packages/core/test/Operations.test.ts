/** After a lost answer and a refusal, which membership means that the operation was done, and where it is looked for. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type { MatrixError } from "../src/MatrixError.ts"
import { RoomAlias, RoomId, UserId } from "../src/MatrixId.ts"
import { Membership } from "../src/Membership.ts"
import { patiently } from "./Patience.ts"
import { answer, layer, make, type Reply } from "./Wire.ts"

const roomId = RoomId.make("!r:x")
const userId = UserId.make("@bob:x")
type Service = Membership["Service"]
type Read = "join" | "invite" | "knock" | "leave" | "ban" | "nothing on record"

const reads: ReadonlyArray<Read> = ["join", "invite", "knock", "leave", "ban", "nothing on record"]

const target = "/state/m.room.member/%40bob%3Ax"
const own = "/state/m.room.member/%40me%3Ax"

interface Looked {
  readonly name: string
  readonly use: (membership: Service) => Effect.Effect<unknown, MatrixError>
  /** The memberships that are as good as success. */
  readonly done: ReadonlyArray<Read>
  /** Ends of the paths that are asked, in order. */
  readonly asks: ReadonlyArray<string>
  /** What the caller gets, if it is anything. */
  readonly value?: RoomId
}

const looked: ReadonlyArray<Looked> = [
  {
    name: "inviteUser",
    use: (membership) => membership.inviteUser({ roomId, userId }),
    done: ["invite", "join"],
    asks: [target]
  },
  { name: "kick", use: (membership) => membership.kick({ roomId, userId }), done: ["leave", "ban"], asks: [target] },
  { name: "ban", use: (membership) => membership.ban({ roomId, userId }), done: ["ban"], asks: [target] },
  {
    name: "unban",
    use: (membership) => membership.unban({ roomId, userId }),
    done: ["leave", "invite", "join", "knock"],
    asks: [target]
  },
  {
    name: "knockRoom",
    use: (membership) => membership.knockRoom({ roomIdOrAlias: roomId }),
    done: ["knock", "invite", "join"],
    asks: ["/account/whoami", own],
    value: roomId
  },
  {
    name: "leaveRoom",
    use: (membership) => membership.leaveRoom({ roomId }),
    done: ["leave", "ban"],
    asks: ["/account/whoami", own]
  }
]

const refusal = '{"errcode":"M_FORBIDDEN","error":"no"}'

/** Loses the first change and refuses the second; the reads are answered by `read`. */
const troubled = (read: Reply): Reply => {
  let asked = 0
  return (sent, nth) => {
    if (sent.method === "GET") return read(sent, nth)
    if (asked++ === 0) throw new TypeError("fetch failed", { cause: new Error("socket hang up") })
    return answer(403, refusal)(sent, nth)
  }
}

const reading =
  (now: Read): Reply =>
  ({ url }) => {
    if (url.endsWith("/whoami")) return Response.json({ user_id: "@me:x" })
    return now === "nothing on record"
      ? Response.json({ errcode: "M_NOT_FOUND" }, { status: 404 })
      : Response.json({ membership: now })
  }

const played = Effect.fnUntraced(function* (use: Looked["use"], read: Reply) {
  const wire = make(troubled(read))
  const end = yield* Effect.flatMap(Membership, use).pipe(
    Effect.match({
      onFailure: ({ _tag }): unknown => _tag,
      onSuccess: (value): unknown => value ?? "success"
    }),
    Effect.provide(layer(wire, { retry: { times: 3 } })),
    patiently
  )
  const asked = wire.sent.filter(({ method }) => method === "GET").map(({ url }) => new URL(url).pathname)
  return { end, asked }
})

describe.each(looked)("$name", ({ asks, done, use, value = "success" }) => {
  for (const now of reads) {
    // no record is as good as having left
    const isDone = done.includes(now === "nothing on record" ? "leave" : now)
    it.effect(`is ${isDone ? "done" : "refused"} where there is ${now}`, () =>
      Effect.gen(function* () {
        const { asked, end } = yield* played(use, reading(now))
        assert.strictEqual(end, isDone ? value : "Forbidden")
        assert.strictEqual(asked.length, asks.length)
        for (const [nth, path] of asks.entries()) assert.isTrue(asked[nth]?.endsWith(path), asked[nth])
      })
    )
  }
})

describe.each([
  {
    name: "joinRoomById",
    use: (membership: Service) => membership.joinRoomById({ roomId }),
    asks: ["/_matrix/client/v3/joined_rooms"]
  },
  {
    name: "joinRoom by id",
    use: (membership: Service) => membership.joinRoom({ roomIdOrAlias: roomId }),
    asks: ["/_matrix/client/v3/joined_rooms"]
  },
  {
    name: "joinRoom by alias",
    use: (membership: Service) => membership.joinRoom({ roomIdOrAlias: RoomAlias.make("#hall:x") }),
    asks: ["/_matrix/client/v3/directory/room/%23hall%3Ax", "/_matrix/client/v3/joined_rooms"]
  }
])("$name", ({ asks, use }) => {
  const rooms =
    (joined: ReadonlyArray<string>): Reply =>
    ({ url }) =>
      url.includes("/directory/")
        ? Response.json({ room_id: roomId, servers: [] })
        : Response.json({ joined_rooms: joined })
  it.effect("is done, and gives the room's id, where the room is among the joined ones", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* played(use, rooms(["!a:x", roomId])), { end: roomId, asked: asks })
    })
  )
  it.effect("is refused where it is not", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* played(use, rooms(["!R:x", "!r:xx"])), { end: "Forbidden", asked: asks })
    })
  )
  it.effect("is OutcomeUnknown where that cannot be read", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* played(use, answer(403, refusal))).end, "OutcomeUnknown")
    })
  )
})

describe("leaveRoom where one's own membership is not shown", () => {
  const hidden =
    (joined: ReadonlyArray<string>): Reply =>
    (sent, nth) => {
      if (sent.url.endsWith("/whoami")) return Response.json({ user_id: "@me:x" })
      return sent.url.endsWith("/joined_rooms")
        ? Response.json({ joined_rooms: joined })
        : answer(403, refusal)(sent, nth)
    }
  const leave = (membership: Service) => membership.leaveRoom({ roomId })
  it.effect("is refused when the room is among the joined ones", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* played(leave, hidden([roomId]))).end, "Forbidden")
    })
  )
  it.effect("is OutcomeUnknown when it is not: an invitation may still stand", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* played(leave, hidden([]))).end, "OutcomeUnknown")
    })
  )
})

it.effect("forgetRoom means what its refusal says, for nothing shows what was forgotten", () =>
  Effect.gen(function* () {
    const { asked, end } = yield* played((membership) => membership.forgetRoom({ roomId }), reading("leave"))
    assert.deepStrictEqual([end, asked], ["Forbidden", []])
  })
)
