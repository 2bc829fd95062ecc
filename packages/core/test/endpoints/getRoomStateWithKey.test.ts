import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { RoomId } from "../../src/MatrixId.ts"
import { Membership } from "../../src/Membership.ts"
import { answer, layer, make, type Reply } from "../Wire.ts"

const asking = (eventType: string, stateKey: string) =>
  Effect.flatMap(Membership, (membership) =>
    membership.getRoomStateWithKey({ roomId: RoomId.make("!r:x"), eventType, stateKey })
  )

const read = (reply: Reply) => asking("m.room.power_levels", "").pipe(Effect.provide(layer(make(reply))))

describe("the content of a state event", () => {
  it.effect("is handed over as it is, whatever is in it", () =>
    Effect.map(read(answer(200, '{"users":{"@a:x":"100"},"odd":[null,{"deep":1}]}')), (content) =>
      assert.deepStrictEqual(content, { users: { "@a:x": "100" }, odd: [null, { deep: 1 }] })
    )
  )
})

describe("it cannot be told", () => {
  it.effect.each([
    { tag: "NotFound", reply: answer(404, '{"errcode":"M_NOT_FOUND","error":"Event not found."}') },
    { tag: "Forbidden", reply: answer(403, '{"errcode":"M_FORBIDDEN","error":"not in room"}') },
    { tag: "Unsupported", reply: answer(404, '{"errcode":"M_UNRECOGNIZED"}') },
    { tag: "NotMatrix", reply: answer(200, "[]") },
    { tag: "NotMatrix", reply: answer(200, "<html>") }
  ])("where the server answers $tag", ({ reply, tag }) =>
    Effect.map(Effect.flip(read(reply)), (error) => assert.strictEqual(error._tag, tag))
  )
})

describe("nothing is sent", () => {
  it.effect.each([
    { eventType: "", stateKey: "" },
    { eventType: "..", stateKey: "" },
    { eventType: "m.room.name", stateKey: "." },
    { eventType: "m.room.name", stateKey: "\ud800" }
  ])("for %o, which does not fit into a path", ({ eventType, stateKey }) =>
    Effect.gen(function* () {
      const wire = make(answer(200, "{}"))
      const error = yield* Effect.flip(Effect.provide(asking(eventType, stateKey), layer(wire)))
      assert.strictEqual(error._tag, "InvalidRequest")
      assert.strictEqual(wire.sent.length, 0)
    })
  )
})
