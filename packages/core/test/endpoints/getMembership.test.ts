import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { RoomId, UserId } from "../../src/MatrixId.ts"
import { Membership } from "../../src/Membership.ts"
import { answer, layer, make, type Reply } from "../Wire.ts"

const read = (reply: Reply) =>
  Effect.flatMap(Membership, (membership) =>
    membership.getMembership({ roomId: RoomId.make("!r:x"), userId: UserId.make("@b:x") })
  ).pipe(Effect.provide(layer(make(reply))))

describe("a user's membership", () => {
  it.effect.each(["join", "invite", "knock", "leave", "ban"])("is %s where the member event says so", (membership) =>
    Effect.map(read(answer(200, `{"membership":"${membership}","displayname":null}`)), (found) =>
      assert.strictEqual(found, membership)
    )
  )
  it.effect("is leave where there is no member event", () =>
    Effect.map(read(answer(404, '{"errcode":"M_NOT_FOUND","error":"Event not found."}')), (found) =>
      assert.strictEqual(found, "leave")
    )
  )
})

describe("it cannot be told, and is not called leave,", () => {
  it.effect.each([
    { tag: "Forbidden", reply: answer(403, '{"errcode":"M_FORBIDDEN","error":"not in room"}') },
    { tag: "NotFound", reply: answer(404, '{"errcode":"M_UNKNOWN"}') },
    { tag: "Unsupported", reply: answer(404, '{"errcode":"M_UNRECOGNIZED"}') },
    { tag: "NotMatrix", reply: answer(404, "<html>not found</html>") },
    { tag: "NotMatrix", reply: answer(200, '{"membership":"gone"}') },
    { tag: "NotMatrix", reply: answer(200, "{}") }
  ])("where the server answers $tag", ({ reply, tag }) =>
    Effect.map(Effect.flip(read(reply)), (error) => assert.strictEqual(error._tag, tag))
  )
})
