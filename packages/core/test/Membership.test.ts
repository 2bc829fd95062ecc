/** What every operation puts on the wire, and what it makes of the answer. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { RoomAlias, RoomId, ServerName, UserId } from "../src/MatrixId.ts"
import type { Membership } from "../src/Membership.ts"
import { requests, token } from "./Wire.ts"

const roomId = RoomId.make("!room:example.org")
const userId = UserId.make("@bob:example.org")
const thirdPartySigned = {
  sender: UserId.make("@alice:example.org"),
  mxid: userId,
  token: "state-key",
  signatures: { "id.example.org": { "ed25519:0": "c2ln" } }
}
const joined = '{"room_id":"!joined:example.org"}'

interface Call {
  readonly name: string
  readonly use: (membership: Membership["Service"]) => Effect.Effect<unknown, unknown>
  readonly method: "GET" | "POST"
  /** Below `https://matrix.example.org/_matrix/client/{version}`. */
  readonly path: string
  readonly body?: unknown
  /** What the server answers, and what the caller gets of it. */
  readonly answer: string
  readonly value: unknown
  readonly only?: "v3"
}

const calls: ReadonlyArray<Call> = [
  {
    name: "joinRoom by id",
    use: (membership) => membership.joinRoom({ roomIdOrAlias: roomId }),
    method: "POST",
    path: "/join/!room%3Aexample.org",
    body: {},
    answer: joined,
    value: "!joined:example.org"
  },
  {
    name: "joinRoom with everything",
    use: (membership) =>
      membership.joinRoom({
        roomIdOrAlias: RoomAlias.make("#hall:example.org"),
        via: [ServerName.make("a.org"), ServerName.make("b.org:8448")],
        serverName: [ServerName.make("b.org:8448"), ServerName.make("[2001:db8::1]")],
        reason: "let me in",
        thirdPartySigned
      }),
    method: "POST",
    path:
      "/join/%23hall%3Aexample.org?via=a.org&via=b.org%3A8448&via=%5B2001%3Adb8%3A%3A1%5D" +
      "&server_name=a.org&server_name=b.org%3A8448&server_name=%5B2001%3Adb8%3A%3A1%5D",
    body: { reason: "let me in", third_party_signed: thirdPartySigned },
    answer: joined,
    value: "!joined:example.org"
  },
  {
    name: "joinRoomById",
    use: (membership) => membership.joinRoomById({ roomId }),
    method: "POST",
    path: "/rooms/!room%3Aexample.org/join",
    body: {},
    answer: joined,
    value: "!joined:example.org"
  },
  {
    name: "joinRoomById with everything",
    use: (membership) => membership.joinRoomById({ roomId, reason: "x", thirdPartySigned }),
    method: "POST",
    path: "/rooms/!room%3Aexample.org/join",
    body: { reason: "x", third_party_signed: thirdPartySigned },
    answer: joined,
    value: "!joined:example.org"
  },
  {
    name: "knockRoom",
    use: (membership) => membership.knockRoom({ roomIdOrAlias: roomId }),
    method: "POST",
    path: "/knock/!room%3Aexample.org",
    body: {},
    answer: joined,
    value: "!joined:example.org",
    only: "v3"
  },
  {
    name: "knockRoom with everything",
    use: (membership) =>
      membership.knockRoom({ roomIdOrAlias: roomId, via: [ServerName.make("a.org")], reason: "may I?" }),
    method: "POST",
    path: "/knock/!room%3Aexample.org?via=a.org&server_name=a.org",
    body: { reason: "may I?" },
    answer: joined,
    value: "!joined:example.org",
    only: "v3"
  },
  {
    name: "leaveRoom",
    use: (membership) => membership.leaveRoom({ roomId }),
    method: "POST",
    path: "/rooms/!room%3Aexample.org/leave",
    body: {},
    answer: "{}",
    value: undefined
  },
  {
    name: "leaveRoom with a reason",
    use: (membership) => membership.leaveRoom({ roomId, reason: "bye" }),
    method: "POST",
    path: "/rooms/!room%3Aexample.org/leave",
    body: { reason: "bye" },
    answer: "{}",
    value: undefined
  },
  {
    name: "forgetRoom",
    use: (membership) => membership.forgetRoom({ roomId }),
    method: "POST",
    path: "/rooms/!room%3Aexample.org/forget",
    body: {},
    answer: "{}",
    value: undefined
  },
  ...(["inviteUser", "kick", "ban", "unban"] as const).flatMap((name): ReadonlyArray<Call> => {
    const path = `/rooms/!room%3Aexample.org/${name === "inviteUser" ? "invite" : name}`
    return [
      {
        name,
        use: (membership) => membership[name]({ roomId, userId }),
        method: "POST",
        path,
        body: { user_id: "@bob:example.org" },
        answer: "{}",
        value: undefined
      },
      {
        name: `${name} with a reason`,
        use: (membership) => membership[name]({ roomId, userId, reason: "because “yes” \n" }),
        method: "POST",
        path,
        body: { user_id: "@bob:example.org", reason: "because “yes” \n" },
        answer: '{"some.server":"adds this"}',
        value: undefined
      }
    ]
  }),
  {
    name: "inviteBy3PID",
    use: (membership) =>
      membership.inviteBy3PID({
        roomId,
        idServer: "id.example.org",
        idAccessToken: Redacted.make("identity-token"),
        medium: "email",
        address: "bob@example.org"
      }),
    method: "POST",
    path: "/rooms/!room%3Aexample.org/invite",
    body: {
      id_server: "id.example.org",
      id_access_token: "identity-token",
      medium: "email",
      address: "bob@example.org"
    },
    answer: "{}",
    value: undefined
  },
  {
    name: "getJoinedRooms",
    use: (membership) => membership.getJoinedRooms,
    method: "GET",
    path: "/joined_rooms",
    answer: '{"joined_rooms":["!a:x","!HukqM4mo0EXdpJrYGVR8gWVGVgoBZu-7BB5T2NWYvfE"]}',
    value: ["!a:x", "!HukqM4mo0EXdpJrYGVR8gWVGVgoBZu-7BB5T2NWYvfE"]
  },
  {
    name: "getMembersByRoom",
    use: (membership) => membership.getMembersByRoom({ roomId }),
    method: "GET",
    path: "/rooms/!room%3Aexample.org/members",
    answer: "{}",
    value: []
  },
  {
    name: "getMembersByRoom with everything",
    use: (membership) =>
      membership.getMembersByRoom({ roomId, at: "t1-2_3&4", membership: "join", notMembership: "leave" }),
    method: "GET",
    path: "/rooms/!room%3Aexample.org/members?at=t1-2_3%264&membership=join&not_membership=leave",
    answer: '{"chunk":[]}',
    value: []
  },
  {
    name: "getJoinedMembersByRoom",
    use: (membership) => membership.getJoinedMembersByRoom({ roomId }),
    method: "GET",
    path: "/rooms/!room%3Aexample.org/joined_members",
    answer: '{"joined":{"@a:x":{"display_name":"A","avatar_url":null},"@b:x":{}}}',
    value: new Map([
      ["@a:x", { displayName: "A" }],
      ["@b:x", {}]
    ])
  },
  {
    name: "getMembership",
    use: (membership) => membership.getMembership({ roomId, userId: UserId.make("@a/b:x") }),
    method: "GET",
    path: "/rooms/!room%3Aexample.org/state/m.room.member/%40a%2Fb%3Ax",
    answer: '{"membership":"invite","displayname":null}',
    value: "invite"
  },
  {
    name: "getRoomStateWithKey",
    use: (membership) =>
      membership.getRoomStateWithKey({ roomId, eventType: "org.example/odd type", stateKey: "@a/b:x" }),
    method: "GET",
    path: "/rooms/!room%3Aexample.org/state/org.example%2Fodd%20type/%40a%2Fb%3Ax",
    answer: '{"anything":[1]}',
    value: { anything: [1] }
  },
  {
    name: "getRoomStateWithKey for the whole event",
    use: (membership) =>
      membership.getRoomStateWithKey({ roomId, eventType: "m.room.create", stateKey: "", format: "event" }),
    method: "GET",
    path: "/rooms/!room%3Aexample.org/state/m.room.create/?format=event",
    answer: '{"sender":"@a:x","content":{}}',
    value: { sender: "@a:x", content: {} }
  },
  {
    name: "getRoomStateWithKey without a key",
    use: (membership) => membership.getRoomStateWithKey({ roomId, eventType: "m.room.power_levels", stateKey: "" }),
    method: "GET",
    path: "/rooms/!room%3Aexample.org/state/m.room.power_levels/",
    answer: '{"users":{}}',
    value: { users: {} }
  },
  {
    name: "getRoomIdByAlias",
    use: (membership) => membership.getRoomIdByAlias({ roomAlias: RoomAlias.make("#hall:example.org") }),
    method: "GET",
    path: "/directory/room/%23hall%3Aexample.org",
    answer: '{"room_id":"!a:x","servers":["x"]}',
    value: "!a:x"
  },
  {
    name: "whoami",
    use: (membership) => membership.whoami,
    method: "GET",
    path: "/account/whoami",
    answer: '{"user_id":"@alice:example.org","device_id":"ABC","is_guest":true}',
    value: { userId: "@alice:example.org", deviceId: "ABC", isGuest: true }
  },
  {
    name: "whoami of r0.6.1",
    use: (membership) => membership.whoami,
    method: "GET",
    path: "/account/whoami",
    answer: '{"user_id":"@alice:example.org"}',
    value: { userId: "@alice:example.org", isGuest: false }
  }
]

describe.each(["v3", "r0"] as const)("with %s paths", (pathVersion) => {
  it.effect.each(calls.filter(({ only }) => only === undefined || only === pathVersion))("$name", (call) =>
    Effect.gen(function* () {
      const { sent, value } = yield* requests(call.use, call.answer, { pathVersion })
      assert.strictEqual(sent.length, 1)
      const [request] = sent
      assert.strictEqual(request?.method, call.method)
      assert.strictEqual(request?.url, `https://matrix.example.org/_matrix/client/${pathVersion}${call.path}`)
      assert.strictEqual(request?.headers["authorization"], `Bearer ${token}`)
      assert.notInclude(request?.url, token)
      if (call.body === undefined) {
        assert.strictEqual(request?.body, "")
      } else {
        assert.strictEqual(request?.headers["content-type"], "application/json")
        assert.deepStrictEqual<unknown>(JSON.parse(request?.body ?? ""), call.body)
      }
      assert.deepStrictEqual<unknown>(value, call.value)
    })
  )
})
