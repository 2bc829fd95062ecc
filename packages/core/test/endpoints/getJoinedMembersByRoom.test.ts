import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { RoomId } from "../../src/MatrixId.ts"
import { requests } from "../Wire.ts"

const joined = (members: string) =>
  Effect.map(
    requests(
      (membership) => membership.getJoinedMembersByRoom({ roomId: RoomId.make("!r:x") }),
      `{"joined":${members}}`
    ),
    ({ value }) => Object.fromEntries(value)
  )

it.effect("what is not set is absent, whether the server leaves it out or sends null", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual<unknown>(
      yield* joined(
        '{"@a:x":{"display_name":"A","avatar_url":"mxc://x/a"},"@b:x":{"display_name":null,"avatar_url":null},"@c:x":{}}'
      ),
      { "@a:x": { displayName: "A", avatarUrl: "mxc://x/a" }, "@b:x": {}, "@c:x": {} }
    )
  })
)

it.effect("one member with an odd profile does not hide the others", () =>
  Effect.gen(function* () {
    assert.deepStrictEqual<unknown>(
      yield* joined('{"@odd:x":{"display_name":5,"avatar_url":["mxc://x/a"]},"@b:x":{"display_name":"B"}}'),
      { "@odd:x": {}, "@b:x": { displayName: "B" } }
    )
  })
)

it.effect("a user may be called like what every object has", () =>
  Effect.gen(function* () {
    const found = yield* joined('{"@__proto__:x":{"display_name":"P"},"@constructor:x":{}}')
    assert.deepStrictEqual(Object.keys(found).sort(), ["@__proto__:x", "@constructor:x"])
  })
)
