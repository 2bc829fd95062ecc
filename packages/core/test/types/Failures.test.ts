/** The compiler checks these (`tsc -b`): each operation fails with exactly the tags it names. */
import { describe, expectTypeOf, it } from "@effect/vitest"
import type * as Effect from "effect/Effect"
import type { MatrixError, Tag, WithTag } from "../../src/MatrixError.ts"
import type { Membership } from "../../src/Membership.ts"

type Service = Membership["Service"]

/** The tags an operation can fail with. */
type Fails<Name extends keyof Service> = Service[Name] extends (...request: never) => infer Result
  ? Tagged<Result>
  : Tagged<Service[Name]>
type Tagged<T> =
  T extends Effect.Effect<infer _A, infer E, infer _R> ? (E extends { _tag: infer T } ? T : never) : never

/** What any request to any homeserver can come to. */
type Any =
  | "Forbidden"
  | "NotFound"
  | "RateLimited"
  | "Unauthorized"
  | "AccountRestricted"
  | "QuotaExceeded"
  | "InvalidRequest"
  | "Unsupported"
  | "ServerFailure"
  | "Refused"
  | "NotMatrix"
  | "Unreachable"

describe("an operation fails with what any request can come to, and", () => {
  it("joinRoom, joinRoomById: a state, a room version, a join that goes on", () => {
    type Expected = Any | "BadState" | "RoomVersionUnsupported" | "JoinPending" | "OutcomeUnknown"
    expectTypeOf<Fails<"joinRoom">>().toEqualTypeOf<Expected>()
    expectTypeOf<Fails<"joinRoomById">>().toEqualTypeOf<Expected>()
  })
  it("knockRoom: a state, a room version", () => {
    expectTypeOf<Fails<"knockRoom">>().toEqualTypeOf<Any | "BadState" | "RoomVersionUnsupported" | "OutcomeUnknown">()
  })
  it("inviteUser, inviteBy3PID: a state, an invitee who blocks invitations, a room version", () => {
    type Expected = Any | "BadState" | "InviteBlocked" | "RoomVersionUnsupported" | "OutcomeUnknown"
    expectTypeOf<Fails<"inviteUser">>().toEqualTypeOf<Expected>()
    expectTypeOf<Fails<"inviteBy3PID">>().toEqualTypeOf<Expected>()
  })
  it("kick, ban, unban: a state", () => {
    expectTypeOf<Fails<"kick">>().toEqualTypeOf<Any | "BadState" | "OutcomeUnknown">()
    expectTypeOf<Fails<"ban">>().toEqualTypeOf<Any | "BadState" | "OutcomeUnknown">()
    expectTypeOf<Fails<"unban">>().toEqualTypeOf<Any | "BadState" | "OutcomeUnknown">()
  })
  it("leaveRoom: nothing but an outcome that is not known", () => {
    expectTypeOf<Fails<"leaveRoom">>().toEqualTypeOf<Any | "OutcomeUnknown">()
  })
  it("ensure: whatever one of the operations behind it can come to", () => {
    expectTypeOf<Fails<"ensure">>().toEqualTypeOf<Tag>()
  })
  it("forgetRoom and the reads: nothing else", () => {
    expectTypeOf<Fails<"forgetRoom">>().toEqualTypeOf<Any>()
    expectTypeOf<Fails<"getJoinedRooms">>().toEqualTypeOf<Any>()
    expectTypeOf<Fails<"getMembersByRoom">>().toEqualTypeOf<Any>()
    expectTypeOf<Fails<"getJoinedMembersByRoom">>().toEqualTypeOf<Any>()
    expectTypeOf<Fails<"getMembership">>().toEqualTypeOf<Any>()
    expectTypeOf<Fails<"getRoomStateWithKey">>().toEqualTypeOf<Any>()
    expectTypeOf<Fails<"getRoomIdByAlias">>().toEqualTypeOf<Any>()
    expectTypeOf<Fails<"whoami">>().toEqualTypeOf<Any>()
    expectTypeOf<Fails<"versions">>().toEqualTypeOf<Any>()
  })
})

it("the union is closed", () => {
  expectTypeOf<Tag>().toEqualTypeOf<
    Any | "BadState" | "InviteBlocked" | "RoomVersionUnsupported" | "JoinPending" | "OutcomeUnknown"
  >()
})

it("a tag has one class", () => {
  expectTypeOf<WithTag<"RateLimited">["source"]>().toEqualTypeOf<"Retry-After" | "retry_after_ms" | "none">()
  expectTypeOf<WithTag<Tag>>().toEqualTypeOf<MatrixError>()
})
