/** The compiler checks these (`tsc -b`): identifiers are branded, and nothing else goes in their place. */
import { describe, expectTypeOf, it } from "@effect/vitest"
import type * as Effect from "effect/Effect"
import type { RoomAlias, RoomId, RoomIdOrAlias, ServerName, UserId } from "../../src/MatrixId.ts"
import type { MembershipState } from "../../src/MemberEvent.ts"
import type { JoinedMember, Membership } from "../../src/Membership.ts"

type Service = Membership["Service"]
type Request<Name extends keyof Service> = Service[Name] extends (request: infer R) => unknown ? R : never
type Success<Name extends keyof Service> = Service[Name] extends (request: never) => Effect.Effect<infer A, infer _E>
  ? A
  : Service[Name] extends Effect.Effect<infer A, infer _E>
    ? A
    : never

describe("a plain string is refused", () => {
  it("for a room", () => {
    expectTypeOf<{ roomId: string }>().not.toExtend<Request<"leaveRoom">>()
    expectTypeOf<{ roomId: string }>().not.toExtend<Request<"forgetRoom">>()
    expectTypeOf<{ roomId: string }>().not.toExtend<Request<"joinRoomById">>()
    expectTypeOf<{ roomIdOrAlias: string }>().not.toExtend<Request<"joinRoom">>()
    expectTypeOf<{ roomIdOrAlias: string }>().not.toExtend<Request<"knockRoom">>()
    expectTypeOf<{ roomId: string }>().not.toExtend<Request<"getMembersByRoom">>()
    expectTypeOf<{ roomId: string }>().not.toExtend<Request<"getJoinedMembersByRoom">>()
    expectTypeOf<{ roomId: string; eventType: string; stateKey: string }>().not.toExtend<
      Request<"getRoomStateWithKey">
    >()
    expectTypeOf<{ roomAlias: string }>().not.toExtend<Request<"getRoomIdByAlias">>()
  })
  it("for a user", () => {
    expectTypeOf<{ roomId: RoomId; userId: string }>().not.toExtend<Request<"inviteUser">>()
    expectTypeOf<{ roomId: RoomId; userId: string }>().not.toExtend<Request<"kick">>()
    expectTypeOf<{ roomId: RoomId; userId: string }>().not.toExtend<Request<"ban">>()
    expectTypeOf<{ roomId: RoomId; userId: string }>().not.toExtend<Request<"unban">>()
    expectTypeOf<{ roomId: RoomId; userId: string }>().not.toExtend<Request<"getMembership">>()
  })
  it("for a server", () => {
    expectTypeOf<{ roomIdOrAlias: RoomId; via: ReadonlyArray<string> }>().not.toExtend<Request<"joinRoom">>()
    expectTypeOf<{ roomIdOrAlias: RoomId; serverName: ReadonlyArray<string> }>().not.toExtend<Request<"knockRoom">>()
  })
  it("for a secret", () => {
    type Plain = { roomId: RoomId; idServer: string; idAccessToken: string; medium: string; address: string }
    expectTypeOf<Plain>().not.toExtend<Request<"inviteBy3PID">>()
  })
})

describe("one identifier does not stand for another", () => {
  it("by its brand", () => {
    expectTypeOf<{ roomId: RoomAlias }>().not.toExtend<Request<"leaveRoom">>()
    expectTypeOf<{ roomId: UserId }>().not.toExtend<Request<"leaveRoom">>()
    expectTypeOf<{ roomId: RoomId; userId: RoomId }>().not.toExtend<Request<"inviteUser">>()
    expectTypeOf<{ roomIdOrAlias: UserId }>().not.toExtend<Request<"joinRoom">>()
    expectTypeOf<{ roomIdOrAlias: RoomId; via: ReadonlyArray<UserId> }>().not.toExtend<Request<"joinRoom">>()
  })
})

describe("the right ones are taken", () => {
  it("with as much or as little beside them as there is", () => {
    expectTypeOf<{ roomId: RoomId }>().toExtend<Request<"leaveRoom">>()
    expectTypeOf<{ roomId: RoomId; reason: undefined }>().toExtend<Request<"leaveRoom">>()
    expectTypeOf<{ roomIdOrAlias: RoomAlias }>().toExtend<Request<"joinRoom">>()
    expectTypeOf<{ roomIdOrAlias: RoomIdOrAlias; via: Array<ServerName> }>().toExtend<Request<"joinRoom">>()
    expectTypeOf<{ roomId: RoomId; userId: UserId; reason: string }>().toExtend<Request<"kick">>()
    expectTypeOf<{ roomId: RoomId; membership: "join"; at: string }>().toExtend<Request<"getMembersByRoom">>()
    expectTypeOf<{ roomId: RoomId; membership: "joined" }>().not.toExtend<Request<"getMembersByRoom">>()
  })
})

describe("what comes back is branded as well", () => {
  it("in every success", () => {
    expectTypeOf<Success<"joinRoom">>().toEqualTypeOf<RoomId>()
    expectTypeOf<Success<"joinRoomById">>().toEqualTypeOf<RoomId>()
    expectTypeOf<Success<"knockRoom">>().toEqualTypeOf<RoomId>()
    expectTypeOf<Success<"leaveRoom">>().toEqualTypeOf<void>()
    expectTypeOf<Success<"inviteUser">>().toEqualTypeOf<void>()
    expectTypeOf<Success<"getRoomIdByAlias">>().toEqualTypeOf<RoomId>()
    expectTypeOf<Success<"getJoinedRooms">>().toEqualTypeOf<ReadonlyArray<RoomId>>()
    expectTypeOf<Success<"getJoinedMembersByRoom">>().toEqualTypeOf<ReadonlyMap<UserId, JoinedMember>>()
    expectTypeOf<Success<"ensure">>().toEqualTypeOf<"unchanged" | "changed">()
    expectTypeOf<Success<"getMembership">>().toEqualTypeOf<MembershipState>()
    expectTypeOf<Success<"getRoomStateWithKey">>().toEqualTypeOf<{ readonly [key: string]: unknown }>()
    expectTypeOf<Success<"whoami">["userId"]>().toEqualTypeOf<UserId>()
  })
})
